/** Wrong labels, found by confident learning. @module */

import { checkPaired } from "./check_predictions.ts";

/** The mean of equal numbers may be above them by rounding. */
const ROUNDING = 1e-6;

/** An example whose label may be wrong. */
export type LabelIssue = {
  /** Index of the example. */
  readonly index: number;
  /** Its label, as given. */
  readonly label: number;
  /** The class that it seems to have. */
  readonly suggestion: number;
  /** The probability of its label: the lower, the more suspect. */
  readonly probability: number;
};

/**
 * Finds examples whose label may be wrong, by confident learning.
 *
 * Northcutt et al. (2021), section 3.1: the threshold of a class is the mean probability
 * of that class over the examples labelled so, equation 2. An example is an issue if the
 * likeliest of the classes that reach their threshold is not its label: these are the
 * examples outside the diagonal of the confident joint, equation 1. A class that no
 * example is labelled with is never suggested.
 *
 * The probabilities must come from models that were not trained on the example, as by
 * cross-validation (`kFolds`): a model may know by heart what it was trained on.
 *
 * @example The third example is labelled 0, and the model is as sure of 1 as elsewhere
 * ```ts
 * import { findLabelIssues } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const probabilities = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]];
 * const issues = findLabelIssues(probabilities, [0, 0, 0, 1]);
 * assert.deepEqual(issues, [
 *   { index: 2, label: 0, suggestion: 1, probability: 0.1 },
 * ]);
 * ```
 *
 * @param probabilities One row for each example, [N, C].
 * @param labels Their labels, as given, [N].
 * @returns The issues, that of the least probable label first; of equal ones the earlier.
 * @throws {RangeError} If the lengths differ, or a label has no probability.
 */
export function findLabelIssues(
  probabilities: readonly (readonly number[])[],
  labels: readonly number[],
): LabelIssue[] {
  checkPaired(probabilities, labels);
  const odd = labels.findIndex((label, i) =>
    !(probabilities[i]![label]! >= 0 && probabilities[i]![label]! <= 1)
  );
  if (odd !== -1) {
    throw new RangeError(
      `Cannot find wrong labels: each label must have a probability from 0 to 1; ` +
        `found label ${labels[odd]} and [${
          probabilities[odd]!.join(", ")
        }] for ` +
        `example ${odd}`,
    );
  }
  const byLabel = Map.groupBy(labels.keys(), (index) => labels[index]!);
  const thresholds = [...byLabel].map(([label, members]) => {
    const sum = members.reduce((sum, i) => sum + probabilities[i]![label]!, 0);
    return [label, sum / members.length - ROUNDING] as const;
  });
  return labels.flatMap((label, index): LabelIssue[] => {
    const row = probabilities[index]!;
    const [suggestion = label] = thresholds
      .filter(([c, threshold]) => row[c]! >= threshold)
      .map(([c]) => c)
      .sort((a, b) => row[b]! - row[a]! || a - b);
    if (suggestion === label) return [];
    return [{ index, label, suggestion, probability: row[label]! }];
  }).sort((a, b) => a.probability - b.probability || a.index - b.index);
}
