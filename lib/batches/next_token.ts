/** Token sequences → batches in which each token follows from those before it. @module */

import * as tf from "@tensorflow/tfjs";
import { rowsOf, spansOf } from "./cut_batch.ts";
import type { TransformerConfig } from "../model/transformer.ts";
import { IGNORE_INDEX } from "./masked_batches.ts";

/** A text as ids. */
export type TokenSequence = {
  /** At least one given token and one to predict. */
  readonly inputIds: readonly number[];
  /** How many tokens at the start are read but not predicted, at least 1. */
  readonly promptLength: number;
};

/** B sequences of one length as plain arrays, padded at the end. */
export type NextTokenBatch = {
  /** Every token but the last of each sequence, B · T. */
  readonly inputIds: Int32Array;
  /** The token after each, or {@linkcode IGNORE_INDEX}, B · T. */
  readonly next: Int32Array;
  /** Positions of the sequences among all. */
  readonly indices: readonly number[];
  /** T. */
  readonly length: number;
};

/** A batch on the engine. */
export type NextTokenInput = {
  /** [B, T], int32. */
  readonly inputIds: tf.Tensor2D;
  /** [B, T], int32. */
  readonly next: tf.Tensor2D;
};

/**
 * Cuts sequences into batches, each shifted against itself by one token.
 *
 * @example Two tokens are given, so two of four are predicted
 * ```ts
 * import { nextTokenBatches } from "bertbook/batches/next_token.ts";
 * import assert from "node:assert/strict";
 *
 * const sequences = [{ inputIds: [5, 6, 7, 8], promptLength: 2 }];
 * const [batch] = nextTokenBatches(sequences, { batchSize: 1, length: 3 });
 * assert.deepEqual([...batch!.inputIds], [5, 6, 7]);
 * assert.deepEqual([...batch!.next], [-100, 7, 8]);
 * ```
 *
 * @param sequences The sequences.
 * @param options Sequences in a batch; T, at least the longest sequence less one; and
 * the order, as they stand if not given.
 * @returns The batches; the last one may be smaller.
 */
export function* nextTokenBatches(
  sequences: readonly TokenSequence[],
  options: {
    batchSize: number;
    length: number;
    order?: readonly number[];
  },
): Generator<NextTokenBatch> {
  const { batchSize, length, order = [...sequences.keys()] } = options;
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    const inputIds = new Int32Array(indices.length * length);
    const next = new Int32Array(indices.length * length).fill(IGNORE_INDEX);
    for (const [row, index] of indices.entries()) {
      const sequence = sequences[index]!;
      inputIds.set(sequence.inputIds.slice(0, -1), row * length);
      const first = sequence.promptLength - 1;
      next.set(sequence.inputIds.slice(sequence.promptLength), row * length + first);
    }
    yield { inputIds, next, indices, length };
  }
}

/**
 * Cuts a batch into shards.
 *
 * @param batch Plain arrays.
 * @param count Shards at most.
 * @returns The shards, which share the batch's arrays.
 */
export function cutNextTokenBatch(
  { inputIds, next, indices, length }: NextTokenBatch,
  count: number,
): NextTokenBatch[] {
  const B = indices.length;
  return spansOf(B, count).map((rows) => ({
    inputIds: rowsOf(inputIds, B, rows),
    next: rowsOf(next, B, rows),
    indices: indices.slice(rows.start, rows.end),
    length,
  }));
}

/**
 * Puts a batch on the engine.
 *
 * @param batch Plain arrays.
 * @returns Two tensors, [B, T]. The caller disposes them, with `using`.
 */
export function nextTokenTensors(
  batch: NextTokenBatch,
): NextTokenInput & Disposable {
  const shape: [number, number] = [batch.indices.length, batch.length];
  const inputIds = tf.tensor2d(batch.inputIds, shape, "int32");
  const next = tf.tensor2d(batch.next, shape, "int32");
  return {
    inputIds,
    next,
    [Symbol.dispose]: () => tf.dispose([inputIds, next]),
  };
}

/**
 * T of the batches that hold all of `sequences`, each of which is checked: an id
 * outside the table is read as junk by a GPU, without a word.
 *
 * @param sequences The sequences.
 * @param config Supplies `vocabSize` and `maxPositionEmbeddings`.
 * @throws {RangeError} If there is no sequence, or the model cannot read or predict
 * one.
 */
export function lengthFor(
  sequences: readonly TokenSequence[],
  { vocabSize, maxPositionEmbeddings }: TransformerConfig,
): number {
  for (const [index, { inputIds, promptLength }] of sequences.entries()) {
    const refuse = (must: string, found: string): RangeError =>
      new RangeError(
        `Cannot predict the tokens of sequence ${index} as ${must}: found ${found}`,
      );
    const [T, odd] = [
      inputIds.length - 1,
      inputIds.find((id) =>
        !(Number.isInteger(id) && id >= 0 && id < vocabSize)
      ),
    ];
    if (odd !== undefined) {
      throw refuse(`its ids must be in [0, ${vocabSize})`, String(odd));
    }
    if (T > maxPositionEmbeddings) {
      const must = `it must have at most maxPositionEmbeddings + 1 = ${
        maxPositionEmbeddings + 1
      } tokens`;
      throw refuse(must, String(inputIds.length));
    }
    if (!Number.isInteger(promptLength) || promptLength < 1 || promptLength > T) {
      const must = "at least one token must be given and one must not";
      throw refuse(must, `${promptLength} given of ${inputIds.length}`);
    }
  }
  if (sequences.length > 0) {
    return Math.max(...sequences.map(({ inputIds }) => inputIds.length - 1));
  }
  throw new RangeError(
    "Cannot predict tokens as there must be at least one sequence: found 0",
  );
}
