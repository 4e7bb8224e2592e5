// Needs --allow-read: tests/golden/logistic_regression.json, written by
// logistic_regression.py beside it.
import assert from "node:assert/strict";
import {
  featureLogits,
  type Features,
  fitLogisticRegression,
} from "bertbook/evaluation/logistic_regression.ts";
import { softmax } from "bertbook/evaluation/probabilities.ts";
import golden from "../golden/logistic_regression.json" with { type: "json" };

/** The features of the golden program, dense. */
function featuresOf(
  { numFeatures: M, scale, labels }: (typeof golden.cases)[number],
): Features[] {
  return labels.map((label, n) => ({
    ids: Array.from({ length: M }, (_, id) => id),
    values: Float32Array.from({ length: M }, (_, id) => {
      const i = n * M + id;
      return (Math.sin(i * i / 7) + (id === label ? 0.5 : 0)) * scale;
    }),
  }));
}

for (const each of golden.cases) {
  const { labels, probabilities, C, numClasses, numFeatures } = each;
  const name = `${numClasses} classes, ${numFeatures} features, C ${C}`;
  Deno.test(`probabilities equal scikit-learn's: ${name}`, () => {
    const features = featuresOf(each);
    const model = fitLogisticRegression(features, labels, {
      numClasses,
      numFeatures,
      penalty: (numClasses === 2 ? 2 : 1) / C,
      tolerance: 1e-7,
    });
    let worst = 0;
    for (const [n, row] of features.entries()) {
      softmax(featureLogits(row, model)).forEach((p, c) => {
        worst = Math.max(worst, Math.abs(p - probabilities[n]![c]!));
      });
    }
    assert.ok(worst < 1e-5, `the largest difference is ${worst}`);
  });
}

Deno.test("fitLogisticRegression() gives one minimum, whatever the order of examples", () => {
  const [each] = golden.cases;
  const { labels, numClasses, numFeatures } = each!;
  const features = featuresOf(each!);
  const options = { numClasses, numFeatures, tolerance: 1e-9 };
  const one = fitLogisticRegression(features, labels, options);
  const other = fitLogisticRegression(
    features.toReversed(),
    labels.toReversed(),
    options,
  );
  one.weights.forEach((weight, i) =>
    assert.ok(Math.abs(weight - other.weights[i]!) < 1e-6)
  );
});
