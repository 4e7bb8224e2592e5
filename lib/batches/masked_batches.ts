/** Batches of sequences with hidden words. @module */

import { randomStream } from "../engine/random/stream.ts";
import type { Vocabulary } from "../tokenizer/vocabulary.ts";
import {
  type Batch,
  batchesOf,
  type BatchOptions,
  type EncodedExample,
} from "./batches.ts";
import { cutBatch, rowsOf, spansOf } from "./cut_batch.ts";
import { type MaskingOptions, maskTokens, numMasked } from "./masking.ts";

/**
 * A batch, and what is to be guessed in it. The number of places M follows from B and
 * T alone, so that few shapes occur; those that are not needed have no label.
 */
export type MaskedBatch = Batch & {
  /** Positions among all B · T tokens, [M]. */
  places: Int32Array;
  /** The pieces that stood there, or {@linkcode IGNORE_INDEX}, [M]. */
  words: Int32Array;
};

/** The label that the loss leaves out; the number is PyTorch's. */
export const IGNORE_INDEX = -100;

/** How to form and to hide. */
export type MaskedBatchOptions = BatchOptions & MaskingOptions & {
  readonly vocabulary: Vocabulary;
  /** The run's seed. */
  readonly seed: number;
  /** From 1; other words are hidden in each. 0 is kept for validation. */
  readonly epoch: number;
};

/** Sets this stream apart from others of the same seed and epoch. */
const MASKING = 1;

/**
 * Forms batches one at a time, and hides words in each example.
 *
 * What is hidden follows from the seed, the epoch and the example's index, wherever
 * the example stands: Liu et al. (2019), "RoBERTa", section 4.1, call it dynamic
 * masking.
 *
 * @param examples The examples.
 * @param options Sizes, order, seed and epoch.
 * @yields One batch; none if there are no examples.
 * @throws {RangeError} As `batchesOf` and `maskTokens` do.
 */
export function* maskedBatchesOf(
  examples: readonly EncodedExample[],
  options: MaskedBatchOptions,
): Generator<MaskedBatch> {
  const { vocabulary, seed, epoch, share = 0.15, wholeWordMasking = false } = options;
  for (const batch of batchesOf(examples, options)) {
    const { indices, length: T, size: B } = batch;
    const numEach = numMasked(T, share);
    const inputIds = batch.inputIds.slice();
    const places = new Int32Array(B * numEach);
    const words = new Int32Array(B * numEach).fill(IGNORE_INDEX);
    for (const [row, index] of indices.entries()) {
      const random = randomStream(seed, epoch, index, MASKING);
      const masked = maskTokens(examples[index]!.inputIds, vocabulary, random, {
        share,
        wholeWordMasking,
      });
      inputIds.set(masked.inputIds, row * T);
      places.set(masked.places.map((place) => row * T + place), row * numEach);
      words.set(masked.words, row * numEach);
    }
    yield { ...batch, inputIds, places, words };
  }
}

/**
 * Cuts a batch into shards.
 *
 * @param batch In rows of their own.
 * @param count Shards at most.
 * @returns The shards.
 */
export function cutMaskedBatch(
  batch: MaskedBatch,
  count: number,
): MaskedBatch[] {
  const { places, words, size: B, length: T } = batch;
  const spans = spansOf(B, count);
  return cutBatch(batch, count).map((shard, number) => {
    const rows = spans[number]!;
    return {
      ...shard,
      // A place that is not needed is 0, wherever its row stands.
      places: rowsOf(places, B, rows)
        .map((place) => Math.max(0, place - rows.start * T)),
      words: rowsOf(words, B, rows),
    };
  });
}
