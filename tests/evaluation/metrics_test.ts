import {
  accuracy,
  macroF1,
  matthewsCorrelation,
  mccPerBatch,
  METRIC_NAMES,
  predictionMetrics,
} from "bertbook/evaluation/metrics.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

const LABELS = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0];
const PREDICTIONS = [1, 1, 1, 1, 1, 0, 1, 1, 0, 0];

Deno.test("accuracy() counts the right ones", () => {
  assert.equal(accuracy(PREDICTIONS, LABELS), 0.7);
});

Deno.test("matthewsCorrelation() matches Matthews' formula for two classes", () => {
  // TP 5, TN 2, FP 2, FN 1: (5·2 − 2·1) / √(7·6·4·3)
  assert.equal(matthewsCorrelation(PREDICTIONS, LABELS), 8 / Math.sqrt(504));
});

Deno.test("fault 44: matthewsCorrelation() is 0 where it is undefined", () => {
  assert.equal(matthewsCorrelation([1, 1], [0, 1]), 0);
  assert.equal(matthewsCorrelation([0, 1], [1, 1]), 0);
  assert.equal(matthewsCorrelation([1, 1], [1, 1]), 0);
  assert.equal(matthewsCorrelation([], []), 0);
});

Deno.test("accuracy alone cannot tell a constant answer from a good one", () => {
  const constant = LABELS.map(() => 1);
  assert.equal(accuracy(constant, LABELS), 0.6);
  assert.equal(matthewsCorrelation(constant, LABELS), 0);
});

Deno.test("predictionMetrics() has every metric that can choose the best model", () => {
  assert.deepEqual(predictionMetrics(PREDICTIONS, LABELS), {
    mcc: matthewsCorrelation(PREDICTIONS, LABELS),
    accuracy: accuracy(PREDICTIONS, LABELS),
    macroF1: macroF1(PREDICTIONS, LABELS),
  });
  assert.deepEqual(METRIC_NAMES, ["mcc", "accuracy", "macroF1", "loss"]);
});

const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1 });

Deno.test("matthewsCorrelation() is symmetric, bounded, and blind to class names", () => {
  assertAll(fc.property(pairs, (pairs) => {
    const a = pairs.map(([x]) => x);
    const b = pairs.map(([, y]) => y);
    const mcc = matthewsCorrelation(a, b);
    assert.ok(Math.abs(mcc) <= 1 + 1e-12);
    assert.equal(matthewsCorrelation(b, a), mcc);
    const rename = (x: number): number => [7, 0, 1000, 2][x]!;
    assert.equal(matthewsCorrelation(a.map(rename), b.map(rename)), mcc);
  }));
});

Deno.test("matthewsCorrelation() turns its sign when two classes are swapped", () => {
  const swapped = PREDICTIONS.map((x) => 1 - x);
  assert.equal(
    matthewsCorrelation(swapped, LABELS),
    -matthewsCorrelation(PREDICTIONS, LABELS),
  );
});

Deno.test("mccPerBatch() scores each batch, and a last one of another size", () => {
  const batches = mccPerBatch(PREDICTIONS, LABELS, 4);
  assert.deepEqual(batches, [
    0, // only class 1
    matthewsCorrelation([1, 0, 1, 1], [1, 1, 0, 0]),
    0,
  ]);
  assert.deepEqual(mccPerBatch(PREDICTIONS, LABELS, 100), [
    matthewsCorrelation(PREDICTIONS, LABELS),
  ]);
  assert.deepEqual(mccPerBatch([], [], 32), []);
});

Deno.test("metrics refuse unequal lengths, no examples and no batch size", () => {
  for (const metric of [accuracy, matthewsCorrelation]) {
    assert.throws(() => metric([1, 0], [1]), {
      name: "RangeError",
      message: /2 predictions and 1 labels/,
    });
  }
  assert.throws(() => mccPerBatch([1], [1, 0], 2), RangeError);
  assert.throws(() => mccPerBatch([1], [1], 0), {
    name: "RangeError",
    message: /batchSize must be at least 1/,
  });
  assert.throws(() => accuracy([], []), {
    name: "RangeError",
    message: /at least one/,
  });
});
