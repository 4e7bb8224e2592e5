/** Masked language modelling: scores of all words for each masked token. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type EncoderParams,
  type ForwardOptions,
} from "../bert.ts";
import type { BertConfig } from "../config.ts";
import { activate } from "../../ops/activations.ts";
import { gatherRows } from "../../ops/embedding.ts";
import { layerNorm, type LayerNormParams } from "../../ops/layer_norm.ts";
import { linear, type LinearParams } from "../../ops/linear.ts";

/** The layers between a hidden state and the vocabulary. */
export type PredictionParams = {
  /** One score for each word piece, whatever the sentence, [V]. */
  bias: tf.Tensor1D;
  /** [D, D]. */
  transform: LinearParams;
  norm: LayerNormParams;
  /** In place of the word embeddings, [V, D]; absent if these are used. */
  decoder?: tf.Tensor2D;
};

/** BERT without a pooler, and the head of masked language modelling. */
export type MaskedLmParams = {
  bert: EncoderParams;
  predictions: PredictionParams;
};

/** The scores of each word piece, and what led to them. */
export type MaskedLmOutput = BertOutput & {
  /** Unnormalized log-probabilities, [M, V]: at M positions, or of all B · T tokens. */
  logits: tf.Tensor2D;
};

/** Which tokens are to be predicted. */
export type PositionOptions = {
  /**
   * Their positions among all B · T tokens, [M], int32. The vocabulary is by far the
   * widest layer, so only the positions that are wanted should reach it. Default all.
   */
  positions?: tf.Tensor1D;
};

/**
 * Scores of every word piece for each hidden state: LayerNorm(activation(h W + b)) Eᵀ + c.
 *
 * The decoder is the word embedding E, transposed: a piece is likely if the state
 * resembles its embedding (Press and Wolf, 2017, "Using the Output Embedding to
 * Improve Language Models", section 2; `google-research/bert`, run_pretraining.py,
 * `get_masked_lm_output`).
 *
 * @param params The head.
 * @param hidden Hidden states, [M, D].
 * @param words E, the word embeddings, [V, D].
 * @param config Supplies the activation function and the epsilon.
 * @returns Logits, [M, V]; the caller disposes them.
 */
export function scoreTokens(
  params: PredictionParams,
  hidden: tf.Tensor2D,
  words: tf.Tensor2D,
  config: BertConfig,
): tf.Tensor2D {
  return tf.tidy(() => {
    const transformed = layerNorm(
      params.norm,
      activate(config.activation, linear(params.transform, hidden)),
      config.layerNormEpsilon,
    ); // [M, D]
    const { decoder = words, bias } = params;
    return tf.matMul(transformed, decoder, false, true).add(bias); // [M, V]
  });
}

/**
 * The hidden states of some tokens.
 *
 * @param hidden Hidden states, [B, T, D].
 * @param positions Among all B · T tokens, [M], int32; default all.
 * @returns Rows, [M, D]; the caller disposes them.
 */
export function gatherStates(
  hidden: tf.Tensor3D,
  positions: tf.Tensor1D | undefined,
): tf.Tensor2D {
  const [B, T, D] = hidden.shape;
  return tf.tidy(() => {
    const rows = hidden.reshape<tf.Tensor2D>([B * T, D]);
    return positions === undefined ? rows : gatherRows(rows, positions);
  });
}

/**
 * Masked language modelling: which word is at a position, by the words on both sides.
 *
 * Devlin et al. (2019), section 3.1, task 1.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, token types and attention mask, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and the positions to predict.
 * @returns Logits [M, V], all hidden states and attention weights; the caller
 * disposes them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function predictMaskedTokens(
  params: MaskedLmParams,
  input: BertInput,
  config: BertConfig,
  options: Pick<ForwardOptions, "dropout"> & PositionOptions = {},
): MaskedLmOutput {
  const { positions, ...forward } = options;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, forward);
    const hidden = gatherStates(output.hiddenStates.at(-1)!, positions); // [M, D]
    const { word } = params.bert.embeddings;
    const logits = scoreTokens(params.predictions, hidden, word, config);
    return { ...output, logits };
  });
}
