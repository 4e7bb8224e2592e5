/** Where an answer begins and ends in a text. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type EncoderParams,
  type ForwardOptions,
} from "../bert.ts";
import type { BertConfig } from "../config.ts";
import { linear, type LinearParams } from "../../ops/layers.ts";
import { statesAt } from "./masked_lm.ts";

/** BERT without a pooler, and a start vector and an end vector. */
export type QuestionAnsweringParams = {
  bert: EncoderParams;
  /** [D, 2]: the first column scores beginnings, the second one ends. */
  answer: LinearParams;
};

/** The scores of each token as a beginning and as an end, and what led to them. */
export type QuestionAnsweringOutput = BertOutput & {
  /** [B, T]. */
  startLogits: tf.Tensor2D;
  /** [B, T]. */
  endLogits: tf.Tensor2D;
};

/**
 * Extractive question answering: A is the question, B the text that holds the answer.
 *
 * Devlin et al. (2019), section 4.2: the probability that the answer begins at token i
 * is the softmax of S · hᵢ over all tokens, and likewise for its end.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, segments and attention mask of pairs, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step.
 * @returns Both logits [B, T], all hidden states and attention weights; the caller
 * disposes them.
 */
export function findAnswers(
  params: QuestionAnsweringParams,
  input: BertInput,
  config: BertConfig,
  options: Pick<ForwardOptions, "dropout"> = {},
): QuestionAnsweringOutput {
  const [B, T] = input.inputIds.shape;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, options);
    const states = statesAt(output.hiddenStates.at(-1)!, undefined);
    const scores = linear(params.answer, states); // [B · T, 2]
    const column = (index: number): tf.Tensor2D =>
      scores.slice([0, index], [B * T, 1]).reshape([B, T]);
    return { ...output, startLogits: column(0), endLogits: column(1) };
  });
}
