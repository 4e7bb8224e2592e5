import assert from "node:assert/strict";
import { join } from "node:path";
import {
  checkFact,
  hashFile,
  measure,
  measureFile,
} from "bertbook/download/checksum.ts";
import { concat, content, factOf, TemporaryFolder } from "./_server.ts";

// FIPS 180-4 examples: the empty message, "abc", and the 448-bit message.
const VECTORS: readonly [text: string, sha256: string][] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
];

Deno.test("measure() agrees with the examples of FIPS 180-4, however cut", async () => {
  for (const [text, sha256] of VECTORS) {
    const bytes = new TextEncoder().encode(text);
    for (const at of [0, 1, bytes.length]) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      const fact = await measure(chunks, () => {});
      assert.deepEqual(fact, { sha256, bytes: bytes.length });
    }
  }
});

Deno.test("measureFile() reads across its own chunks", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "x");
  const bytes = concat(content((1 << 20) + 1), content(70_000));
  Deno.writeFileSync(path, bytes);
  const seen: number[] = [];
  const fact = await measureFile(path, { onProgress: (n) => seen.push(n) });
  assert.deepEqual(fact, factOf(bytes));
  assert.equal(seen.at(-1), bytes.length);
  assert.ok(seen.length > 1);
});

Deno.test("checkFact() prints both sizes, or both digests", () => {
  const [a, b, c] = [content(3), content(4), content(3).reverse()].map(factOf);
  assert.throws(() => checkFact("x", a!, b!), {
    name: "RangeError",
    message: 'Cannot accept "x": its size must be 3 bytes; found 4',
  });
  assert.throws(() => checkFact("x", a!, c!), {
    name: "RangeError",
    message: new RegExp(`must be ${a!.sha256}; found ${c!.sha256}`),
  });
});

Deno.test("a large file is hashed by a worker, to the same facts", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "large");
  Deno.writeFileSync(path, new Uint8Array((1 << 24) + 3).fill(7));
  const fact = await measureFile(path);
  assert.deepEqual(await hashFile(path, fact.bytes), fact);
  const program = import.meta.resolve("bertbook/download/hash_worker.ts");
  const worker = new Worker(program, { type: "module" });
  const answer = new Promise((resolve) =>
    worker.onmessage = ({ data }) => resolve(data)
  );
  worker.postMessage(path);
  assert.deepEqual(await answer, fact);
  worker.terminate();
});

Deno.test("a large file that cannot be read is an error, with or without a worker", async () => {
  await assert.rejects(hashFile("/nowhere", 1 << 24), Deno.errors.NotFound);
});
