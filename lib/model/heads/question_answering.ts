/** Question answering: where an answer begins and ends. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type EncoderParams,
  type ForwardOptions,
} from "../bert.ts";
import type { BertConfig } from "../config.ts";
import { NO_DROPOUT } from "../../ops/dropout.ts";
import { linear, type LinearParams } from "../../ops/linear.ts";
import { gatherStates } from "./masked_lm.ts";

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
 * @param input Ids, token types and attention mask of pairs, each [B, T].
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
  const { dropout = NO_DROPOUT } = options;
  const { answerDropout } = config;
  const [B, T] = input.inputIds.shape;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, options);
    const states = gatherStates(output.hiddenStates.at(-1)!, undefined);
    const scores = linear(
      params.answer,
      // BERT has no dropout here, and so draws no mask.
      answerDropout === undefined ? states : dropout(states, answerDropout),
    ); // [B · T, 2]
    const column = (index: number): tf.Tensor2D =>
      scores.slice([0, index], [B * T, 1]).reshape([B, T]);
    return { ...output, startLogits: column(0), endLogits: column(1) };
  });
}
