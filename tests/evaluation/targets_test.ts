// Needs --allow-read: tests/golden/targets_metrics.json, written by targets_metrics.py.
import { macroF1 } from "bertbook/evaluation/metrics.ts";
import {
  multiLabelScores,
  tuneThresholds,
} from "bertbook/evaluation/multi_label.ts";
import { binaryLogLoss, sigmoid } from "bertbook/evaluation/probabilities.ts";
import { regressionMetrics } from "bertbook/evaluation/regression.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import golden from "../golden/targets_metrics.json" with { type: "json" };
import { assertAll } from "../_property.ts";

function assertNear(actual: number, expected: number, name = ""): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-12,
    `${name} ${actual} is not near ${expected}`,
  );
}

for (const each of golden.multiLabel) {
  const { name, logits, targets, bestF1 } = each;
  const probabilities = logits.map((row) => row.map(sigmoid));
  const column = (rows: number[][], c: number): number[][] =>
    rows.map((row) => [row[c]!]);

  Deno.test(`multi-label scores equal scikit-learn's: ${name}`, () => {
    const scores = multiLabelScores(probabilities, targets);
    assertNear(scores.microF1, each.microF1, "microF1");
    assertNear(scores.macroF1, each.macroF1, "macroF1");
    assertNear(scores.subsetAccuracy, each.subsetAccuracy, "subsetAccuracy");
    assertNear(binaryLogLoss(logits, targets), each.loss, "loss");
  });

  Deno.test(`tuned thresholds reach the best F1 that any has: ${name}`, () => {
    const thresholds = tuneThresholds(probabilities, targets);
    assert.equal(thresholds.length, targets[0]!.length);
    for (const [c, threshold] of thresholds.entries()) {
      const [own, actual] = [column(probabilities, c), column(targets, c)];
      const { macroF1 } = multiLabelScores(own, actual, [threshold]);
      assertNear(macroF1, bestF1[c]!, `label ${c}`);
      const isNeeded = multiLabelScores(own, actual).macroF1 < bestF1[c]!;
      if (!isNeeded) assert.equal(threshold, 0.5); // the nearest is 0.5 itself
    }
  });
}

for (const { name, values, targets, ...expected } of golden.regression) {
  Deno.test(`regression metrics equal scikit-learn's and SciPy's: ${name}`, () => {
    const metrics = regressionMetrics(values, targets);
    assert.deepEqual(Object.keys(metrics), ["loss", "pearson", "spearman"]);
    for (const [name, value] of Object.entries(metrics)) {
      assertNear(value, expected[name as keyof typeof metrics], name);
    }
  });
}

Deno.test("macroF1() equals scikit-learn's over the classes that occur", () => {
  for (const each of golden.singleLabel) {
    assertNear(macroF1(each.predictions, each.labels), each.macroF1);
  }
  assert.throws(() => macroF1([], []), RangeError);
  assert.throws(() => macroF1([1], [1, 0]), RangeError);
});

Deno.test("tuneThresholds() chooses the middle of a gap, and of equal F1 the nearest to 0.5", () => {
  const tuned = (probabilities: number[], targets: number[]): number =>
    tuneThresholds(
      probabilities.map((p) => [p]),
      targets.map((target) => [target]),
    )[0]!;
  // Only the gap from 0.2 to 0.4 separates them.
  assertNear(tuned([0.1, 0.2, 0.4, 0.45], [0, 0, 1, 1]), 0.3);
  // The gap from 0.3 to 0.8 contains 0.5.
  assert.equal(tuned([0.3, 0.8], [0, 1]), 0.5);
  // A threshold is reached by an equal probability: 0.5 gives both.
  assert.equal(tuned([0.1, 0.5, 0.9], [0, 1, 1]), 0.5);
  // F1 is 2/3 with one or with all four; between 0.6 and 0.9 is nearer than 0.05.
  assertNear(tuned([0.9, 0.6, 0.55, 0.1], [1, 0, 0, 1]), 0.75);
  // Likewise; 0.2 is nearer than 0.95.
  assertNear(tuned([1, 0.9, 0.9, 0.4], [1, 0, 0, 1]), 0.2);
  // Likewise; 0.1875 and 0.8125 are as near.
  assert.equal(tuned([0.875, 0.75, 0.75, 0.375], [1, 0, 0, 1]), 0.8125);
  assert.equal(tuned([0.2, 0.9], [0, 0]), 0.5); // no positives
  assert.equal(tuned([0, 0], [1, 1]), 0); // all of them, at whatever probability
});

const pairs = fc.array(
  fc.tuple(fc.nat(20).map((x) => x / 20), fc.nat(1)),
  { minLength: 1, maxLength: 30 },
);

Deno.test("no threshold has a better F1 than the tuned one", () => {
  assertAll(fc.property(pairs, (pairs) => {
    const probabilities = pairs.map(([p]) => [p]);
    const targets = pairs.map(([, target]) => [target]);
    const f1 = (threshold: number): number =>
      multiLabelScores(probabilities, targets, [threshold]).microF1;
    const [tuned] = tuneThresholds(probabilities, targets);
    const others = Array.from({ length: 42 }, (_, i) => i / 40);
    assert.ok(others.every((threshold) => f1(threshold) <= f1(tuned!)));
  }));
});

Deno.test("scores of several labels refuse what does not pair, and logits", () => {
  const refused = (probabilities: number[][], targets: number[][]): void => {
    for (const score of [multiLabelScores, tuneThresholds]) {
      assert.throws(() => score(probabilities, targets), RangeError);
    }
  };
  refused([], []);
  refused([[0.5]], []);
  refused([[0.5, 0.5]], [[1]]);
  refused([[0.5], [0.5]], [[1], [1, 0]]);
  refused([[0.5]], [[0.5]]);
  assert.throws(() => multiLabelScores([[0.1], [3]], [[1], [1]]), {
    name: "RangeError",
    message: "Cannot score example 1: it must have 1 probabilities in [0, 1] " +
      "and as many targets, each 0 or 1; found probabilities [3], targets [1]",
  });
  assert.throws(() => regressionMetrics([], []), RangeError);
  assert.throws(() => regressionMetrics([[1]], [[1, 2]]), RangeError);
  assert.throws(() => regressionMetrics([[NaN]], [[1]]), RangeError);
});

Deno.test("a correlation with equal values is 0, not NaN", () => {
  const equal = [[0.1], [0.1], [0.1]]; // whose mean is not 0.1
  const { pearson, spearman, loss } = regressionMetrics(equal, [[1], [2], [3]]);
  assert.deepEqual([pearson, spearman], [0, 0]);
  assertNear(loss, (0.9 ** 2 + 1.9 ** 2 + 2.9 ** 2) / 3);
});
