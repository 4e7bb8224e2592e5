/**
 * Examples end to end in few rows, so that hardly any padding is computed.
 *
 * Sentences differ in length, and a rectangle of them is mostly padding. Here short
 * ones share a row, each with its own positions, and attention is kept within each:
 * the results are those of the padded batch. Krell et al. (2021), "Efficient
 * Sequence Packing without Cross-contamination".
 *
 * Shapes: R rows of T tokens that hold B examples.
 *
 * @module
 */

import {
  type Batch,
  checkSize,
  type EncodedExample,
  exampleAt,
} from "./batches.ts";
import { sequentialOrder } from "./sampler.ts";

/** Where an example stands. */
export type Place = {
  /** Counts from 0. */
  readonly row: number;
  /** Position of its first token in the row. */
  readonly offset: number;
};

/** How to form packed batches. */
export type PackedBatchOptions = {
  /** Examples in a batch; the last may have fewer. */
  batchSize: number;
  /** Which examples, in which order; all in their own order unless told. */
  order?: readonly number[];
  /** T: tokens in a row, where no example of the batch is longer. */
  rowLength: number;
  /** Else T is the longest example's, rounded up to a multiple of it; 1 unless told. */
  multipleOf?: number;
  /**
   * R is rounded up to a multiple of it, so that few shapes occur, if it is at least
   * three times as much; 1 unless told.
   */
  rowsMultipleOf?: number;
  /** The id that fills up the rows; 0 by default. */
  padTokenId?: number;
  /**
   * So many shards have about equally many examples, and equally many rows, for
   * `cutBatch`; 1 unless told. What is left over at the end, and cannot be shared out
   * evenly, is one shard: shapes of its own would not be worth it once in an epoch.
   */
  shards?: number;
};

/**
 * Gives each length a place in rows: first fit, the longest first.
 *
 * Johnson (1973): no more than 11/9 of the fewest possible rows, and 1.
 *
 * @example Three sentences in one row
 * ```ts
 * import { packRows } from "bertbook/batches/packed_batches.ts";
 * import assert from "node:assert/strict";
 *
 * const places = packRows([3, 5, 2], 10);
 * assert.deepEqual(places.map(({ row }) => row), [0, 0, 0]);
 * assert.deepEqual(places.map(({ offset }) => offset), [5, 0, 8]);
 * ```
 *
 * @param lengths Tokens of each example, none above `rowLength`.
 * @param rowLength Tokens in a row.
 * @returns A place for each, in their order; every row is used from its start.
 */
export function packRows(
  lengths: readonly number[],
  rowLength: number,
): Place[] {
  const filled: number[] = [];
  const places: Place[] = new Array(lengths.length);
  const longestFirst = [...lengths.keys()]
    .sort((a, b) => lengths[b]! - lengths[a]!);
  for (const index of longestFirst) {
    const length = lengths[index]!;
    const fitting = filled.findIndex((used) => used + length <= rowLength);
    const row = fitting === -1 ? filled.length : fitting;
    places[index] = { row, offset: filled[row] ?? 0 };
    filled[row] = (filled[row] ?? 0) + length;
  }
  return places;
}

/**
 * Forms packed batches one at a time.
 *
 * @param examples The examples.
 * @param options Sizes and order.
 * @yields One batch, its rows R · T; none if there are no examples.
 * @throws {RangeError} If a size is no positive whole number, an index is outside
 * the examples, or an example is empty.
 */
export function* packedBatchesOf(
  examples: readonly EncodedExample[],
  options: PackedBatchOptions,
): Generator<Batch> {
  const { batchSize, rowLength, multipleOf = 1, rowsMultipleOf = 1 } = options;
  const { order = sequentialOrder(examples.length), shards = 1 } = options;
  const { padTokenId = 0 } = options;
  checkSize("batchSize", batchSize);
  checkSize("rowLength", rowLength);
  checkSize("shards", shards);
  checkSize("multipleOf", multipleOf);
  checkSize("rowsMultipleOf", rowsMultipleOf);
  for (let start = 0; start < order.length; start += batchSize) {
    const given = order.slice(start, start + batchSize);
    const lengths = given.map((index) =>
      exampleAt(examples, index).inputIds.length
    );
    const longest = Math.max(...lengths);
    const length = longest <= rowLength
      ? rowLength
      : Math.ceil(longest / multipleOf) * multipleOf;
    const isShared = given.length === batchSize || given.length % shards === 0;
    const count = isShared ? Math.min(shards, given.length) : 1;
    const groups = deal(lengths, count)
      .map((group) => group.map((at) => given[at]!));
    yield pack(examples, groups, { length, rowsMultipleOf, padTokenId });
  }
}

/**
 * Deals examples to shards, the longest first, there and back again: about equally
 * many to each, and about as many tokens. Shards of one example more come first.
 */
function deal(lengths: readonly number[], shards: number): number[][] {
  const groups = Array.from({ length: shards }, (): number[] => []);
  const longestFirst = [...lengths.keys()]
    .sort((a, b) => lengths[b]! - lengths[a]!);
  for (const [turn, at] of longestFirst.entries()) {
    const place = turn % shards;
    const isBack = Math.floor(turn / shards) % 2 === 1;
    groups[isBack ? shards - 1 - place : place]!.push(at);
  }
  return groups.map((group) => group.sort((a, b) => a - b))
    .sort((a, b) => b.length - a.length);
}

/** Copies examples to their places in rows of zeros, the shards one below the other. */
function pack(
  all: readonly EncodedExample[],
  groups: readonly number[][],
  { length, rowsMultipleOf, padTokenId }: {
    length: number;
    rowsMultipleOf: number;
    padTokenId: number;
  },
): Batch {
  const indices = groups.flat();
  const examples = indices.map((index) => all[index]!);
  const packed = groups.map((group) =>
    packRows(group.map((index) => all[index]!.inputIds.length), length)
  );
  const used = 1 + Math.max(...packed.flat().map(({ row }) => row));
  const multiple = Math.ceil(rowsMultipleOf / groups.length);
  const numEach = used < 3 * multiple
    ? used
    : Math.ceil(used / multiple) * multiple; // rows of a shard
  const numRows = numEach * groups.length; // R
  const places = packed.flatMap((shard, number) =>
    shard.map(({ row, offset }) => ({ row: row + number * numEach, offset }))
  );
  const inputIds = new Int32Array(numRows * length).fill(padTokenId); // [R, T]
  const tokenTypeIds = new Int32Array(numRows * length); // [R, T]
  const attentionMask = new Float32Array(numRows * length); // [R, T]
  const positions = new Int32Array(numRows * length); // [R, T]
  const sequences = new Int32Array(numRows * length); // [R, T]
  const starts = Int32Array.from(
    places,
    ({ row, offset }) => row * length + offset,
  ); // [B]
  for (const [index, example] of examples.entries()) {
    const start = starts[index]!, end = start + example.inputIds.length;
    inputIds.set(example.inputIds, start);
    tokenTypeIds.set(example.tokenTypeIds, start);
    attentionMask.fill(1, start, end);
    sequences.fill(index + 1, start, end);
    for (let at = start; at < end; at++) positions[at] = at - start;
  }
  return {
    inputIds,
    tokenTypeIds,
    attentionMask,
    labels: Int32Array.from(examples, ({ label }) => label), // [B]
    indices,
    size: examples.length,
    length,
    packing: { positions, sequences, starts },
  };
}
