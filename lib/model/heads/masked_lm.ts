/** A word for each masked token: the decoder over BERT's hidden states. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type EncoderParams,
  type ForwardOptions,
} from "../bert.ts";
import type { BertConfig } from "../config.ts";
import {
  gelu,
  layerNorm,
  type LayerNormParams,
  linear,
  type LinearParams,
  lookUp,
} from "../../ops/layers.ts";

/** What stands between a hidden state and the vocabulary. */
export type PredictionParams = {
  /** One score for each word piece, whatever the sentence, [V]. */
  bias: tf.Tensor1D;
  /** [D, D]. */
  transform: LinearParams;
  norm: LayerNormParams;
};

/** BERT without a pooler, and the head of masked language modelling. */
export type MaskedLmParams = {
  bert: EncoderParams;
  predictions: PredictionParams;
};

/** The scores of each word piece, and what led to them. */
export type MaskedLmOutput = BertOutput & {
  /** Unnormalized log-probabilities, [M, V]: of M places, or of all B · T tokens. */
  logits: tf.Tensor2D;
};

/** Which tokens are to be predicted. */
export type PlaceOptions = {
  /**
   * Their positions among all B · T tokens, [M], int32. The vocabulary is by far the
   * widest layer, so only the places that are asked for should reach it. Default all.
   */
  places?: tf.Tensor1D;
};

/**
 * Scores of every word piece for each hidden state: LayerNorm(gelu(h W + b)) Eᵀ + c.
 *
 * The decoder is the word embedding E, turned: a piece is likely where the state
 * resembles its embedding (Press and Wolf, 2017, "Using the Output Embedding to
 * Improve Language Models", section 2; `google-research/bert`, run_pretraining.py,
 * `get_masked_lm_output`).
 *
 * @param params The head.
 * @param hidden Hidden states, [M, D].
 * @param words E, the word embeddings, [V, D].
 * @param config Supplies the epsilon.
 * @returns Logits, [M, V]; the caller disposes them.
 */
export function scoreWords(
  params: PredictionParams,
  hidden: tf.Tensor2D,
  words: tf.Tensor2D,
  config: BertConfig,
): tf.Tensor2D {
  return tf.tidy(() => {
    const transformed = layerNorm(
      params.norm,
      gelu(linear(params.transform, hidden)),
      config.layerNormEpsilon,
    ); // [M, D]
    return tf.matMul(transformed, words, false, true).add(params.bias); // [M, V]
  });
}

/**
 * The hidden states of some tokens.
 *
 * @param hidden Hidden states, [B, T, D].
 * @param places Positions among all B · T tokens, [M], int32; left out, all.
 * @returns Rows, [M, D]; the caller disposes them.
 */
export function statesAt(
  hidden: tf.Tensor3D,
  places: tf.Tensor1D | undefined,
): tf.Tensor2D {
  const [B, T, D] = hidden.shape;
  return tf.tidy(() => {
    const rows = hidden.reshape<tf.Tensor2D>([B * T, D]);
    return places === undefined ? rows : lookUp(rows, places);
  });
}

/**
 * Masked language modelling: which word stands at a place, judged by both sides.
 *
 * Devlin et al. (2019), section 3.1, task 1.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, segments and attention mask, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and the places to predict.
 * @returns Logits [M, V], all hidden states and attention weights; the caller
 * disposes them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function predictWords(
  params: MaskedLmParams,
  input: BertInput,
  config: BertConfig,
  options: Pick<ForwardOptions, "dropout"> & PlaceOptions = {},
): MaskedLmOutput {
  const { places, ...forward } = options;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, forward);
    const hidden = statesAt(output.hiddenStates.at(-1)!, places); // [M, D]
    const { word } = params.bert.embeddings;
    const logits = scoreWords(params.predictions, hidden, word, config);
    return { ...output, logits };
  });
}
