/** Token ids → the first hidden states. @module */

import * as tf from "@tensorflow/tfjs";
import type { BertConfig } from "./config.ts";
import type { Dropout } from "../ops/dropout.ts";
import { layerNorm, type LayerNormParams, lookUp } from "../ops/layers.ts";

/** The three tables that BERT adds up, and the norm after the sum. */
export type EmbeddingParams = {
  /** One row for each word piece, [V, D]. */
  word: tf.Tensor2D;
  /** One row for each position, [maxPositionEmbeddings, D]. */
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
 * @param tokens Ids and segments, each [B, T], int32, and positions, likewise, where
 * they do not just count from 0 in each row.
 * @param config Supplies the epsilon and the dropout rate.
 * @param dropout Applied after the norm.
 * @returns Hidden states, [B · T, D]; the caller disposes them.
 */
export function embed(
  params: EmbeddingParams,
  tokens: {
    inputIds: tf.Tensor2D;
    tokenTypeIds: tf.Tensor2D;
    positions?: tf.Tensor2D | undefined;
  },
  config: BertConfig,
  dropout: Dropout,
): tf.Tensor2D {
  const { layerNormEpsilon, hiddenDropout } = config;
  const { inputIds, tokenTypeIds, positions } = tokens;
  return tf.tidy(() => {
    const word = lookUp(params.word, inputIds.flatten());
    const segment = lookUp(params.segment, tokenTypeIds.flatten());
    const sum = positions === undefined
      ? addInOrder(word.add(segment), params.position, inputIds.shape)
      : word.add(segment).add<tf.Tensor2D>(
        lookUp(params.position, positions.flatten()),
      );
    return dropout(
      layerNorm(params.norm, sum, layerNormEpsilon),
      hiddenDropout,
    );
  });
}

/** Adds the first T rows of the position table to the tokens of every row. */
function addInOrder(
  tokens: tf.Tensor,
  table: tf.Tensor2D,
  [B, T]: [number, number],
): tf.Tensor2D {
  const D = table.shape[1];
  return tokens.reshape([B, T, D]).add(table.slice([0, 0], [T, D]))
    .reshape([B * T, D]);
}
