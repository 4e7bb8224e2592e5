/** Next-token prediction: sequences → batches of tokens and their next tokens. @module */

import type { TransformerConfig } from "../model/transformer.ts";
import { IGNORE_INDEX } from "./batches.ts";

/** A text as token ids. */
export type TokenSequence = {
  /** At least one token of the prompt and one to predict. */
  readonly inputIds: readonly number[];
  /** Number of tokens at the start that are read but not predicted, at least 1. */
  readonly promptLength: number;
};

/** B sequences of one length as plain arrays, padded at the end. */
export type NextTokenBatch = {
  /** Every token but the last of each sequence, B · T. */
  readonly inputIds: Int32Array;
  /** The token after each, or `IGNORE_INDEX`, B · T. */
  readonly labels: Int32Array;
  /** Positions of the sequences among all. */
  readonly indices: readonly number[];
  /** T. */
  readonly length: number;
};

/**
 * Cuts sequences into batches, each shifted against itself by one token.
 *
 * @example With a prompt of two tokens, two of four are predicted
 * ```ts
 * import { nextTokenBatches } from "bertbook/batches/next_token.ts";
 * import assert from "node:assert/strict";
 *
 * const sequences = [{ inputIds: [5, 6, 7, 8], promptLength: 2 }];
 * const [batch] = nextTokenBatches(sequences, { batchSize: 1, length: 3 });
 * assert.deepEqual([...batch!.inputIds], [5, 6, 7]);
 * assert.deepEqual([...batch!.labels], [-100, 7, 8]);
 * ```
 *
 * @param sequences The sequences.
 * @param options Sequences in a batch; T, at least the longest sequence less one; and
 * the order, as they are by default.
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
    const labels = new Int32Array(indices.length * length).fill(IGNORE_INDEX);
    for (const [row, index] of indices.entries()) {
      const sequence = sequences[index]!;
      inputIds.set(sequence.inputIds.slice(0, -1), row * length);
      const first = sequence.promptLength - 1;
      labels.set(
        sequence.inputIds.slice(sequence.promptLength),
        row * length + first,
      );
    }
    yield { inputIds, labels, indices, length };
  }
}

/**
 * Checks sequences: a GPU reads an id outside the table as junk without an error.
 *
 * @param sequences The sequences.
 * @param config Supplies `vocabSize` and `maxPositionEmbeddings`.
 * @returns T of batches that can hold every sequence.
 * @throws {RangeError} If there is no sequence, or the model cannot read or predict
 * one.
 * @throws {TypeError} If a sequence has no token ids.
 */
export function lengthFor(
  sequences: readonly TokenSequence[],
  { vocabSize, maxPositionEmbeddings }: TransformerConfig,
): number {
  if (sequences.length === 0) {
    throw new RangeError(
      "Cannot predict tokens: there must be at least one sequence; found 0",
    );
  }
  for (const [index, sequence] of sequences.entries()) {
    const { inputIds, promptLength } = sequence;
    if (!Array.isArray(inputIds)) {
      throw new TypeError(
        `Cannot predict the tokens of sequence ${index}: it must be ` +
          `{ inputIds, promptLength }; found ${JSON.stringify(sequence)}`,
      );
    }
    const refuse = (must: string, found: string): RangeError =>
      new RangeError(
        `Cannot predict the tokens of sequence ${index}: ${must}; found ${found}`,
      );
    const T = inputIds.length - 1;
    const odd = inputIds.find((id) =>
      !(Number.isInteger(id) && id >= 0 && id < vocabSize)
    );
    if (odd !== undefined) {
      throw refuse(`its inputIds must be in [0, ${vocabSize})`, String(odd));
    }
    if (T > maxPositionEmbeddings) {
      const limit = maxPositionEmbeddings + 1;
      throw refuse(
        `it must have at most maxPositionEmbeddings + 1 = ${limit} tokens`,
        String(inputIds.length),
      );
    }
    if (
      !Number.isInteger(promptLength) || promptLength < 1 || promptLength > T
    ) {
      throw refuse(
        "promptLength must be at least 1 and leave a token to predict",
        `promptLength=${promptLength}, ${inputIds.length} tokens`,
      );
    }
  }
  return Math.max(...sequences.map(({ inputIds }) => inputIds.length - 1));
}
