/**
 * Occlusion: hide a word and see how much the decision moves.
 *
 * Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional
 * Networks", section 4.2, for images; Li et al. (2016), "Understanding Neural
 * Networks through Representation Erasure", for words.
 *
 * @module
 */

import { predict } from "../inference/predict.ts";
import type { EncodedExample } from "../batches/batches.ts";
import { softmax } from "../evaluation/probabilities.ts";
import { maskIdOf } from "../tokenizer/vocabulary.ts";
import type { WordSpan } from "../tokenizer/words.ts";
import { checkChoice } from "../options.ts";
import type { Precision } from "../engine/precision.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import { marginWeights } from "./gradient_times_input.ts";

/** How a word is hidden: each of its pieces becomes `[MASK]`, or it is taken out. */
export type Hiding = "mask" | "removal";

/** How to hide words, and how to predict without them. */
export type OcclusionOptions = {
  /** Default `"mask"`, which moves no other word. */
  hiding?: Hiding;
  /** Default 32. */
  batchSize?: number;
  /** Default `"float32"`. */
  precision?: Precision;
};

/**
 * Hides words of a sequence.
 *
 * @example
 * ```ts
 * import { hideWords } from "bertbook/interpretation/occlusion.ts";
 * import assert from "node:assert/strict";
 *
 * const example = { inputIds: [1, 7, 8, 2], tokenTypeIds: [0, 0, 0, 0], label: 1 };
 * const word = { text: "playing", start: 1, end: 3 };
 * assert.deepEqual(hideWords(example, [word], 4).inputIds, [1, 4, 4, 2]);
 * assert.deepEqual(hideWords(example, [word]).inputIds, [1, 2]);
 * ```
 *
 * @param example The sequence; it stays as it is.
 * @param words The words to hide.
 * @param maskId What stands in for each of their pieces; left out, nothing does.
 * @returns A sequence without the words.
 */
export function hideWords(
  example: EncodedExample,
  words: readonly WordSpan[],
  maskId?: number,
): EncodedExample {
  const isHidden = (index: number): boolean =>
    words.some(({ start, end }) => start <= index && index < end);
  if (maskId !== undefined) {
    const inputIds = example.inputIds.map((id, index) =>
      isHidden(index) ? maskId : id
    );
    return { ...example, inputIds };
  }
  const isKept = (_: unknown, index: number): boolean => !isHidden(index);
  return {
    ...example,
    inputIds: example.inputIds.filter(isKept),
    tokenTypeIds: example.tokenTypeIds.filter(isKept),
  };
}

/**
 * What each word adds to the margin of a class: the margin with the word minus the
 * margin without it.
 *
 * @param model Its parameters stay as they are.
 * @param example The sequence.
 * @param words Its words.
 * @param target The class.
 * @param options How words are hidden.
 * @returns One difference for each word, in the unit of the logits.
 * @throws {RangeError} As `predict`, if the model has no such class, or if its
 * vocabulary lacks `[MASK]`.
 */
export async function wordOcclusions(
  model: ClassifierModel,
  example: EncodedExample,
  words: readonly WordSpan[],
  target: number,
  options: OcclusionOptions = {},
): Promise<number[]> {
  const { hiding, ...how } = options;
  const weights = marginWeights(target, model.labels.length);
  const maskId = coverOf(model, hiding);
  const hidden = words.map((word) => hideWords(example, [word], maskId));
  const { logits } = await predict(model, [example, ...hidden], how);
  const [whole, ...without] = logits.map((row) =>
    row.reduce((sum, logit, label) => sum + logit * weights[label]!, 0)
  );
  return without.map((margin) => whole! - margin);
}

/** Some words of a sequence, chosen for one reason or another. */
export type Choice = {
  readonly example: EncodedExample;
  readonly words: readonly WordSpan[];
  /** The class whose probability is looked at. */
  readonly target: number;
};

/**
 * The probability that each choice of words takes away: with them minus without.
 *
 * Samek et al. (2017), "Evaluating the Visualization of What a Deep Neural Network
 * Has Learned": an explanation is good if hiding what it names hurts.
 *
 * @param model Its parameters stay as they are.
 * @param choices Sequences and the words to hide in each.
 * @param options How words are hidden.
 * @returns One fall for each choice; below 0 where the probability rose.
 * @throws {RangeError} As `predict`, or if the vocabulary lacks `[MASK]`.
 */
export async function probabilityLost(
  model: ClassifierModel,
  choices: readonly Choice[],
  options: OcclusionOptions = {},
): Promise<number[]> {
  const { hiding, ...how } = options;
  const maskId = coverOf(model, hiding);
  const pairs = choices.flatMap(({ example, words }) => [
    example,
    hideWords(example, words, maskId),
  ]);
  const { logits } = await predict(model, pairs, how);
  return choices.map(({ target }, index) => {
    const [whole, hidden] = [logits[2 * index]!, logits[2 * index + 1]!];
    return softmax(whole)[target]! - softmax(hidden)[target]!;
  });
}

/** What is put over a word: `[MASK]`, or nothing. */
function coverOf(
  { tokenizer }: ClassifierModel,
  hiding: Hiding = "mask",
): number | undefined {
  checkChoice("hiding", hiding, ["mask", "removal"]);
  return hiding === "mask" ? maskIdOf(tokenizer.vocabulary) : undefined;
}
