import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  parseRawTrec,
  parseTrec,
  TREC_CLASSES,
} from "bertbook/datasets/trec/trec.ts";
import {
  RAW_TREC_FILES,
  TREC_ASSET,
} from "bertbook/datasets/trec/trec_asset.ts";

const DATA = Deno.env.get("BERTBOOK_DATA");
const HAS_TREC = DATA !== undefined && existsSync(join(DATA, "trec"));
const parse = (text: string): ReturnType<typeof parseTrec> =>
  parseTrec(new TextEncoder().encode(text), "x.utf8");

Deno.test("parseTrec() reads label and question as they stand", () => {
  assert.deepEqual(parse("0 What is a ` caul ' ?\n5 How  many ?"), [
    { label: 0, question: "What is a ` caul ' ?" },
    { label: 5, question: "How  many ?" },
  ]);
});

Deno.test("parseTrec() refuses other lines with their number", () => {
  for (
    const line of [
      "6 Who ?",
      "Who ?",
      "1Who ?",
      "-1 Who ?",
      "10 Who ?",
      "1 ",
      "1",
      "",
    ]
  ) {
    assert.throws(() => parse(`4 Where ?\n${line}\n`), {
      name: "SyntaxError",
      message: /"x.utf8" as line 2 must be(gin| a label)/,
    });
  }
  assert.throws(() => parse(""), { name: "SyntaxError", message: /is empty/ });
});

Deno.test("parseRawTrec() reads codes in ISO-8859-1 and leaves the fine class out", () => {
  const text = "NUM:date When is Kar\u00F0 ?\nHUM:ind Who : he ?\n";
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  assert.deepEqual(parseRawTrec(bytes, "x.label"), [
    { label: 5, question: "When is Kar\u00F0 ?" },
    { label: 3, question: "Who : he ?" },
  ]);
});

Deno.test("parseRawTrec() refuses codes that are not known, with the line", () => {
  for (const line of ["LOC Where ?", "loc:city Where ?", "FOO:city Where ?"]) {
    const bytes = new TextEncoder().encode(`HUM:ind Who ?\n${line}\n`);
    assert.throws(() => parseRawTrec(bytes, "x.label"), {
      name: "SyntaxError",
      message: /"x.label" as line 2 must begin with one of DESC:, ENTY:, /,
    });
  }
});

Deno.test("TREC's asset has facts for every file", () => {
  const files = Object.values(RAW_TREC_FILES);
  assert.deepEqual(Object.keys(TREC_ASSET.files), files);
  for (const source of TREC_ASSET.sources) {
    assert.deepEqual(
      Object.keys(source.kind === "url" ? source.members ?? {} : {}),
      files,
    );
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
        TREC_CLASSES.length,
      );
    }
  },
});
