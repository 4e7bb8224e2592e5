/**
 * Multinomial logistic regression: a linear classifier of features, as plain numbers.
 *
 * @module
 */

import { checkPaired, checkSome } from "./check_predictions.ts";
import { softmax } from "./probabilities.ts";

/** The features of one example that are not 0. */
export type Features = {
  /** Which features, each below M; one that occurs twice counts twice. */
  readonly ids: ArrayLike<number>;
  /** Their values, one for each of `ids`. */
  readonly values: ArrayLike<number>;
};

/** A linear classifier. Its sizes: M features, C classes. */
export type LogisticRegression = {
  /** How much a feature speaks for a class, and last, without any, [M + 1, C]. */
  readonly weights: Float64Array;
  /** M. */
  readonly numFeatures: number;
  /** C. */
  readonly numClasses: number;
  /** Passes over the examples until the gradient vanished. */
  readonly iterations: number;
};

/** How to fit. */
export type LogisticRegressionOptions = {
  /** M. */
  numFeatures: number;
  /** C. */
  numClasses: number;
  /** λ, above 0: how strongly weights are held at 0; default 1. */
  penalty?: number;
  /** Ends when no derivative of the mean loss is larger; default 1e-3. */
  tolerance?: number;
};

/** Far more than examples of one task need. */
const MAX_ITERATIONS = 10_000;

/**
 * Fits multinomial logistic regression: the minimum of
 * −Σ ln p(label | features) + λ/2 · Σ weights², the bias left free.
 *
 * There is one minimum, so no seed and no order of the examples matters; it is that of
 * scikit-learn's `LogisticRegression(C=1/λ)` for three or more classes. (For two,
 * scikit-learn has one column of weights w; the two columns here are −w/2 and w/2, so
 * λ = 2/C gives the same.) It is found by gradient descent with momentum (Nesterov,
 * 1983), restarted where the momentum points uphill (O'Donoghue and Candès, 2015), each
 * feature with its own step: one divided by an upper bound of its curvature, so that
 * rare features move as fast as frequent ones.
 *
 * @example
 * ```ts
 * import {
 *   featureLogits,
 *   fitLogisticRegression,
 * } from "bertbook/evaluation/logistic_regression.ts";
 * import { argMax } from "bertbook/evaluation/probabilities.ts";
 * import assert from "node:assert/strict";
 *
 * const ids = [0, 1];
 * const examples = [[1, 0], [0, 1]].map((values) => ({ ids, values }));
 * const sizes = { numFeatures: 2, numClasses: 2 };
 * const model = fitLogisticRegression(examples, [0, 1], sizes);
 * assert.equal(argMax(featureLogits({ ids, values: [0.2, 0.3] }, model)), 1);
 * ```
 *
 * @param examples The features of each example, [N]; their ids are not checked.
 * @param labels Their classes, each below C, [N].
 * @param options Sizes, penalty, tolerance.
 * @returns The classifier.
 * @throws {RangeError} If there is no example, the lengths differ, the penalty is not
 * above 0, or the minimum is too far away to be reached.
 */
export function fitLogisticRegression(
  examples: readonly Features[],
  labels: readonly number[],
  options: LogisticRegressionOptions,
): LogisticRegression {
  const { numFeatures, numClasses, penalty = 1, tolerance = 1e-3 } = options;
  checkPaired(examples, labels);
  checkSome(labels);
  // Nothing else bounds the weight of a feature that no example has.
  if (!(penalty > 0 && penalty < Infinity)) {
    throw new RangeError(
      `Cannot fit weights: penalty must be a finite number above 0; found ${penalty}`,
    );
  }
  // The bias is the weight of one more feature, which is 1 in every example.
  const rows = examples.map(({ ids, values }) => ({
    ids: Int32Array.from([...Array.from(ids), numFeatures]),
    values: Float64Array.from([...Array.from(values), 1]),
  }));
  const bounds = curvatureBounds(rows, numFeatures, penalty);
  const size = (numFeatures + 1) * numClasses;
  let weights = new Float64Array(size), ahead = new Float64Array(size);
  let momentum = 1;
  for (let iterations = 1;; iterations++) {
    const gradient = penalized(ahead, penalty, numFeatures * numClasses);
    addGradient(gradient, ahead, rows, labels, numClasses);
    const slope = largest(gradient) / rows.length;
    if (slope <= tolerance) {
      return { weights: ahead, numFeatures, numClasses, iterations };
    }
    if (iterations === MAX_ITERATIONS) throw tooFar(slope, tolerance);
    const next = ahead.map((value, i) =>
      value - gradient[i]! / bounds[Math.floor(i / numClasses)]!
    );
    const uphill = moved(gradient, next, weights) > 0;
    const slower = uphill
      ? 1
      : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const share = uphill ? 0 : (momentum - 1) / slower;
    ahead = next.map((value, i) => value + share * (value - weights[i]!));
    [weights, momentum] = [next, slower];
  }
}

/**
 * The scores of each class for an example.
 *
 * @param features Its features; their ids are not checked.
 * @param model The classifier.
 * @returns Unnormalized log-probabilities, [C].
 */
export function featureLogits(
  { ids, values }: Features,
  { weights, numFeatures, numClasses }: LogisticRegression,
): number[] {
  const bias = numFeatures * numClasses;
  const scores = Array.from(weights.subarray(bias, bias + numClasses));
  addScores(scores, ids, values, weights);
  return scores;
}

/** Adds what each feature speaks for each class, in place. */
function addScores(
  scores: number[],
  ids: ArrayLike<number>,
  values: ArrayLike<number>,
  weights: Float64Array,
): void {
  const numClasses = scores.length;
  for (let i = 0; i < ids.length; i++) {
    const start = ids[i]! * numClasses, value = values[i]!;
    for (let c = 0; c < numClasses; c++) {
      scores[c]! += value * weights[start + c]!;
    }
  }
}

function tooFar(slope: number, tolerance: number): RangeError {
  return new RangeError(
    `Cannot fit weights: the mean loss must converge to ${tolerance} within ` +
      `${MAX_ITERATIONS} iterations; found a derivative of ${
        slope.toExponential(1)
      }; ` +
      `raise the penalty or the tolerance`,
  );
}

/** λ times the weights, and 0 for the bias: the gradient of the penalty. */
function penalized(
  weights: Float64Array,
  penalty: number,
  numPenalized: number,
): Float64Array {
  return weights.map((value, i) => i < numPenalized ? penalty * value : 0);
}

/** The features of an example and the bias, copied for speed. */
type Row = { readonly ids: Int32Array; readonly values: Float64Array };

/** Adds the gradient of −Σ ln p(label | features), in place: this is the hot loop. */
function addGradient(
  gradient: Float64Array,
  weights: Float64Array,
  rows: readonly Row[],
  labels: readonly number[],
  numClasses: number,
): void {
  const scores = new Array<number>(numClasses);
  for (let n = 0; n < rows.length; n++) {
    const { ids, values } = rows[n]!;
    scores.fill(0);
    addScores(scores, ids, values, weights);
    const errors = softmax(scores);
    errors[labels[n]!]! -= 1;
    for (let i = 0; i < ids.length; i++) {
      const start = ids[i]! * numClasses, value = values[i]!;
      for (let c = 0; c < numClasses; c++) {
        gradient[start + c]! += value * errors[c]!;
      }
    }
  }
}

/**
 * An upper bound of each feature's curvature: XᵀX, which softmax halves (Böhning,
 * 1992), is at most the diagonal matrix of the row sums of |X|ᵀ|X|.
 */
function curvatureBounds(
  rows: readonly Row[],
  numFeatures: number,
  penalty: number,
): Float64Array {
  const bounds = new Float64Array(numFeatures + 1).fill(penalty);
  bounds[numFeatures] = 0;
  for (const { ids, values } of rows) {
    const total = values.reduce((sum, value) => sum + Math.abs(value), 0);
    ids.forEach((id, i) => bounds[id]! += Math.abs(values[i]!) * total / 2);
  }
  return bounds;
}

function largest(values: Float64Array): number {
  return values.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
}

/** How far the loss rose, to first order: Σ gradient · (next − last). */
function moved(
  gradient: Float64Array,
  next: Float64Array,
  last: Float64Array,
): number {
  return gradient
    .reduce((sum, slope, i) => sum + slope * (next[i]! - last[i]!), 0);
}
