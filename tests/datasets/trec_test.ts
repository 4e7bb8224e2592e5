import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseRawTrec, parseTrec, TREC } from "bertbook/datasets/trec.ts";

const DATA = Deno.env.get("BERTBOOK_DATA");
const HAS_TREC = DATA !== undefined && existsSync(join(DATA, "trec"));
const parse = (text: string): ReturnType<typeof parseTrec> =>
  parseTrec(new TextEncoder().encode(text), "x.utf8");

Deno.test("parseTrec() reads label and question as they stand", () => {
  assert.deepEqual(parse("0 What is a ` caul ' ?\n5 How  many ?"), [
    { label: 0, text: "What is a ` caul ' ?" },
    { label: 5, text: "How  many ?" },
  ]);
});

Deno.test("fault 41: parseTrec() refuses other lines with their number", () => {
  for (
    const line of [
      "6 Who ?",
      "Who ?",
      "1Who ?",
      "-1 Who ?",
      "10 Who ?",
      "1 ",
      "1",
      "\n4 Where",
    ]
  ) {
    assert.throws(() => parse(`4 Where ?\n${line}\n`), {
      name: "SyntaxError",
      message: /"x.utf8": line 2 must (have the|be a) label/,
    });
  }
});

Deno.test("parseRawTrec() reads codes in ISO-8859-1 and leaves the fine class out", () => {
  const text = "NUM:date When is Caf\u00E9 ?\nHUM:ind Who : he ?\n";
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  assert.deepEqual(parseRawTrec(bytes, "x.label"), [
    { label: 5, text: "When is Caf\u00E9 ?" },
    { label: 3, text: "Who : he ?" },
  ]);
});

Deno.test("parseRawTrec() reads the stray byte F0 as a space, as Hugging Face's loader", () => {
  const bytes = new TextEncoder().encode("LOC:city Which red_brick town ?\n");
  bytes[bytes.indexOf(0x5f)] = 0xf0;
  assert.deepEqual(parseRawTrec(bytes, "x.label"), [
    { label: 4, text: "Which red brick town ?" },
  ]);
});

Deno.test("parseRawTrec() refuses codes that are not known, with the line", () => {
  for (const line of ["LOC Where ?", "loc:city Where ?", "FOO:city Where ?"]) {
    const bytes = new TextEncoder().encode(`HUM:ind Who ?\n${line}\n`);
    assert.throws(() => parseRawTrec(bytes, "x.label"), {
      name: "SyntaxError",
      message: /"x.label": line 2 must have the label one of DESC:, ENTY:, /,
    });
  }
});

Deno.test({
  name: "parseTrec() reads real TREC",
  ignore: !HAS_TREC,
  fn: () => {
    const sizes = { nodev: 5_000, dev: 452, test: 500 };
    for (const [part, size] of Object.entries(sizes)) {
      const file = `trec.${part}.utf8`;
      const rows = parseTrec(
        Deno.readFileSync(join(DATA!, "trec", file)),
        file,
      );
      assert.equal(rows.length, size);
      assert.equal(
        new Set(rows.map(({ label }) => label)).size,
        TREC.labels.length,
      );
    }
  },
});
