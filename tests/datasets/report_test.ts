import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { COLA } from "bertbook/datasets/cola.ts";
import { loadDataset } from "bertbook/datasets/load_dataset.ts";
import { reportDataset } from "bertbook/datasets/report.ts";

const ignore = !existsSync(join(Deno.env.get("BERTBOOK_DATA") ?? "", "cola"));

/** Examples from labels and texts. */
const rows = (...examples: [number, string][]) =>
  examples.map(([label, text]) => ({ label, text }));

Deno.test("fault 46: reportDataset() counts duplicates, contradictions and leaks", () => {
  const report = reportDataset({
    train: rows([1, "A."], [0, "B."], [1, "A."], [0, "A."], [1, "C."]),
    validation: rows([1, "A."], [1, "a."]),
    test: rows([1, "B."], [0, "B."], [1, "D."]),
  });
  assert.deepEqual(report.train, {
    rows: 5,
    labelCounts: [2, 3],
    duplicates: 2,
    conflicting: ["A."],
    inTrain: 0,
  });
  assert.deepEqual(report.validation.labelCounts, [0, 2]);
  assert.equal(report.validation.inTrain, 1);
  assert.equal(report.test.inTrain, 2);
  assert.deepEqual(report.test.conflicting, ["B."]);
});

Deno.test({
  name: "fault 46: real CoLA has its known oddities",
  ignore,
  fn: async () => {
    const cola = await loadDataset(COLA);
    assert.equal(cola.origin, "folder");
    const { train, validation, test } = cola.report;
    assert.deepEqual([train.rows, train.labelCounts[1]], [8_551, 6_023]);
    assert.deepEqual([validation.rows, validation.labelCounts[1]], [527, 365]);
    assert.deepEqual([test.rows, test.labelCounts[1]], [516, 354]);
    assert.equal(train.duplicates, 19);
    assert.equal(train.conflicting.length, 11);
    // One mark is a space, which counts as no mark.
    const mismatched = cola.train
      .filter(({ label, mark }) => (mark.trim() === "") !== (label === 1));
    assert.equal(mismatched.length, 1);
    assert.equal(validation.inTrain, 6);
    assert.equal(test.inTrain, 12);
    const sources = new Set(
      [...cola.train, ...cola.test].map(({ source }) => source),
    );
    for (const source of sources) {
      assert.ok(cola.legend[source], `No title for ${source}`);
    }
    assert.equal(sources.size, Object.keys(cola.legend).length);
  },
});
