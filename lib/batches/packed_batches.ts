/**
 * Packed batches: several examples in each row, so that there is little padding.
 *
 * Sentences differ in length, and a padded batch of them is mostly padding. In a packed
 * batch short examples share a row. Each has its own positions, and attention stays
 * within each, so the results equal those of the padded batch. Krell et al. (2021), "Efficient
 * Sequence Packing without Cross-contamination".
 *
 * Shapes: R rows of T tokens that hold B examples.
 *
 * @module
 */

import { numReplicas } from "../engine/compile.ts";
import { type BertConfig, maxSequenceLength } from "../model/config.ts";
import { checkOption, RULES } from "../options.ts";
import {
  type Batch,
  batchesOf,
  type BatchOptions,
  type EncodedExample,
  exampleAt,
  lengthMultiple,
  paddingOf,
} from "./batches.ts";
import type { ExampleSource } from "./example_source.ts";
import { type Order, sequentialOrder } from "./sampler.ts";

/** The position of an example in packed rows. */
export type PackedPosition = {
  /** Counts from 0. */
  readonly row: number;
  /** Position of its first token in the row. */
  readonly offset: number;
};

/** How to form packed batches. */
export type PackedBatchOptions = {
  /** Examples in a batch; the last may have fewer. */
  batchSize: number;
  /** Positions of the examples to use, in order; default all, as they are. */
  order?: Order;
  /** T: tokens in a row, if no example of the batch is longer. */
  rowLength: number;
  /** If one is longer, T is its length, rounded up to this multiple; default 1. */
  multipleOf?: number;
  /**
   * R is rounded up to a multiple of this number, so that few shapes occur, if R is at
   * least three times as large; default 1.
   */
  rowsMultipleOf?: number;
  /** The id that fills up the rows; default 0. */
  padTokenId?: number;
  /**
   * Number of micro-batches that `splitBatch` can split a batch into, with about equally
   * many examples and equally many rows in each; default 1. A last batch that cannot be
   * shared out evenly is one micro-batch: new shapes would not pay once in an epoch.
   */
  numMicroBatches?: number;
};

/**
 * Assigns each length a row and an offset: first fit, the longest first.
 *
 * Johnson (1973): no more than 11/9 of the fewest possible rows, and 1.
 *
 * @example Three sentences in one row
 * ```ts
 * import { packRows } from "bertbook/batches/packed_batches.ts";
 * import assert from "node:assert/strict";
 *
 * const positions = packRows([3, 5, 2], 10);
 * assert.deepEqual(positions.map(({ row }) => row), [0, 0, 0]);
 * assert.deepEqual(positions.map(({ offset }) => offset), [5, 0, 8]);
 * ```
 *
 * @param lengths Tokens of each example, none above `rowLength`.
 * @param rowLength Tokens in a row.
 * @returns A position for each, in their order; every row is filled from its start.
 */
export function packRows(
  lengths: readonly number[],
  rowLength: number,
): PackedPosition[] {
  const filled: number[] = [];
  const positions: PackedPosition[] = new Array(lengths.length);
  const longestFirst = [...lengths.keys()]
    .sort((a, b) => lengths[b]! - lengths[a]!);
  for (const index of longestFirst) {
    const length = lengths[index]!;
    const fitting = filled.findIndex((used) => used + length <= rowLength);
    const row = fitting === -1 ? filled.length : fitting;
    positions[index] = { row, offset: filled[row] ?? 0 };
    filled[row] = (filled[row] ?? 0) + length;
  }
  return positions;
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
  examples: ExampleSource<EncodedExample>,
  options: PackedBatchOptions,
): Generator<Batch> {
  const { batchSize, rowLength, multipleOf = 1, rowsMultipleOf = 1 } = options;
  const { order = sequentialOrder(examples.length), numMicroBatches = 1 } =
    options;
  const { padTokenId = 0 } = options;
  checkOption("batchSize", batchSize, RULES.count);
  checkOption("rowLength", rowLength, RULES.count);
  checkOption("numMicroBatches", numMicroBatches, RULES.count);
  checkOption("multipleOf", multipleOf, RULES.count);
  checkOption("rowsMultipleOf", rowsMultipleOf, RULES.count);
  for (let start = 0; start < order.length; start += batchSize) {
    const members = order.slice(start, start + batchSize);
    const rows = members.map((index) => exampleAt(examples, index));
    const lengths = rows.map(({ inputIds }) => inputIds.length);
    const longest = Math.max(...lengths);
    const length = longest <= rowLength
      ? rowLength
      : Math.ceil(longest / multipleOf) * multipleOf;
    const isEven = members.length === batchSize ||
      members.length % numMicroBatches === 0;
    const count = isEven ? Math.min(numMicroBatches, members.length) : 1;
    const groups = deal(lengths, count);
    const batch = pack(rows, groups, { length, rowsMultipleOf, padTokenId });
    yield { ...batch, indices: batch.indices.map((at) => members[at]!) };
  }
}

/**
 * Deals examples to micro-batches, the longest first, forwards and backwards in turn:
 * about equally many to each, and about as many tokens. The larger ones come first.
 */
function deal(lengths: readonly number[], count: number): number[][] {
  const groups = Array.from({ length: count }, (): number[] => []);
  const longestFirst = [...lengths.keys()]
    .sort((a, b) => lengths[b]! - lengths[a]!);
  for (const [turn, at] of longestFirst.entries()) {
    const group = turn % count;
    const isBackwards = Math.floor(turn / count) % 2 === 1;
    groups[isBackwards ? count - 1 - group : group]!.push(at);
  }
  return groups.map((group) => group.sort((a, b) => a - b))
    .sort((a, b) => b.length - a.length);
}

/** Copies examples into rows of zeros, the micro-batches one below the other. */
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
    : Math.ceil(used / multiple) * multiple; // rows of a micro-batch
  const numRows = numEach * groups.length; // R
  const places = packed.flatMap((microBatch, number) =>
    microBatch.map(({ row, offset }) => ({
      row: row + number * numEach,
      offset,
    }))
  );
  const inputIds = new Int32Array(numRows * length).fill(padTokenId); // [R, T]
  const tokenTypeIds = new Int32Array(numRows * length); // [R, T]
  const attentionMask = new Float32Array(numRows * length); // [R, T]
  const positionIds = new Int32Array(numRows * length); // [R, T]
  const sequenceIds = new Int32Array(numRows * length); // [R, T]
  const clsPositions = Int32Array.from(
    places,
    ({ row, offset }) => row * length + offset,
  ); // [B]
  for (const [index, example] of examples.entries()) {
    const start = clsPositions[index]!, end = start + example.inputIds.length;
    inputIds.set(example.inputIds, start);
    tokenTypeIds.set(example.tokenTypeIds, start);
    attentionMask.fill(1, start, end);
    sequenceIds.fill(index + 1, start, end);
    for (let at = start; at < end; at++) positionIds[at] = at - start;
  }
  return {
    inputIds,
    tokenTypeIds,
    attentionMask,
    labels: Int32Array.from(examples, ({ label }) => label), // [B]
    indices,
    size: examples.length,
    length,
    packing: { positionIds, sequenceIds, clsPositions },
  };
}

/** Whether several short examples share a row, or each has its own. */
export type Batching = "packed" | "padded";

/** The examples of each batch; by default in the order in which they are. */
export type BatchMembers = Pick<BatchOptions, "batchSize" | "order"> & {
  /** Number of micro-batches that packed batches can be split into. */
  readonly numMicroBatches?: number | undefined;
};

/** T of packed rows: longer rows have less padding, but attention grows with T². */
const PACKED_LENGTH = 48;

/** Forms the training batches of each kind, in few different shapes. */
export const BATCHES_OF: Readonly<
  Record<
    Batching,
    (
      examples: ExampleSource<EncodedExample>,
      config: BertConfig,
      members: BatchMembers,
    ) => Generator<Batch>
  >
> = {
  packed: (examples, config, { numMicroBatches, ...members }) =>
    packedBatchesOf(examples, {
      ...members,
      rowLength: Math.min(PACKED_LENGTH, maxSequenceLength(config)),
      multipleOf: lengthMultiple(config, 16),
      // The first step of a shape takes seconds, a row of padding milliseconds.
      rowsMultipleOf: 2,
      numMicroBatches: numMicroBatches ?? numReplicas(),
      padTokenId: config.padTokenId,
    }),
  padded: (examples, config, members) =>
    batchesOf(examples, {
      ...members,
      length: "longest",
      ...paddingOf(config),
    }),
};
