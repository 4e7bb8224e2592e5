/** Where a classifier errs: by group, and its most confident mistakes. @module */

import { checkPaired } from "./check_predictions.ts";
import { predictedClass, softmax } from "./probabilities.ts";

/** The errors in one group of examples. */
export type GroupErrors = {
  group: string;
  /** Examples of the group. */
  count: number;
  /** Examples of the group with a wrong prediction. */
  errors: number;
  /** errors / count. */
  errorRate: number;
};

/**
 * Counts the errors of each group, say of each source of sentences.
 *
 * @param groups Group of each example, [N].
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @returns One entry for each group, the highest error rate first; of equal
 * rates the larger group, then the name that comes first.
 * @throws {RangeError} If the lengths differ.
 */
export function errorsByGroup(
  groups: readonly string[],
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): GroupErrors[] {
  checkPaired(predictions, labels);
  if (groups.length !== labels.length) {
    throw new RangeError(
      `Cannot group errors: each example must have a group; ` +
        `found ${groups.length} groups and ${labels.length} labels`,
    );
  }
  const counts = new Map<string, { count: number; errors: number }>();
  for (const [i, group] of groups.entries()) {
    const { count, errors } = counts.get(group) ?? { count: 0, errors: 0 };
    const wrong = predictions[i] === labels[i] ? 0 : 1;
    counts.set(group, { count: count + 1, errors: errors + wrong });
  }
  return [...counts]
    .map(([group, { count, errors }]) => (
      { group, count, errors, errorRate: errors / count }
    ))
    .sort((a, b) =>
      b.errorRate - a.errorRate || b.count - a.count ||
      (a.group < b.group ? -1 : 1)
    );
}

/** A wrong prediction and how sure the classifier was of it. */
export type Mistake = {
  /** Index of the example. */
  index: number;
  prediction: number;
  label: number;
  /** Probability of the prediction, in [1 / C, 1]. */
  confidence: number;
};

/**
 * The mistakes that the classifier was surest of.
 *
 * @example
 * ```ts
 * import { worstMistakes } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const logits = [[2, 0], [0, 1], [0, 3]];
 * const mistakes = worstMistakes(logits, [0, 0, 0], 1);
 * assert.equal(mistakes[0]?.index, 2);
 * ```
 *
 * @param logits One row for each example, [N, C].
 * @param labels Actual classes, [N].
 * @param limit How many mistakes to return at most.
 * @returns The mistakes, the most confident first.
 * @throws {RangeError} If the lengths differ.
 */
export function worstMistakes(
  logits: readonly (readonly number[])[],
  labels: ArrayLike<number>,
  limit: number,
): Mistake[] {
  checkPaired(logits, labels);
  return logits
    .map((row, index) => {
      const prediction = predictedClass(row);
      const confidence = softmax(row)[prediction]!;
      return { index, prediction, label: labels[index]!, confidence };
    })
    .filter(({ prediction, label }) => prediction !== label)
    .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
    .slice(0, limit);
}
