import assert from "node:assert/strict";
import { classificationReport } from "bertbook/evaluation/report.ts";

Deno.test("classificationReport() matches counts done by hand", () => {
  // class 0: 2 right of 3 predicted and of 4 actual; class 1: 1 right of 3 and 2
  const { classes, macro, weighted } = classificationReport(
    [0, 0, 1, 1, 0, 1],
    [0, 0, 0, 0, 1, 1],
    2,
  );
  assert.deepEqual(classes, [
    { precision: 2 / 3, recall: 1 / 2, fScore: 4 / 7, support: 4 },
    { precision: 1 / 3, recall: 1 / 2, fScore: 2 / 5, support: 2 },
  ]);
  assert.deepEqual(macro.precision, 1 / 2);
  assert.equal(weighted.precision, (4 * (2 / 3) + 2 * (1 / 3)) / 6);
  assert.equal(weighted.support, 6);
});

Deno.test("beta draws F towards precision or recall", () => {
  const scores = (beta: number): number =>
    classificationReport([0, 0, 1, 1, 0, 1], [0, 0, 0, 0, 1, 1], 2, { beta })
      .classes[0]!.fScore;
  assert.equal(scores(0), 2 / 3);
  assert.ok(scores(0.5) > scores(1) && scores(1) > scores(2));
  assert.ok(Math.abs(scores(1000) - 1 / 2) < 1e-6);
});

Deno.test("classificationReport() gives 0 for a class that never occurs", () => {
  const { classes } = classificationReport([0], [0], 2);
  assert.deepEqual(classes[1], {
    precision: 0,
    recall: 0,
    fScore: 0,
    support: 0,
  });
});

Deno.test("classificationReport() refuses unequal lengths", () => {
  assert.throws(() => classificationReport([0], [], 2), RangeError);
});

Deno.test("classificationReport() refuses a beta that weighs nothing", () => {
  for (const beta of [-1, NaN, Infinity]) {
    assert.throws(() => classificationReport([0], [0], 1, { beta }), {
      name: "RangeError",
      message: `Cannot weigh recall: beta must be a finite number of at ` +
        `least 0; found ${beta}`,
    });
  }
});
