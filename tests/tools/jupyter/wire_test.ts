import assert from "node:assert/strict";
import {
  packMessage,
  sign,
  unpackMessage,
} from "../../../tools/jupyter/channels.ts";

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value));

Deno.test("sign() is HMAC-SHA256 over the parts in order", () => {
  // RFC 4231, test case 2, its data cut in two.
  const parts = ["what do ya want ", "for nothing?"]
    .map((part) => new TextEncoder().encode(part));
  assert.equal(
    sign(parts, "Jefe"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("unpackMessage() reads what packMessage() writes, behind routing ids", () => {
  const content = { code: "1 + 1" };
  const request = { id: "i", session: "s", type: "execute_request", content };
  const frames = packMessage(request, "key");
  const routed = [new TextEncoder().encode("client"), ...frames];
  const { route, type, parentId, content: read } = unpackMessage(routed, "key");
  assert.deepEqual(route, [routed[0]]);
  assert.deepEqual([type, parentId, read], [
    "execute_request",
    undefined,
    content,
  ]);
  const header = JSON.parse(new TextDecoder().decode(frames[2]));
  assert.equal(header["msg_id"], "i");
  assert.equal(header.session, "s");
  assert.equal(header.version, "5.3");
});

Deno.test("unpackMessage() finds the request that a message answers", () => {
  const parts = [{ "msg_type": "status" }, { "msg_id": "i" }, {}, { a: 1 }];
  const signed = parts.map(bytes);
  const signature = new TextEncoder().encode(sign(signed, "key"));
  const delimiter = new TextEncoder().encode("<IDS|MSG>");
  const frames = [delimiter, signature, ...signed, Uint8Array.of(7)];
  assert.deepEqual(unpackMessage(frames, "key"), {
    route: [],
    header: parts[0],
    type: "status",
    parentId: "i",
    metadata: {},
    content: { a: 1 },
    buffers: [Uint8Array.of(7)],
  });
});

Deno.test("unpackMessage() refuses another key, a changed part, a missing part", () => {
  const request = { id: "i", session: "s", type: "t", content: { a: 1 } };
  const frames = packMessage(request, "key");
  const refused = {
    name: "SyntaxError",
    message: /signature must be made with/,
  };
  assert.throws(() => unpackMessage(frames, "other"), refused);
  const changed = [...frames.slice(0, -1), bytes({ a: 2 })];
  assert.throws(() => unpackMessage(changed, "key"), refused);
  const missing = {
    name: "SyntaxError",
    message: /four parts must follow; found 5/,
  };
  assert.throws(() => unpackMessage(frames.slice(0, -1), "key"), missing);
  assert.throws(() => unpackMessage([], "key"), { name: "SyntaxError" });
});
