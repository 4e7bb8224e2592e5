/**
 * The score that a model must beat: logistic regression on which words a text has,
 * whatever their order.
 *
 * @module
 */

import { checkPaired, checkSome } from "./check_predictions.ts";
import { softmax } from "./probabilities.ts";

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

/** Far more than texts of one task need. */
const MAX_ITERATIONS = 10_000;

/**
 * Fits multinomial logistic regression: the minimum of
 * −Σ ln p(label | words) + λ/2 · Σ weights², the bias left free.
 *
 * There is one minimum, so no seed and no order of the texts matters; it is that of
 * scikit-learn's `LogisticRegression(C=1/λ)` on word counts. It is found by gradient
 * descent with momentum (Nesterov, 1983), restarted where the momentum points uphill
 * (O'Donoghue and Candès, 2015), each word with its own step: one divided by an
 * upper bound of its curvature, so that rare words move as fast as frequent ones.
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
  const { numWords, numClasses, penalty = 1, tolerance = 1e-3 } = options;
  checkTexts(texts, labels, options);
  // The bias is the weight of one more word, which every text has.
  const bags = texts.map((text) => Int32Array.from([...text, numWords]));
  const bounds = curvatureBounds(bags, numWords, penalty);
  const size = (numWords + 1) * numClasses;
  let weights = new Float64Array(size), ahead = new Float64Array(size);
  let momentum = 1;
  for (let iterations = 1;; iterations++) {
    const gradient = penalized(ahead, penalty, numWords * numClasses);
    addGradient(gradient, ahead, bags, labels, numClasses);
    const slope = largest(gradient) / texts.length;
    if (slope <= tolerance) {
      return { weights: ahead, numWords, numClasses, iterations };
    }
    if (iterations === MAX_ITERATIONS) throw tooFar(slope, tolerance);
    const next = ahead.map((value, i) =>
      value - gradient[i]! / bounds[Math.floor(i / numClasses)]!
    );
    const uphill = moved(gradient, next, weights) > 0;
    const slower = uphill ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const share = uphill ? 0 : (momentum - 1) / slower;
    ahead = next.map((value, i) => value + share * (value - weights[i]!));
    [weights, momentum] = [next, slower];
  }
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
  const { weights, numWords, numClasses } = model;
  const odd = text.find((id) => !isBelow(numWords)(id));
  if (odd !== undefined) {
    throw new RangeError(
      `Cannot score a text: the ids of its words must be below ${numWords}; ` +
        `found ${odd}`,
    );
  }
  return Array.from({ length: numClasses }, (_, c) =>
    [...text, numWords]
      .reduce((sum, word) => sum + weights[word * numClasses + c]!, 0));
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

/** Adds the gradient of −Σ ln p(label | words), in place: this is the hot loop. */
function addGradient(
  gradient: Float64Array,
  weights: Float64Array,
  bags: readonly Int32Array[],
  labels: readonly number[],
  numClasses: number,
): void {
  const scores = new Array<number>(numClasses);
  for (let n = 0; n < bags.length; n++) {
    const bag = bags[n]!;
    scores.fill(0);
    for (const word of bag) {
      for (let c = 0; c < numClasses; c++) {
        scores[c]! += weights[word * numClasses + c]!;
      }
    }
    const errors = softmax(scores);
    errors[labels[n]!]! -= 1;
    for (const word of bag) {
      for (let c = 0; c < numClasses; c++) {
        gradient[word * numClasses + c]! += errors[c]!;
      }
    }
  }
}

/**
 * An upper bound of each word's curvature: XᵀX, which softmax halves (Böhning,
 * 1992), is at most the diagonal matrix of its row sums.
 */
function curvatureBounds(
  bags: readonly Int32Array[],
  numWords: number,
  penalty: number,
): Float64Array {
  const bounds = new Float64Array(numWords + 1).fill(penalty);
  bounds[numWords] = 0;
  for (const bag of bags) {
    for (const word of bag) bounds[word]! += bag.length / 2;
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

const isBelow = (limit: number) => (value: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < limit;

/** Refuses what does not fit the sizes. */
function checkTexts(
  texts: readonly (readonly number[])[],
  labels: readonly number[],
  { numWords, numClasses, penalty = 1 }: BagOfWordsOptions,
): void {
  checkPaired(texts, labels);
  checkSome(labels);
  // Nothing else bounds the weight of a word that no text has.
  if (!(penalty > 0 && penalty < Infinity)) {
    throw new RangeError(
      `Cannot fit weights: penalty must be a finite number above 0; ` +
        `found ${penalty}`,
    );
  }
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
