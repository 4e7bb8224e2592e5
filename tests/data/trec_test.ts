import assert from "node:assert/strict";
import { join } from "node:path";
import { parseTrec, TREC_CLASSES } from "bertbook/data/trec.ts";

const DATA = Deno.env.get("BERTBOOK_DATA");
const parse = (text: string): ReturnType<typeof parseTrec> =>
  parseTrec(new TextEncoder().encode(text), "x.utf8");

Deno.test("parseTrec() reads label and question as they stand", () => {
  assert.deepEqual(parse("0 What is a ` caul ' ?\n5 How  many ?"), [
    { label: 0, question: "What is a ` caul ' ?" },
    { label: 5, question: "How  many ?" },
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
      "",
    ]
  ) {
    assert.throws(() => parse(`4 Where ?\n${line}\n`), {
      name: "SyntaxError",
      message: /"x.utf8" as line 2 must be a label from 0 to 5/,
    });
  }
  assert.throws(() => parse(""), { name: "SyntaxError", message: /is empty/ });
});

Deno.test({
  name: "parseTrec() reads real TREC",
  ignore: !DATA,
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
