/**
 * The score that a model must beat: logistic regression on which words a text has,
 * whatever their order.
 *
 * @module
 */

import { checkPaired } from "./check_predictions.ts";
import {
  featureLogits,
  type Features,
  fitLogisticRegression,
} from "./logistic_regression.ts";

/** A linear classifier of bags of words. Its sizes: V words, C classes. */
export type BagOfWords = {
  /** How much a word speaks for a class, and last, without any word, [V + 1, C]. */
  readonly weights: Float64Array;
  /** V. */
  readonly numWords: number;
  /** C. */
  readonly numClasses: number;
  /** Passes over the texts until the gradient vanished. */
  readonly iterations: number;
};

/** How to fit. */
export type BagOfWordsOptions = {
  /** V: every word is below it. */
  numWords: number;
  /** C: every label is below it. */
  numClasses: number;
  /** λ, above 0: how strongly weights are held at 0; default 1. */
  penalty?: number;
  /** Ends when no derivative of the mean loss is larger; default 1e-3. */
  tolerance?: number;
};

/**
 * Fits multinomial logistic regression: the minimum of
 * −Σ ln p(label | words) + λ/2 · Σ weights², the bias left free.
 *
 * There is one minimum, so no seed and no order of the texts matters; it is that of
 * scikit-learn's `LogisticRegression(C=1/λ)` on word counts.
 *
 * @example
 * ```ts
 * import { bagLogits, fitBagOfWords } from "bertbook";
 * import { argMax } from "bertbook/evaluation/probabilities.ts";
 * import assert from "node:assert/strict";
 *
 * const model = fitBagOfWords([[0, 2], [1, 2], [0]], [0, 1, 0], {
 *   numWords: 3,
 *   numClasses: 2,
 * });
 * assert.equal(argMax(bagLogits([1], model)), 1);
 * ```
 *
 * @param texts Each text as the ids of its words, [N].
 * @param labels Their classes, [N].
 * @param options Sizes, penalty, tolerance.
 * @returns The classifier.
 * @throws {RangeError} If there is no text, the lengths differ, an id or a label is too
 * large, the penalty is not above 0, or the minimum is too far away to be reached.
 */
export function fitBagOfWords(
  texts: readonly (readonly number[])[],
  labels: readonly number[],
  options: BagOfWordsOptions,
): BagOfWords {
  const { numWords: numFeatures, ...rest } = options;
  checkTexts(texts, labels, options);
  const { weights, numClasses, iterations } = fitLogisticRegression(
    texts.map(featuresOf),
    labels,
    { numFeatures, ...rest },
  );
  return { weights, numWords: numFeatures, numClasses, iterations };
}

/** Each word counts 1. */
function featuresOf(text: readonly number[]): Features {
  return { ids: text, values: text.map(() => 1) };
}

/**
 * The scores of each class for a text.
 *
 * @param text The ids of its words; those that fitting never saw say nothing.
 * @param model The classifier.
 * @returns Unnormalized log-probabilities, [C].
 * @throws {RangeError} If an id is not below V.
 */
export function bagLogits(
  text: readonly number[],
  model: BagOfWords,
): number[] {
  const { numWords } = model;
  const odd = text.find((id) => !isBelow(numWords)(id));
  if (odd !== undefined) {
    throw new RangeError(
      `Cannot score a text: the ids of its words must be below ${numWords}; ` +
        `found ${odd}`,
    );
  }
  return featureLogits(featuresOf(text), { ...model, numFeatures: numWords });
}

const isBelow = (limit: number) => (value: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < limit;

/** Refuses what does not fit the sizes. */
function checkTexts(
  texts: readonly (readonly number[])[],
  labels: readonly number[],
  { numWords, numClasses }: BagOfWordsOptions,
): void {
  checkPaired(texts, labels);
  const n = texts.findIndex((text, n) =>
    !text.every(isBelow(numWords)) || !isBelow(numClasses)(labels[n]!)
  );
  if (n === -1) return;
  throw new RangeError(
    `Cannot count words of text ${n}: its ids must be below ${numWords} and ` +
      `its label below ${numClasses}; found ids ${texts[n]!.join(", ")} and ` +
      `label ${labels[n]}`,
  );
}
