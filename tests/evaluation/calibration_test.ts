import {
  expectedCalibrationError,
  reliabilityBins,
} from "bertbook/evaluation/calibration.ts";
import assert from "node:assert/strict";

/** A row for two classes, whose prediction is class 1 with this confidence. */
const sure = (confidence: number): number[] => [1 - confidence, confidence];

Deno.test("reliabilityBins() holds mean confidence and accuracy", () => {
  const probabilities = [sure(0.625), sure(0.75), sure(1)];
  const bins = reliabilityBins(probabilities, [1, 0, 1], { numBins: 4 });
  assert.deepEqual(bins, [
    { low: 0, high: 0.25, count: 0, confidence: NaN, accuracy: NaN },
    { low: 0.25, high: 0.5, count: 0, confidence: NaN, accuracy: NaN },
    { low: 0.5, high: 0.75, count: 2, confidence: 0.6875, accuracy: 0.5 },
    { low: 0.75, high: 1, count: 1, confidence: 1, accuracy: 1 },
  ]);
  // 2/3 · |0.5 − 0.6875| + 1/3 · 0
  assert.equal(expectedCalibrationError(bins), 2 / 3 * 0.1875);
});

Deno.test("a classifier as sure as it is right has no calibration error", () => {
  const probabilities = [0, 1, 2, 3].map(() => sure(0.75));
  const bins = reliabilityBins(probabilities, [1, 1, 1, 0]);
  assert.equal(expectedCalibrationError(bins), 0);
});

Deno.test("reliabilityBins() keeps the ends of the scale", () => {
  const bins = reliabilityBins([[0], [1], [1 + 1e-7]], [0, 0, 0]);
  assert.equal(bins[0]!.count, 1);
  assert.equal(bins[9]!.count, 2);
  assert.equal(expectedCalibrationError(reliabilityBins([], [])), 0);
});

Deno.test("the upper end of a bin belongs to it, however it is rounded", () => {
  for (let m = 51; m <= 100; m++) {
    const bins = reliabilityBins([[m / 100, 0]], [0], { numBins: 100 });
    const { low, high } = bins.find(({ count }) => count === 1)!;
    assert.deepEqual([low, high], [(m - 1) / 100, m / 100]);
  }
});

Deno.test("reliabilityBins() refuses logits, unequal lengths and no bins", () => {
  assert.throws(() => reliabilityBins([[3, 0]], [0]), {
    name: "RangeError",
    message: /found 3 for example 0; apply softmax/,
  });
  assert.throws(() => reliabilityBins([[1, 0]], []), RangeError);
  for (const numBins of [0, 1.5, NaN]) {
    assert.throws(() => reliabilityBins([], [], { numBins }), RangeError);
  }
});
