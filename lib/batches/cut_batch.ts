/**
 * Batches cut into shards of about as many rows.
 *
 * Shapes: B examples, R rows of T tokens.
 *
 * @module
 */

import type { Batch } from "./batches.ts";

/** Rows from the first to the one before `end`. */
export type Span = { readonly start: number; readonly end: number };

/**
 * Spans of rows, the longer ones first.
 *
 * @example Five rows in two spans
 * ```ts
 * import { spansOf } from "bertbook/batches/cut_batch.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(spansOf(5, 2), [{ start: 0, end: 3 }, { start: 3, end: 5 }]);
 * ```
 *
 * @param numRows Rows to share out.
 * @param count Spans at most; none is empty.
 * @returns The spans; together they are all rows.
 */
export function spansOf(numRows: number, count: number): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < numRows;) {
    const left = count - spans.length;
    const end = start + Math.ceil((numRows - start) / left);
    spans.push({ start, end });
    start = end;
  }
  return spans;
}

/**
 * The part of an array that belongs to some rows, without copying.
 *
 * @param values Equally many for each row.
 * @param numRows Rows in all.
 * @param span The rows.
 */
export function rowsOf<Values extends Int32Array | Float32Array>(
  values: Values,
  numRows: number,
  { start, end }: Span,
): Values {
  const each = values.length / numRows;
  return values.subarray(start * each, end * each) as Values;
}

/**
 * Cuts a batch into shards.
 *
 * @param batch In rows of their own or packed.
 * @param count Shards at most.
 * @returns The shards, which share the batch's arrays. A packed batch stays whole
 * unless it was packed for so many shards.
 */
export function cutBatch(batch: Batch, count: number): Batch[] {
  const { packing, size, length: T } = batch;
  const numRows = batch.inputIds.length / T; // B or R
  const examples = spansOf(size, count);
  const rows = spansOf(numRows, examples.length);
  if (packing !== undefined && !isPackedFor(batch, examples, rows)) {
    return [batch];
  }
  return examples.map(({ start, end }, shard): Batch => {
    const own = rows[shard]!;
    const cut = <V extends Int32Array | Float32Array>(values: V): V =>
      rowsOf(values, numRows, own);
    return {
      ...{ length: T, size: end - start },
      inputIds: cut(batch.inputIds),
      tokenTypeIds: cut(batch.tokenTypeIds),
      attentionMask: cut(batch.attentionMask),
      labels: batch.labels.subarray(start, end),
      indices: batch.indices.slice(start, end),
      ...(packing && {
        packing: {
          positions: cut(packing.positions),
          sequences: cut(packing.sequences),
          starts: packing.starts.subarray(start, end)
            .map((token) => token - own.start * T),
        },
      }),
    };
  });
}

/** Whether the examples of each shard stand in its own rows, equally many in each. */
function isPackedFor(
  { packing, inputIds, length }: Batch,
  examples: readonly Span[],
  rows: readonly Span[],
): boolean {
  return inputIds.length / length % examples.length === 0 &&
    examples.every(({ start, end }, shard) =>
      packing!.starts.subarray(start, end).every((token) => {
        const row = Math.floor(token / length);
        return rows[shard]!.start <= row && row < rows[shard]!.end;
      })
    );
}
