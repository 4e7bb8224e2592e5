/** Explanations: which words decided, by two methods, and how far the two agree. @module */

import { predict } from "../inference/predict.ts";
import type { EncodedExample } from "../batches/batches.ts";
import { softmax } from "../evaluation/probabilities.ts";
import { sumByWord, type WordSpan, wordSpans } from "../tokenizer/words.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import { tokenContributions } from "./gradient_times_input.ts";
import { type OcclusionOptions, wordOcclusions } from "./occlusion.ts";

/** A decision, and what each word had to do with it. */
export type Explanation = {
  readonly example: EncodedExample;
  readonly words: WordSpan[];
  /** The class that the model chose. */
  readonly target: number;
  /** Its probability. */
  readonly probability: number;
  /** Gradient × input of each word: the sum over its pieces. */
  readonly gradient: number[];
  /** The margin with each word minus the margin without it. */
  readonly occlusion: number[];
};

/**
 * Explains the decision for one sequence by gradient × input, which takes one pass
 * forth and back, and by occlusion, which takes a pass for each word.
 *
 * Both are in the unit of the logits: above 0 speaks for the chosen class.
 *
 * @param model Its parameters stay as they are.
 * @param example The sequence.
 * @param options How words are hidden.
 * @returns The decision and the two explanations.
 * @throws {RangeError} As `predict`.
 */
export async function explain(
  model: ClassifierModel,
  example: EncodedExample,
  options: OcclusionOptions = {},
): Promise<Explanation> {
  const { pieces } = model.tokenizer.vocabulary;
  const words = wordSpans(example.inputIds.map((id) => pieces[id]!));
  const { precision = "float32" } = options;
  const { logits, predictions } = await predict(model, [example], {
    precision,
  });
  const target = predictions[0]!;
  const contributions = await tokenContributions(model, example, target);
  return {
    example,
    words,
    target,
    probability: softmax(logits[0]!)[target]!,
    gradient: sumByWord(contributions, words),
    occlusion: await wordOcclusions(model, example, words, target, options),
  };
}

/**
 * The correlation of the ranks of two lists: 1 where both have the same order, −1
 * where the orders are opposite.
 *
 * Spearman (1904), "The Proof and Measurement of Association between Two Things".
 * Equal values share the mean of their ranks.
 *
 * @example
 * ```ts
 * import { rankCorrelation } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rankCorrelation([1, 2, 3], [10, 20, 1_000]), 1);
 * ```
 *
 * @param a Numbers, [N].
 * @param b As many numbers, [N].
 * @returns A correlation in [-1, 1]; 0 where a list has only equal values.
 * @throws {RangeError} If the lengths differ or a value is not a number.
 */
export function rankCorrelation(
  a: readonly number[],
  b: readonly number[],
): number {
  if (a.length !== b.length || [...a, ...b].some(Number.isNaN)) {
    throw new RangeError(
      `Cannot correlate lists: they must be equally long, and of numbers; ` +
        `found ${a.length} and ${b.length} values`,
    );
  }
  const [x, y] = [centred(ranks(a)), centred(ranks(b))];
  const spread = Math.sqrt(dot(x, x) * dot(y, y));
  // Rounding may leave the range by a hair.
  return spread === 0 ? 0 : Math.max(-1, Math.min(1, dot(x, y) / spread));
}

/** The rank of each value, from 1; equal values share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const last = new Map(sorted.map((value, index) => [value, index]));
  const first = new Map(
    sorted.map((value, index) => [value, index] as const).reverse(),
  );
  return values.map((value) => 1 + (first.get(value)! + last.get(value)!) / 2);
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
