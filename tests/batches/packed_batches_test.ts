import assert from "node:assert/strict";
import fc from "fast-check";
import type { Batch, EncodedExample } from "bertbook/batches/batches.ts";
import { packedBatchesOf, packRows } from "bertbook/batches/packed_batches.ts";
import { assertAll } from "../_property.ts";

/** Examples of these lengths; ids tell example and place, and may be 0. */
function examplesOf(...lengths: number[]): EncodedExample[] {
  return lengths.map((length, example) => ({
    inputIds: Array.from({ length }, (_, place) => 100 * example + place),
    tokenTypeIds: Array.from({ length }, (_, place) => place >= 2 ? 1 : 0),
    label: example % 2,
  }));
}

Deno.test("packedBatchesOf() puts short examples behind long ones", () => {
  const [batch, ...rest] = packedBatchesOf(examplesOf(2, 4, 3), {
    batchSize: 3,
    rowLength: 5,
  });
  // 4 alone in the first row, 3 and 2 in the second.
  assert.deepEqual([...batch!.inputIds], [
    100,
    101,
    102,
    103,
    0,
    200,
    201,
    202,
    0,
    1,
  ]);
  assert.deepEqual([...batch!.tokenTypeIds], [0, 0, 1, 1, 0, 0, 0, 1, 0, 0]);
  assert.deepEqual([...batch!.attentionMask], [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
  assert.deepEqual([...batch!.labels], [0, 1, 0]);
  const { positionIds, sequenceIds, clsPositions } = batch!.packing!;
  assert.deepEqual([...positionIds], [0, 1, 2, 3, 0, 0, 1, 2, 0, 1]);
  assert.deepEqual([...sequenceIds], [2, 2, 2, 2, 0, 3, 3, 3, 1, 1]);
  assert.deepEqual([...clsPositions], [8, 0, 5]);
  assert.equal(batch!.size, 3);
  assert.equal(batch!.length, 5);
  assert.deepEqual(rest, []);
});

Deno.test("packedBatchesOf() gives a longer example longer rows, in its batch alone", () => {
  const batches = packedBatchesOf(examplesOf(9, 2, 3, 1), {
    batchSize: 2,
    rowLength: 4,
    multipleOf: 6,
  });
  assert.deepEqual([...batches].map(({ length }) => length), [12, 4]);
});

Deno.test("packedBatchesOf() rounds the rows up with rows of padding, if they are many", () => {
  const batchOf = (numRows: number, rowsMultipleOf?: number): Batch => {
    const examples = examplesOf(...new Array(numRows).fill(4));
    const sizes = { batchSize: numRows, rowLength: 5 };
    const change = rowsMultipleOf === undefined ? {} : { rowsMultipleOf };
    return packedBatchesOf(examples, { ...sizes, ...change }).next().value!;
  };
  const rows = [1, 3, 5, 6, 7].map((count) =>
    batchOf(count, 2).inputIds.length / 5
  );
  assert.deepEqual(rows, [1, 3, 5, 6, 8]);
  const plain = batchOf(7), even = batchOf(7, 2);
  for (const name of ["inputIds", "tokenTypeIds", "attentionMask"] as const) {
    assert.deepEqual([...even[name]], [...plain[name], 0, 0, 0, 0, 0]);
  }
  assert.deepEqual(even.packing!.clsPositions, plain.packing!.clsPositions);
});

Deno.test("packRows() loses no token and lets none overlap", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
  assertAll(fc.property(lengths, (lengths) => {
    const taken = new Set<number>();
    const places = packRows(lengths, 20);
    for (const [index, { row, offset }] of places.entries()) {
      assert.ok(offset >= 0 && offset + lengths[index]! <= 20);
      for (let i = 0; i < lengths[index]!; i++) {
        taken.add(row * 20 + offset + i);
      }
    }
    const total = lengths.reduce((sum, length) => sum + length, 0);
    assert.equal(taken.size, total);
    const rows = new Set(places.map(({ row }) => row));
    assert.ok(rows.size <= Math.ceil(total / 20 * 2), `${rows.size} rows`);
    for (const row of rows) assert.ok(taken.has(row * 20));
  }));
});

Deno.test("packedBatchesOf() refuses sizes and indices that make no batch", () => {
  const examples = examplesOf(2, 3);
  const batches = (change: Record<string, unknown>): unknown => [
    ...packedBatchesOf(examples, { batchSize: 2, rowLength: 4, ...change }),
  ];
  assert.throws(
    () => batches({ batchSize: 0 }),
    /batchSize: it must be a whole number/,
  );
  assert.throws(
    () => batches({ rowLength: 1.5 }),
    /rowLength: it must be a whole number/,
  );
  assert.throws(() => batches({ multipleOf: -1 }), /multipleOf: it must be/);
  assert.throws(
    () => batches({ rowsMultipleOf: 0 }),
    /rowsMultipleOf: it must/,
  );
  assert.throws(
    () => batches({ order: [2] }),
    /every index must be below 2; found 2/,
  );
});
