/** Pretraining: masked words and next sentence over one forward pass. @module */

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
import {
  gatherStates,
  type MaskedLmParams,
  type PositionOptions,
  type PredictionParams,
  scoreTokens,
} from "./masked_lm.ts";

/** BERT with the heads that it is pretrained with. */
export type PretrainingParams = {
  bert: BertParams;
  predictions: PredictionParams;
  /** [D, 2]. */
  nextSentence: LinearParams;
};

/** The scores of both tasks, and what led to them. */
export type PretrainingOutput = BertOutput & {
  /** Of each word piece: for all tokens, [B · T, V], or at M positions, [M, V]. */
  wordLogits: tf.Tensor2D;
  /** Of "B follows A" and "B is random", [B, 2]. */
  sentenceLogits: tf.Tensor2D;
};

/**
 * Masked language modelling and next-sentence prediction together.
 *
 * Devlin et al. (2019), section 3.1 and appendix A.2.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, token types and attention mask of pairs, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and the positions to predict.
 * @returns Both logits, all hidden states and attention weights; the caller disposes
 * them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function predictPretrainingTasks(
  params: PretrainingParams,
  input: BertInput,
  config: BertConfig,
  options: Pick<ForwardOptions, "dropout"> & PositionOptions = {},
): PretrainingOutput {
  const { positions, ...forward } = options;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, forward);
    const last = output.hiddenStates.at(-1)!;
    const { word } = params.bert.embeddings;
    const states = gatherStates(last, positions); // [M, D]
    const pooled = pool(params.bert.pooler!, last, input.packing); // [B, D]
    return {
      ...output,
      wordLogits: scoreTokens(params.predictions, states, word, config),
      sentenceLogits: linear(params.nextSentence, pooled),
    };
  });
}

/** The parameters of a model with the masked-language-model head, and perhaps both. */
export type PretrainableParams = MaskedLmParams | PretrainingParams;

/**
 * Whether a model has the head for next-sentence prediction.
 *
 * @param params Its parameters.
 */
export function hasNextSentenceHead(
  params: PretrainableParams,
): params is PretrainingParams {
  return "nextSentence" in params;
}
