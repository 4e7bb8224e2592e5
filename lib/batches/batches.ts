/**
 * Padded batches: one example in each row, filled up with padding.
 *
 * Shapes: B examples in the batch, T tokens in its longest example by default.
 *
 * @module
 */

import { type BertConfig, maxSequenceLength } from "../model/config.ts";
import type { PackingArrays } from "../model/input.ts";
import { checkOption, RULES } from "../options.ts";
import type { ExampleSource } from "./example_source.ts";
import { type Order, sequentialOrder } from "./sampler.ts";

/** The label that a loss leaves out; the number is PyTorch's `ignore_index`. */
export const IGNORE_INDEX: number = -100;

/** A sequence of token ids, not yet padded. */
export type EncodedExample = {
  /** Word pieces with special tokens. */
  inputIds: number[];
  /** 0 or 1 for each id. */
  tokenTypeIds: number[];
  /** Its class. */
  label: number;
};

/** B examples in rows of T tokens: one example in each row, or several if packed. */
export type Batch = {
  /** [B, T]. */
  inputIds: Int32Array;
  /** [B, T]; padding is 0. */
  tokenTypeIds: Int32Array;
  /** [B, T]; 1 for a token, 0 for padding. */
  attentionMask: Float32Array;
  /** [B]. */
  labels: Int32Array;
  /** Which examples these are, [B]. */
  indices: number[];
  /** B. */
  size: number;
  /** T. */
  length: number;
  /** Only if several examples share a row. */
  packing?: PackingArrays<Int32Array>;
};

/** How to form batches. */
export type BatchOptions = {
  /** Examples in a batch; the last may have fewer. */
  batchSize: number;
  /** Positions of the examples to use, in order; default all, as they are. */
  order?: Order;
  /** T of every batch; default the length of its longest example. */
  length?: number | "longest";
  /** Rounds T up, so that few different shapes occur; default 1. */
  multipleOf?: number;
  /** The id that fills up the rows; default 0. */
  padTokenId?: number;
  /** Whether to leave out a last batch that is not full; default false. */
  dropLast?: boolean;
};

/**
 * Forms batches one at a time.
 *
 * The mask is made from lengths, not from ids: a real token may have any id.
 *
 * @example Two sentences of different length
 * ```ts
 * import { batchesOf } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const examples = [[7, 8, 9], [5]]
 *   .map((inputIds) => ({ inputIds, tokenTypeIds: inputIds.map(() => 0), label: 1 }));
 * const [batch] = batchesOf(examples, { batchSize: 2 });
 * assert.deepEqual([...batch!.inputIds], [7, 8, 9, 5, 0, 0]);
 * assert.deepEqual([...batch!.attentionMask], [1, 1, 1, 1, 0, 0]);
 * ```
 *
 * @param examples The examples.
 * @param options Sizes and order.
 * @yields One batch; none if there are no examples.
 * @throws {RangeError} If a size is no positive whole number, an index is outside
 * the examples, or an example is empty or longer than a fixed length.
 */
export function* batchesOf(
  examples: ExampleSource<EncodedExample>,
  options: BatchOptions,
): Generator<Batch> {
  const { batchSize, order = sequentialOrder(examples.length) } = options;
  const { length = "longest", multipleOf = 1, dropLast = false } = options;
  const { padTokenId = 0 } = options;
  checkOption("batchSize", batchSize, RULES.count);
  checkOption("multipleOf", multipleOf, RULES.count);
  if (length !== "longest") checkOption("length", length, RULES.count);
  const end = dropLast ? order.length - order.length % batchSize : order.length;
  for (let start = 0; start < end; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    const rows = indices.map((index) => exampleAt(examples, index));
    const longest = Math.max(...rows.map(({ inputIds }) => inputIds.length));
    if (length !== "longest" && longest > length) {
      throw tooLong(indices, rows, length);
    }
    const wanted = length === "longest" ? longest : length;
    const rounded = Math.ceil(wanted / multipleOf) * multipleOf;
    yield pad(rows, indices, rounded, padTokenId);
  }
}

/**
 * Batches that {@linkcode batchesOf} forms, the last partial one included.
 *
 * @param count Number of examples.
 * @param batchSize Examples in a batch.
 * @returns count / batchSize, rounded up.
 * @throws {RangeError} If `batchSize` is no positive whole number.
 */
export function numBatches(count: number, batchSize: number): number {
  checkOption("batchSize", batchSize, RULES.count);
  return Math.ceil(count / batchSize);
}

/** Copies rows into a rectangle of padding. */
function pad(
  rows: readonly EncodedExample[],
  indices: number[],
  length: number,
  padTokenId: number,
): Batch {
  const size = rows.length;
  const inputIds = new Int32Array(size * length).fill(padTokenId); // [B, T]
  const tokenTypeIds = new Int32Array(size * length); // [B, T]
  const attentionMask = new Float32Array(size * length); // [B, T]
  for (const [row, example] of rows.entries()) {
    const start = row * length;
    inputIds.set(example.inputIds, start);
    tokenTypeIds.set(example.tokenTypeIds, start);
    attentionMask.fill(1, start, start + example.inputIds.length);
  }
  const labels = Int32Array.from(rows, ({ label }) => label); // [B]
  return {
    inputIds,
    tokenTypeIds,
    attentionMask,
    labels,
    indices,
    size,
    length,
  };
}

/** The example at an index, which must be whole. */
export function exampleAt(
  examples: ExampleSource<EncodedExample>,
  index: number,
): EncodedExample {
  const isIndex = Number.isInteger(index) && index >= 0;
  const example = isIndex ? examples.at(index) : undefined;
  if (example === undefined) {
    throw new RangeError(
      `Cannot form a batch: every index must be below ${examples.length}; ` +
        `found ${index}`,
    );
  }
  const { inputIds, tokenTypeIds } = example;
  if (inputIds.length === 0 || inputIds.length !== tokenTypeIds.length) {
    throw new RangeError(
      `Cannot form a batch: example ${index} must have as many tokenTypeIds as ` +
        `inputIds, and at least one; found ${inputIds.length} inputIds, ` +
        `${tokenTypeIds.length} tokenTypeIds`,
    );
  }
  return example;
}

/** An example that a fixed length would cut in silence. */
function tooLong(
  indices: readonly number[],
  rows: readonly EncodedExample[],
  length: number,
): RangeError {
  const at = rows.findIndex(({ inputIds }) => inputIds.length > length);
  return new RangeError(
    `Cannot form a batch: every example must have at most ${length} tokens; ` +
      `found ${rows[at]!.inputIds.length} in example ${
        indices[at]
      }; encode with ` +
      `maxLength=${length} or pad to the longest`,
  );
}

/**
 * How batches for a model are padded.
 *
 * @param config Supplies the id of padding, and the longest sequence.
 * @returns Options of {@linkcode batchesOf}.
 */
export function paddingOf(
  config: BertConfig,
): Pick<BatchOptions, "multipleOf" | "padTokenId"> {
  return {
    multipleOf: lengthMultiple(config),
    padTokenId: config.padTokenId,
  };
}

/**
 * Lengths are rounded up to a multiple of this number, so that few shapes occur.
 *
 * @param config Supplies the longest sequence, which no rounding may exceed.
 * @param wanted The multiple, if it divides the longest length; default 4.
 * @returns `wanted`, or else 1.
 */
export function lengthMultiple(
  config: Pick<BertConfig, "maxPositionEmbeddings" | "positionOffset">,
  wanted = 4,
): number {
  return maxSequenceLength(config) % wanted === 0 ? wanted : 1;
}
