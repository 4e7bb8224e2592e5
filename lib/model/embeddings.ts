/** Token ids → the first hidden states. @module */

import * as tf from "@tensorflow/tfjs";
import type { BertConfig } from "./config.ts";
import type { Dropout } from "./dropout.ts";
import { layerNorm, type LayerNormParams, lookUp } from "./layers.ts";

/** The three tables that BERT adds up, and the norm after the sum. */
export type EmbeddingParams = {
  /** One row for each word piece, [V, D]. */
  word: tf.Tensor2D;
  /** One row for each position, [maxLength, D]. */
  position: tf.Tensor2D;
  /** One row for each segment, [numSegments, D]. */
  segment: tf.Tensor2D;
  norm: LayerNormParams;
};

/**
 * Word, position and segment embeddings, added and normalized.
 *
 * Devlin et al. (2019), figure 2. The positions are learned, not sinusoidal.
 *
 * @param params The tables.
 * @param tokens Ids and segments, each [B, T], int32.
 * @param config Supplies the epsilon and the dropout rate.
 * @param dropout Applied after the norm.
 * @returns Hidden states, [B · T, D]; the caller disposes them.
 */
export function embed(
  params: EmbeddingParams,
  tokens: { ids: tf.Tensor2D; segments: tf.Tensor2D },
  config: BertConfig,
  dropout: Dropout,
): tf.Tensor2D {
  const { layerNormEpsilon, hiddenDropout, hiddenSize: D } = config;
  const [B, T] = tokens.ids.shape;
  return tf.tidy(() => {
    const word = lookUp(params.word, tokens.ids.reshape([B * T]));
    const segment = lookUp(params.segment, tokens.segments.reshape([B * T]));
    const position = params.position.slice([0, 0], [T, D]);
    const sum = word.add(segment).reshape([B, T, D]).add(position)
      .reshape<tf.Tensor2D>([B * T, D]);
    return dropout(
      layerNorm(params.norm, sum, layerNormEpsilon),
      hiddenDropout,
    );
  });
}
