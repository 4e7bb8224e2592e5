/** Token embeddings: token ids to the first hidden states. @module */

import * as tf from "@tensorflow/tfjs";
import { cos, power, sin } from "../exact_math.ts";
import type { Dropout } from "../ops/dropout.ts";
import { gatherRows } from "../ops/embedding.ts";
import { layerNorm, type LayerNormParams } from "../ops/layer_norm.ts";
import { linear, type LinearParams } from "../ops/linear.ts";
import type { BertConfig } from "./config.ts";

/** The tables that BERT adds up, and what follows the sum; E is D, except in ELECTRA. */
export type EmbeddingParams = {
  /** One row for each word piece, [V, E]. */
  word: tf.Tensor2D;
  /** One row for each position, [maxPositionEmbeddings, E]. */
  position: tf.Tensor2D;
  /** One row for each token type, [typeVocabSize, E]; absent if that is 0. */
  tokenType?: tf.Tensor2D;
  norm: LayerNormParams;
  /** [E, D]; absent if the two are equal. */
  project?: LinearParams;
};

/**
 * Word, token type and position embeddings, added and normalized.
 *
 * Devlin et al. (2019), figure 2. The positions are learned, not sinusoidal. A linear
 * layer widens narrow embeddings: `google-research/electra`, modeling.py,
 * "embeddings_project".
 *
 * @param params The tables.
 * @param tokens Ids and token types, each [B, T], int32, and positions, likewise, if
 * they do not just count from 0 in each row.
 * @param config Supplies the epsilon, the dropout rate and the first position's row.
 * @param dropout Applied after the norm.
 * @returns Hidden states, [B · T, D]; the caller disposes them.
 */
export function bertEmbeddings(
  params: EmbeddingParams,
  tokens: {
    inputIds: tf.Tensor2D;
    tokenTypeIds: tf.Tensor2D;
    positionIds?: tf.Tensor2D | undefined;
  },
  config: Pick<
    BertConfig,
    "layerNormEpsilon" | "hiddenDropout" | "positionOffset"
  >,
  dropout: Dropout,
): tf.Tensor2D {
  const { layerNormEpsilon, hiddenDropout, positionOffset } = config;
  const { inputIds, tokenTypeIds, positionIds } = tokens;
  return tf.tidy(() => {
    let sum = gatherRows(params.word, inputIds.flatten()); // [B · T, E]
    if (params.tokenType !== undefined) {
      sum = sum.add(gatherRows(params.tokenType, tokenTypeIds.flatten()));
    }
    if (positionIds === undefined) {
      sum = addPositions(sum, params.position, inputIds.shape, positionOffset);
    } else {
      const rows = positionIds.flatten();
      sum = sum.add(gatherRows(
        params.position,
        positionOffset === 0
          ? rows
          : rows.add(tf.scalar(positionOffset, "int32")),
      ));
    }
    const embedded = dropout(
      layerNorm(params.norm, sum, layerNormEpsilon),
      hiddenDropout,
    );
    return params.project === undefined
      ? embedded
      : linear(params.project, embedded); // [B · T, D]
  });
}

/**
 * Adds T rows of the position table to the tokens of every sequence.
 *
 * @param tokens [B · T, D].
 * @param table At least offset + T rows of D.
 * @param shape B and T.
 * @param offset The row of a sequence's first token.
 * @returns [B · T, D]; the caller disposes it.
 */
export function addPositions(
  tokens: tf.Tensor2D,
  table: tf.Tensor2D,
  [B, T]: [number, number],
  offset: number,
): tf.Tensor2D {
  const [, D] = table.shape;
  return tf.tidy(() =>
    tokens.reshape([B, T, D]).add(table.slice([offset, 0], [T, D]))
      .reshape([B * T, D])
  );
}

/** Wavelengths form a geometric progression from 2π to this times 2π. */
const LONGEST_WAVE = 10_000;

/**
 * The sinusoidal position table: columns 2i and 2i + 1 of row `position` hold the
 * sine and the cosine of position / 10000^(2i/D).
 *
 * Vaswani et al. (2017), section 3.5. The dot product of two rows depends on their
 * distance alone: Σ cos((p − q) / 10000^(2i/D)).
 *
 * @example Position 0 is all sin 0 and cos 0
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { sinusoidalPositions } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const [first] = sinusoidalPositions(3, 4).arraySync();
 * assert.deepEqual(first, [0, 1, 0, 1]);
 * ```
 *
 * @param length T, the number of positions.
 * @param hiddenSize D, even.
 * @returns The table, [T, D]; the caller disposes it.
 * @throws {RangeError} If `hiddenSize` is odd: a cosine would lack its sine.
 */
export function sinusoidalPositions(
  length: number,
  hiddenSize: number,
): tf.Tensor2D {
  if (hiddenSize % 2 !== 0) {
    throw new RangeError(
      `Cannot pair sines with cosines: hiddenSize must be even; found ${hiddenSize}`,
    );
  }
  const values = Float32Array.from({ length: length * hiddenSize }, (_, i) => {
    const position = Math.floor(i / hiddenSize), column = i % hiddenSize;
    const pair = column - column % 2; // 2i
    const angle = position / power(LONGEST_WAVE, pair / hiddenSize);
    return column % 2 === 0 ? sin(angle) : cos(angle);
  });
  return tf.tensor2d(values, [length, hiddenSize]);
}
