import assert from "node:assert/strict";
import { parseCola } from "bertbook/datasets/cola.ts";

const parse = (text: string): ReturnType<typeof parseCola> =>
  parseCola(new TextEncoder().encode(text), "x.tsv");

Deno.test("parseCola() keeps source, mark and text as they stand", () => {
  const text =
    "gj04\t1\t\t They go. \nx-1\t0\t*\tThey goes.\ny\t0\t??\tGo they\n" +
    "z\t1\t \tIt's fine.";
  assert.deepEqual(parse(text), [
    { source: "gj04", label: 1, mark: "", text: " They go. " },
    { source: "x-1", label: 0, mark: "*", text: "They goes." },
    { source: "y", label: 0, mark: "??", text: "Go they" },
    { source: "z", label: 1, mark: " ", text: "It's fine." },
  ]);
});

Deno.test("fault 41: a label that is not 0 or 1 is refused with its line", () => {
  const labels = [
    "",
    "2",
    "-1",
    "1.0",
    "01",
    " 1",
    "1 ",
    "one",
    "9".repeat(400),
    "１",
  ];
  for (const label of labels) {
    assert.throws(() => parse(`a\t1\t\tA.\nb\t${label}\t*\tB.\n`), {
      name: "SyntaxError",
      message: /"x.tsv": line 2 must have the label 0 or 1; found "/,
    });
  }
});

Deno.test("fault 40: CoLA has four columns", () => {
  assert.throws(() => parse("a\t1\tThey go.\n"), {
    name: "SyntaxError",
    message: /line 1 must have 4 columns; found 3/,
  });
});

Deno.test("fault 43: a blank sentence is refused with its line", () => {
  for (const sentence of ["", "  ", "\u00a0"]) {
    assert.throws(() => parse(`a\t1\t\t${sentence}\n`), {
      name: "SyntaxError",
      message: /line 1 must have a text; found "/,
    });
  }
});
