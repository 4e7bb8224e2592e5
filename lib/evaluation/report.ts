/** The classification report: precision, recall and F for each class. @module */

import { confusionMatrix } from "./confusion.ts";

/** How well one class, or a mean over classes, is found. */
export type ClassScores = {
  /** Of those predicted as the class, the share that belongs to it. */
  precision: number;
  /** Of those that belong to the class, the share predicted as it. */
  recall: number;
  /** The weighted harmonic mean of both. */
  fScore: number;
  /** Examples that belong to the class. */
  support: number;
};

/** Scores of each class and their means. */
export type ClassificationReport = {
  /** One entry for each class, [C]. */
  classes: ClassScores[];
  /** Mean over the classes, each counting the same. */
  macro: ClassScores;
  /** Mean over the classes, each counting by its support. */
  weighted: ClassScores;
};

/**
 * Precision, recall and F_β of each class, with macro and weighted means.
 *
 * F_β = (1 + β²) P R / (β² P + R), van Rijsbergen (1979), chapter 7: recall
 * counts β times as much as precision. A ratio of nothing to nothing is 0, as
 * in scikit-learn with `zero_division=0`.
 *
 * @example
 * ```ts
 * import { classificationReport } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { classes } = classificationReport([1, 1, 0], [1, 0, 0], 2);
 * assert.deepEqual(classes[1], {
 *   precision: 1 / 2, recall: 1, fScore: 2 / 3, support: 1,
 * });
 * ```
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @param numClasses C: number of classes.
 * @param options `beta`: weight of recall, 1 by default.
 * @returns The scores.
 * @throws {RangeError} If the lengths differ, a class is outside 0 … C - 1, or
 * `beta` is no finite number of at least 0.
 */
export function classificationReport(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  numClasses: number,
  options: { beta?: number } = {},
): ClassificationReport {
  return reportOf(confusionMatrix(predictions, labels, numClasses), options);
}

/**
 * The same scores of a confusion matrix, which holds all that they depend on.
 *
 * @param matrix Counts [actual][predicted], [C, C].
 * @param options `beta`: weight of recall, 1 by default.
 * @returns The scores.
 * @throws {RangeError} If `beta` is no finite number of at least 0.
 */
export function reportOf(
  matrix: readonly (readonly number[])[],
  options: { beta?: number } = {},
): ClassificationReport {
  const { beta = 1 } = options;
  if (!(beta >= 0 && beta < Infinity)) {
    throw new RangeError(
      `Cannot weigh recall: beta must be a finite number of at least 0; ` +
        `found ${beta}`,
    );
  }
  const classes = matrix.map((row, i) => {
    const right = row[i]!;
    const support = sum(row);
    const predicted = sum(matrix.map((counts) => counts[i]!));
    return scoresOf({ right, predicted, support }, beta);
  });
  return { classes, ...meansOf(classes) };
}

/**
 * The scores of what was counted. A ratio of nothing to nothing is 0.
 *
 * @param counts How many are of a class, how many are predicted as it, and how many
 * are both.
 * @param beta The weight of recall.
 * @returns The scores.
 */
export function scoresOf(
  counts: { right: number; predicted: number; support: number },
  beta = 1,
): ClassScores {
  const { right, predicted, support } = counts;
  // F from counts, so that P and R need not be divided first.
  const scale = beta * beta;
  return {
    precision: ratio(right, predicted),
    recall: ratio(right, support),
    fScore: ratio((1 + scale) * right, scale * support + predicted),
    support,
  };
}

/**
 * The means of the scores of classes.
 *
 * @param classes The scores of each class.
 * @returns Both means; their supports are sums.
 */
export function meansOf(
  classes: ClassScores[],
): { macro: ClassScores; weighted: ClassScores } {
  return {
    macro: meanScores(classes, classes.map(() => 1)),
    weighted: meanScores(classes, classes.map((scores) => scores.support)),
  };
}

/** The mean of the scores under one weight for each class; supports are added. */
function meanScores(classes: ClassScores[], weights: number[]): ClassScores {
  const mean = (key: "precision" | "recall" | "fScore"): number =>
    ratio(
      sum(classes.map((scores, i) => scores[key] * weights[i]!)),
      sum(weights),
    );
  return {
    precision: mean("precision"),
    recall: mean("recall"),
    fScore: mean("fScore"),
    support: sum(classes.map((scores) => scores.support)),
  };
}

/** A share; of nothing to nothing 0. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
