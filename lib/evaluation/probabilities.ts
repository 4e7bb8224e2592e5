/** From logits to probabilities, predictions and loss. @module */

import { exp, log, log1p } from "../exact_math.ts";
import { checkPaired, checkSome } from "./check_predictions.ts";

/**
 * Turns logits into probabilities: exp(zᵢ) / Σ exp(zⱼ).
 *
 * Bridle (1990). The largest logit is subtracted first, so nothing overflows.
 *
 * @param logits One number for each class, [C].
 * @returns Probabilities that sum to 1, [C].
 */
export function softmax(logits: readonly number[]): number[] {
  return logSoftmax(logits).map(exp);
}

/**
 * The probability that a label of several holds: the logistic function,
 * 1 / (1 + exp(−z)).
 *
 * @param logit z.
 * @returns A probability.
 */
export function sigmoid(logit: number): number {
  return 1 / (1 + exp(-logit));
}

/**
 * The logarithms of {@linkcode softmax}, exact also where a probability
 * underflows.
 *
 * @param logits One number for each class, [C].
 * @returns Log-probabilities in nats, [C].
 */
export function logSoftmax(logits: readonly number[]): number[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((t, logit) => t + exp(logit - largest), 0);
  const logTotal = largest + log(total);
  return logits.map((logit) => logit - logTotal);
}

/**
 * The class that a classifier predicts: the likeliest one.
 *
 * Predictions, classifications, explanations and lists of mistakes all ask here.
 *
 * @param scores Its logits, or its probabilities, [C].
 * @returns The class.
 * @throws {RangeError} As {@linkcode argMax}.
 */
export function predictedClass(scores: readonly number[]): number {
  return argMax(scores);
}

/**
 * The index of the largest value, the first of equal ones.
 *
 * @param values At least one number.
 * @returns Its index.
 * @throws {RangeError} If there is no value, or one is not a number.
 */
export function argMax(values: ArrayLike<number>): number {
  const numbers = Array.from(values);
  if (numbers.length === 0 || numbers.some(Number.isNaN)) {
    throw new RangeError(
      `Cannot find the largest value: all must be numbers; found [${numbers}]`,
    );
  }
  return numbers.reduce((best, x, i) => x > numbers[best]! ? i : best, 0);
}

/**
 * Mean cross-entropy on plain numbers: -log of the probability of the actual class. As
 * scikit-learn's `log_loss`.
 *
 * @example Even logits know nothing: the loss is log C
 * ```ts
 * import { logLoss } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(logLoss([[0, 0]], [1]), Math.LN2);
 * ```
 *
 * @param logits One row for each example, [N, C].
 * @param labels Actual classes, [N].
 * @returns The mean loss in nats.
 * @throws {RangeError} If the lengths differ, there is no example, or a label
 * has no logit.
 */
export function logLoss(
  logits: readonly (readonly number[])[],
  labels: ArrayLike<number>,
): number {
  checkPaired(logits, labels);
  checkSome(labels);
  let total = 0;
  for (const [i, row] of logits.entries()) {
    const logProbability = logSoftmax(row)[labels[i]!];
    if (logProbability === undefined) {
      throw new RangeError(
        `Cannot score example ${i}: its label must be among 0 to ${
          row.length - 1
        }; found ${labels[i]}`,
      );
    }
    total -= logProbability;
  }
  return total / logits.length;
}

/**
 * Mean binary cross-entropy on plain numbers, over the labels of all examples: −log of
 * the probability that each holds, or does not hold.
 *
 * @param logits One row for each example, [N, C].
 * @param targets 1 if the label holds or else 0, [N, C].
 * @returns The mean loss in nats.
 * @throws {RangeError} If the lengths differ or there is no example.
 */
export function binaryLogLoss(
  logits: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): number {
  checkPaired(logits, targets);
  checkSome(targets);
  const losses = logits.flatMap((row, i) =>
    row.map((z, c) =>
      Math.max(z, 0) - z * targets[i]![c]! + log1p(exp(-Math.abs(z)))
    )
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
