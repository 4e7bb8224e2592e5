/** How the examples of a batch stand in its rows, so that few shapes occur. @module */

import { type Batch, batchesOf, type EncodedExample } from "./batches.ts";
import { packedBatchesOf } from "./packed_batches.ts";
import { sideBySide } from "../engine/compile.ts";
import type { BertConfig } from "../model/config.ts";

/** Short examples share a row, or each has one of its own. */
export type Layout = "packed" | "padded";

/** Which examples form a batch. */
type BatchOrder = { batchSize: number; order: readonly number[] };

/** T of packed rows: longer ones fill up better, but attention grows with T². */
const PACKED_LENGTH = 48;

/** Forms batches in each layout. */
export const BATCHES_OF: Readonly<
  Record<
    Layout,
    (
      examples: readonly EncodedExample[],
      config: BertConfig,
      order: BatchOrder,
    ) => Generator<Batch>
  >
> = {
  packed: (examples, config, order) =>
    packedBatchesOf(examples, {
      ...order,
      rowLength: Math.min(PACKED_LENGTH, config.maxPositionEmbeddings),
      multipleOf: lengthMultiple(config, 16),
      // A shape's first step takes seconds longer, a row of padding milliseconds.
      rowsMultipleOf: 2,
      shards: sideBySide(),
    }),
  padded: (examples, config, order) =>
    batchesOf(examples, {
      ...order,
      length: "longest",
      multipleOf: lengthMultiple(config),
    }),
};

/**
 * Lengths are rounded up to a multiple of it, so that few shapes occur.
 *
 * @param config Supplies `maxPositionEmbeddings`, which no rounding may exceed.
 * @param wanted The multiple, if it divides the longest length; 4 by default.
 * @returns `wanted`, or else 1.
 */
export function lengthMultiple(
  { maxPositionEmbeddings }: BertConfig,
  wanted = 4,
): number {
  return maxPositionEmbeddings % wanted === 0 ? wanted : 1;
}
