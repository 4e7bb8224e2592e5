/** Model input: plain arrays, checked, to the tensors of BERT. @module */

import * as tf from "@tensorflow/tfjs";
import { type BertInput, checkLength, type Packing } from "./bert.ts";
import type { BertConfig } from "./config.ts";

/** B sequences of equal length, one after the other. */
export type InputArrays = {
  /** Word piece ids, B · T of them. */
  readonly inputIds: ArrayLike<number>;
  /** 0 for sentence A, 1 for sentence B. */
  readonly tokenTypeIds: ArrayLike<number>;
  /** 1 for a token, 0 for padding. */
  readonly attentionMask: ArrayLike<number>;
  /** T: tokens in each sequence, padding included. */
  readonly length: number;
  /** Given if several sequences share a row of T tokens. */
  readonly packing?: PackingArrays;
};

/** {@linkcode Packing} as plain arrays: how sequences share rows. */
export type PackingArrays<
  Values extends ArrayLike<number> = ArrayLike<number>,
> = {
  /** Position of each token in its own sequence, R · T of them. */
  readonly positionIds: Values;
  /** Which sequence each token is of, counted from 1, R · T; padding is 0. */
  readonly sequenceIds: Values;
  /** Position of the first token of each sequence among all R · T, B of them. */
  readonly clsPositions: Values;
};

/**
 * Checks token ids, token types and mask against the tables that they will index.
 *
 * This happens here, on plain arrays, because a gather on a GPU reads junk beyond
 * its table without a word.
 *
 * @example An id beyond the vocabulary
 * ```ts
 * import { BERT_TINY } from "bertbook";
 * import { checkInput } from "bertbook/model/input.ts";
 * import assert from "node:assert/strict";
 *
 * const inputIds = [101, 30_522], tokenTypeIds = [0, 0], attentionMask = [1, 1];
 * assert.throws(
 *   () => checkInput({ inputIds, tokenTypeIds, attentionMask, length: 2 }, BERT_TINY),
 *   RangeError,
 * );
 * ```
 *
 * @param input The arrays.
 * @param config Supplies `vocabSize`, `typeVocabSize` and `maxPositionEmbeddings`.
 * @throws {RangeError} If the arrays differ in length or a value has no embedding, or
 * if the first token of a sequence, whose state is pooled, is padding.
 */
export function checkInput(input: InputArrays, config: BertConfig): void {
  const { inputIds, tokenTypeIds, attentionMask, length: T } = input;
  const { vocabSize, typeVocabSize } = config;
  checkLength(T, config);
  const sizes = [inputIds.length, tokenTypeIds.length, attentionMask.length];
  if (sizes.some((size) => size !== sizes[0] || size === 0 || size % T !== 0)) {
    throw new RangeError(
      `Cannot encode sequences: inputIds, tokenTypeIds and attentionMask must each ` +
        `hold a multiple of ${T} values; found ${sizes.join(", ")}`,
    );
  }
  checkBelow(inputIds, vocabSize, { value: "token id", limit: "vocabSize", T });
  checkBelow(tokenTypeIds, typeVocabSize === 0 ? 2 : typeVocabSize, {
    value: "token type",
    limit: "typeVocabSize",
    T,
  });
  checkBelow(attentionMask, 2, { value: "mask value", limit: "limit", T });
  if (input.packing !== undefined) {
    checkPacking(input.packing, inputIds.length, T);
  }
  const clsPositions = input.packing?.clsPositions ??
    Array.from({ length: inputIds.length / T }, (_, row) => row * T);
  const odd = Array.from(clsPositions).findIndex((start) =>
    attentionMask[start] === 0
  );
  if (odd !== -1) {
    throw new RangeError(
      `Cannot encode sequence ${odd}: its first token must not be padding; found a ` +
        `mask that begins with 0; pad at the end`,
    );
  }
}

/** Refuses positions outside the rows. */
function checkPacking(packing: PackingArrays, count: number, T: number): void {
  const { positionIds, sequenceIds, clsPositions } = packing;
  if (positionIds.length !== count || sequenceIds.length !== count) {
    throw new RangeError(
      `Cannot encode packed sequences: positionIds and sequenceIds must hold ${count} ` +
        `values, as inputIds do; found ${positionIds.length}, ${sequenceIds.length}`,
    );
  }
  checkBelow(positionIds, T, { value: "position", limit: "length", T });
  checkBelow(clsPositions, count, { value: "first token", limit: "tokens", T });
}

/** Refuses the first of `values` that is not an integer in [0, limit). */
function checkBelow(
  values: ArrayLike<number>,
  limit: number,
  names: { value: string; limit: string; T: number },
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= 0 && value < limit) continue;
    const at = `sequence ${Math.floor(i / names.T)}, position ${i % names.T}`;
    throw new RangeError(
      `Cannot look up a ${names.value}: it must be an integer in ` +
        `[0, ${names.limit}); found ${value} in ${at}, ${names.limit} is ${limit}`,
    );
  }
}

/**
 * Checks `input` and makes tensors of it.
 *
 * @param input The arrays.
 * @param config Supplies `vocabSize`, `typeVocabSize` and `maxPositionEmbeddings`.
 * @returns Three tensors, each [B, T], and the packing's; the caller disposes them.
 * @throws {RangeError} As {@linkcode checkInput}.
 */
export function inputFrom(input: InputArrays, config: BertConfig): BertInput {
  checkInput(input, config);
  const { inputIds, tokenTypeIds, attentionMask, length: T, packing } = input;
  const shape: [number, number] = [inputIds.length / T, T];
  const whole = (values: ArrayLike<number>): tf.Tensor2D =>
    tf.tensor2d(Int32Array.from(values), shape, "int32");
  const packingOf = (arrays: PackingArrays): Packing => ({
    positionIds: whole(arrays.positionIds),
    sequenceIds: whole(arrays.sequenceIds),
    clsPositions: tf.tensor1d(Int32Array.from(arrays.clsPositions), "int32"),
  });
  return {
    inputIds: whole(inputIds),
    tokenTypeIds: whole(tokenTypeIds),
    attentionMask: tf.tensor2d(Float32Array.from(attentionMask), shape),
    ...(packing && { packing: packingOf(packing) }),
  };
}
