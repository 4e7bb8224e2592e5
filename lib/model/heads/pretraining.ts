/** Both tasks of BERT's pretraining over one forward pass. @module */

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
import { linear, type LinearParams } from "../../ops/layers.ts";
import {
  type MaskedLmParams,
  type PlaceOptions,
  type PredictionParams,
  scoreWords,
  statesAt,
} from "./masked_lm.ts";

/** BERT with the heads that it is pretrained with. */
export type PretrainingParams = {
  bert: BertParams;
  predictions: PredictionParams;
  /** [D, 2]. */
  relationship: LinearParams;
};

/** The scores of both tasks, and what led to them. */
export type PretrainingOutput = BertOutput & {
  /** Of each word piece: for all tokens, [B · T, V], or for M places, [M, V]. */
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
 * @param input Ids, segments and attention mask of pairs, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and the places to predict.
 * @returns Both logits, all hidden states and attention weights; the caller disposes
 * them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function predictBoth(
  params: PretrainingParams,
  input: BertInput,
  config: BertConfig,
  options: Pick<ForwardOptions, "dropout"> & PlaceOptions = {},
): PretrainingOutput {
  const { places, ...forward } = options;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, forward);
    const last = output.hiddenStates.at(-1)!;
    const { word } = params.bert.embeddings;
    const states = statesAt(last, places); // [M, D]
    const pooled = pool(params.bert.pooler, last, input.packing); // [B, D]
    return {
      ...output,
      wordLogits: scoreWords(params.predictions, states, word, config),
      sentenceLogits: linear(params.relationship, pooled),
    };
  });
}

/** The parameters of a model that guesses words, and perhaps judges pairs. */
export type PretrainableParams = MaskedLmParams | PretrainingParams;

/**
 * Whether a model judges pairs.
 *
 * @param params Its parameters.
 */
export function judgesPairs(
  params: PretrainableParams,
): params is PretrainingParams {
  return "relationship" in params;
}
