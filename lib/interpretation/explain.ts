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
