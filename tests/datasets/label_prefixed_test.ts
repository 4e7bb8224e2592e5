import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type LabelledText,
  parseLabelFirst,
  sortedLabels,
} from "bertbook/datasets/label_prefixed.ts";
import { assertAll } from "../_property.ts";

const parse = (text: string): LabelledText[] =>
  parseLabelFirst(new TextEncoder().encode(text), { file: "x.txt" });

Deno.test("parseLabelFirst() takes the first word off, and nothing else", () => {
  assert.deepEqual(parse("b two  spaces \na \tb\n"), [
    { label: "b", text: "two  spaces " },
    { label: "a", text: "\tb" },
  ]);
});

Deno.test("parseLabelFirst() reads back what was written", () => {
  const label = fc.stringMatching(/^[A-Za-z0-9:]+$/);
  const text = fc.stringMatching(/^[a-z ?]*[a-z][a-z ?]*$/);
  const examples = fc.array(
    fc.record({ label, text }, {
      noNullPrototype: true,
    }),
    { minLength: 1 },
  );
  assertAll(fc.property(examples, (examples) => {
    const lines = examples.map(({ label, text }) => `${label} ${text}\n`);
    assert.deepEqual(parse(lines.join("")), examples);
  }));
});

Deno.test("parseLabelFirst() reads ISO-8859-1 byte by byte", () => {
  const bytes = Uint8Array.from("a caf\u00E9 \u0085\n", (c) => c.charCodeAt(0));
  assert.deepEqual(
    parseLabelFirst(bytes, { file: "x", encoding: "iso-8859-1" }),
    [{ label: "a", text: "caf\u00E9 \u0085" }],
  );
  assert.throws(() => parseLabelFirst(bytes, { file: "x" }), {
    name: "SyntaxError",
    message: /must be UTF-8: line 1 is not/,
  });
});

Deno.test("parseLabelFirst() refuses lines without label or text", () => {
  for (const line of ["", "a", "a ", " text", "a\ttext"]) {
    assert.throws(() => parse(`b text\n${line}\n`), {
      name: "SyntaxError",
      message: /"x.txt" as line 2 must be a label, a space and a text/,
    });
  }
  assert.throws(() => parse(""), { name: "SyntaxError", message: /is empty/ });
});

Deno.test("sortedLabels() does not depend on the order of the lines", () => {
  const examples = parse("b x\na y\nb z\n");
  assert.deepEqual(sortedLabels(examples), ["a", "b"]);
  assert.deepEqual(sortedLabels(examples.toReversed()), ["a", "b"]);
  assert.deepEqual(sortedLabels([]), []);
});
