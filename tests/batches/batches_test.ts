import assert from "node:assert/strict";
import fc from "fast-check";
import { packedBatchesOf } from "bertbook/batches/packed_batches.ts";
import {
  type Batch,
  batchesOf,
  type EncodedExample,
  numBatches,
} from "bertbook/batches/batches.ts";
import { assertAll } from "../_property.ts";

/** Examples of these lengths; ids tell example and place, and may be 0. */
function examplesOf(...lengths: number[]): EncodedExample[] {
  return lengths.map((length, example) => ({
    inputIds: Array.from({ length }, (_, place) => 100 * example + place),
    tokenTypeIds: Array.from({ length }, (_, place) => place >= 2 ? 1 : 0),
    label: example % 2,
  }));
}

const plain = (batch: Batch): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(batch)
      .map((
        [name, value],
      ) => [
        name,
        ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value,
      ]),
  );

Deno.test("batchesOf() pads to the batch's longest and masks by length", () => {
  const [first, second, ...rest] = batchesOf(examplesOf(2, 3, 1), {
    batchSize: 2,
  });
  assert.deepEqual(plain(first!), {
    // Example 0 begins with id 0, which is a token here and not padding.
    inputIds: [0, 1, 0, 100, 101, 102],
    tokenTypeIds: [0, 0, 0, 0, 0, 1],
    attentionMask: [1, 1, 0, 1, 1, 1],
    labels: [0, 1],
    indices: [0, 1],
    size: 2,
    length: 3,
  });
  assert.deepEqual(plain(second!), {
    inputIds: [200],
    tokenTypeIds: [0],
    attentionMask: [1],
    labels: [0],
    indices: [2],
    size: 1,
    length: 1,
  });
  assert.deepEqual(rest, []);
});

Deno.test("batchesOf() follows the order, which may leave out and repeat", () => {
  const order = [2, 0, 2];
  const batches = [...batchesOf(examplesOf(1, 1, 1), { batchSize: 2, order })];
  assert.deepEqual(batches.map(({ indices }) => indices), [[2, 0], [2]]);
  assert.deepEqual([...batches[0]!.inputIds], [200, 0]);
});

Deno.test("batchesOf() rounds lengths up, and fixes them on request", () => {
  const lengthsOf = (
    options: Partial<Parameters<typeof batchesOf>[1]>,
  ): number[] =>
    [...batchesOf(examplesOf(3, 9, 16), { batchSize: 1, ...options })].map((
      { length },
    ) => length);
  assert.deepEqual(lengthsOf({}), [3, 9, 16]);
  assert.deepEqual(lengthsOf({ multipleOf: 8 }), [8, 16, 16]);
  assert.deepEqual(lengthsOf({ length: 20 }), [20, 20, 20]);
});

Deno.test("fault 45: no examples make no batch, few make a small one", () => {
  assert.deepEqual([...batchesOf([], { batchSize: 4 })], []);
  const few = [...batchesOf(examplesOf(2, 2), { batchSize: 4 })];
  assert.deepEqual(few.map(({ size }) => size), [2]);
  const lastOfOne = [...batchesOf(examplesOf(2, 2, 2), { batchSize: 2 })];
  assert.deepEqual(lastOfOne.map(({ size }) => size), [2, 1]);
  const dropped = [
    ...batchesOf(examplesOf(2, 2, 2), { batchSize: 2, dropLast: true }),
  ];
  assert.deepEqual(dropped.map(({ size }) => size), [2]);
});

Deno.test("numBatches() counts what batchesOf() makes", () => {
  for (
    const [count, batchSize] of [[0, 32], [1, 32], [32, 32], [33, 32], [
      8_551,
      32,
    ]]
  ) {
    const examples = examplesOf(...new Array<number>(count!).fill(1));
    const made = [...batchesOf(examples, { batchSize: batchSize! })].length;
    assert.equal(numBatches(count!, batchSize!), made);
  }
});

Deno.test("batchesOf() is lazy: a loop that stops makes no more", () => {
  const examples = examplesOf(1, 1);
  examples.push({ inputIds: [], tokenTypeIds: [], label: 0 });
  for (const batch of batchesOf(examples, { batchSize: 1 })) {
    if (batch.indices[0] === 1) break;
  }
});

Deno.test("batchesOf() keeps every token and adds only masked ones", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 12 }), {
    maxLength: 30,
  });
  const size = fc.integer({ min: 1, max: 8 });
  assertAll(
    fc.property(lengths, size, size, (lengths, batchSize, multipleOf) => {
      const examples = examplesOf(...lengths);
      for (const batch of batchesOf(examples, { batchSize, multipleOf })) {
        const { length, inputIds, attentionMask, indices } = batch;
        for (const [row, index] of indices.entries()) {
          const kept = [...inputIds.subarray(row * length, (row + 1) * length)]
            .filter((_, place) => attentionMask[row * length + place] === 1);
          assert.deepEqual(kept, examples[index]!.inputIds);
        }
      }
    }),
  );
});

Deno.test("batchesOf() refuses what it would have to cut or invent", () => {
  const run = (
    examples: EncodedExample[],
    options: Partial<Parameters<typeof batchesOf>[1]>,
  ) =>
  (): unknown => [...batchesOf(examples, { batchSize: 2, ...options })];
  const cases: [() => unknown, RegExp][] = [
    [
      run(examplesOf(2, 5), { length: 4 }),
      /at most 4 tokens; found 5 in example 1;/,
    ],
    [
      run(examplesOf(2), { order: [0, 1] }),
      /every index must be below 1; found 1/,
    ],
    [run(examplesOf(0), {}), /found 0 inputIds, 0 tokenTypeIds/],
    [
      run([{ inputIds: [1, 2], tokenTypeIds: [0], label: 0 }], {}),
      /found 2 inputIds, 1 tokenTypeIds/,
    ],
    [
      run(examplesOf(2), { batchSize: 0 }),
      /batchSize: it must be a whole number/,
    ],
    [run(examplesOf(2), { batchSize: 1.5 }), /found 1.5$/],
    [run(examplesOf(2), { multipleOf: 0 }), /multipleOf: it must be/],
    [run(examplesOf(2), { length: 0 }), /length: it must be/],
  ];
  for (const [act, message] of cases) {
    assert.throws(act, { name: "RangeError", message });
  }
});

Deno.test("batchesOf() and packedBatchesOf() fill up with the model's padding", () => {
  const options = { batchSize: 2, padTokenId: 9 };
  const [padded] = batchesOf(examplesOf(2, 3), options);
  assert.deepEqual([...padded!.inputIds], [0, 1, 9, 100, 101, 102]);
  assert.deepEqual([...padded!.attentionMask], [1, 1, 0, 1, 1, 1]);
  const [packed] = packedBatchesOf(examplesOf(2, 3), {
    ...options,
    rowLength: 6,
  });
  assert.deepEqual([...packed!.inputIds], [100, 101, 102, 0, 1, 9]);
});
