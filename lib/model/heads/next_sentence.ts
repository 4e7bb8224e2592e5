/** Next-sentence prediction: two scores for each pair. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type BertParams,
  type ForwardOptions,
  pool,
} from "../bert.ts";
import type { BertConfig } from "../config.ts";
import { linear, type LinearParams } from "../../ops/linear.ts";

/** BERT and the head of next-sentence prediction. */
export type NextSentenceParams = {
  bert: BertParams;
  /** [D, 2]. */
  nextSentence: LinearParams;
};

/** The class of a pair; the numbers are those of Python's transformers. */
export const FOLLOWS = 0, IS_RANDOM = 1;

/** The two scores of each pair, and what led to them. */
export type NextSentenceOutput = BertOutput & {
  /** Unnormalized log-probabilities of `FOLLOWS` and `IS_RANDOM`, [B, 2]. */
  logits: tf.Tensor2D;
};

/**
 * Next-sentence prediction: does B follow A in its text, or is it from anywhere?
 *
 * Devlin et al. (2019), section 3.1, task 2.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, token types and attention mask of pairs, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and which rows are needed: for the
 * logits alone, `"first"`.
 * @returns Logits [B, 2], all hidden states and attention weights; the caller
 * disposes them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function predictNextSentence(
  params: NextSentenceParams,
  input: BertInput,
  config: BertConfig,
  options: ForwardOptions = {},
): NextSentenceOutput {
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, options);
    const last = output.hiddenStates.at(-1)!;
    const pooled = pool(params.bert.pooler!, last, input.packing); // [B, D]
    return { ...output, logits: linear(params.nextSentence, pooled) };
  });
}
