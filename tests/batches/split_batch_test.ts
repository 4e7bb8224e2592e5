import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Batch,
  batchesOf,
  type EncodedExample,
} from "bertbook/batches/batches.ts";
import { rowSpans, splitBatch } from "bertbook/batches/batch_tensors.ts";
import { targetsBatchesOf } from "bertbook/batches/head_batches.ts";
import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
import { maskedBatchesOf } from "bertbook/batches/masking.ts";
import { packedBatchesOf } from "bertbook/batches/packed_batches.ts";
import { nextTokenBatches } from "bertbook/batches/next_token.ts";
import { BERT_TINY } from "bertbook/model/config.ts";
import { SPECIAL_TOKENS } from "bertbook/tokenizer/vocabulary.ts";
import { assertAll } from "../_property.ts";

/** Examples of these lengths; ids tell example and place. */
function examplesOf(lengths: readonly number[]): EncodedExample[] {
  return lengths.map((length, example) => ({
    inputIds: Array.from({ length }, (_, place) => 100 * (example + 1) + place),
    tokenTypeIds: Array.from({ length }, (_, place) => place % 2),
    label: example,
  }));
}

/** The examples of a batch as its rows have them: ids, segments and label. */
function contentOf(batch: Batch): EncodedExample[] {
  const { length: T, packing } = batch;
  return Array.from(batch.labels, (label, example) => {
    const start = packing?.clsPositions[example] ?? example * T;
    const isOwn = (at: number): boolean =>
      at < batch.inputIds.length && batch.attentionMask[at] === 1 &&
      (packing === undefined
        ? at < start + T
        : packing.sequenceIds[at] === packing.sequenceIds[start]);
    let end = start;
    while (isOwn(end)) end++;
    if (packing !== undefined) {
      assert.deepEqual(
        [...packing.positionIds.subarray(start, end)],
        Array.from({ length: end - start }, (_, i) => i),
      );
    }
    return {
      inputIds: [...batch.inputIds.subarray(start, end)],
      tokenTypeIds: [...batch.tokenTypeIds.subarray(start, end)],
      label,
    };
  });
}

const lengths = fc.array(fc.integer({ min: 1, max: 12 }), {
  minLength: 1,
  maxLength: 33,
});
const counts = fc.integer({ min: 1, max: 5 });

Deno.test("rowSpans() shares all rows out, at most one more to each of the first", () => {
  assertAll(
    fc.property(fc.integer({ min: 0, max: 50 }), counts, (numRows, count) => {
      const spans = rowSpans(numRows, count);
      assert.equal(spans.length, Math.min(numRows, count));
      const sizes = spans.map(({ start, end }) => end - start);
      assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
      assert.ok(sizes.length === 0 || sizes[0]! - sizes.at(-1)! <= 1);
      assert.deepEqual(
        spans.flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, i) => start + i)
        ),
        Array.from({ length: numRows }, (_, i) => i),
      );
    }),
  );
});

Deno.test("the micro-batches of a batch have its examples, in their order", () => {
  assertAll(fc.property(lengths, counts, (lengths, count) => {
    const examples = examplesOf(lengths);
    const [batch] = batchesOf(examples, { batchSize: examples.length });
    const microBatches = splitBatch(batch!, count);
    assert.equal(microBatches.length, Math.min(count, examples.length));
    assert.deepEqual(microBatches.flatMap(contentOf), examples);
    assert.deepEqual(
      microBatches.flatMap(({ indices }) => indices),
      batch!.indices,
    );
    for (const { length } of microBatches) assert.equal(length, batch!.length);
  }));
});

Deno.test("a batch packed for micro-batches is split into these, of equally many rows", () => {
  assertAll(fc.property(lengths, counts, (lengths, count) => {
    const examples = examplesOf(lengths);
    const [batch] = packedBatchesOf(examples, {
      batchSize: examples.length,
      rowLength: 12,
      numMicroBatches: count,
      rowsMultipleOf: 2,
    });
    const microBatches = splitBatch(batch!, count);
    assert.equal(microBatches.length, Math.min(count, examples.length));
    assert.equal(
      new Set(microBatches.map(({ inputIds }) => inputIds.length)).size,
      1,
    );
    const [sizes, tokens] = [
      microBatches.map(({ size }) => size),
      microBatches.map((microBatch) =>
        microBatch.attentionMask.reduce((sum, x) => sum + x, 0)
      ),
    ];
    assert.deepEqual(
      sizes,
      rowSpans(examples.length, count).map(({ start, end }) => end - start),
    );
    // Dealt forwards and backwards, none has more tokens than the others by more than one
    // example.
    assert.ok(
      Math.max(...tokens) - Math.min(...tokens) <= Math.max(...lengths),
    );
    const content = microBatches.flatMap(contentOf);
    const indices = microBatches.flatMap(({ indices }) => indices);
    assert.deepEqual(content, indices.map((index) => examples[index]!));
    assert.deepEqual(indices.toSorted((a, b) => a - b), [...examples.keys()]);
  }));
});

Deno.test("the last batch is packed for micro-batches only if it can be shared out evenly", () => {
  const examples = examplesOf([5, 2, 7, 3, 6, 4, 5, 6]);
  const cuts = (batchSize: number): number[] =>
    [...packedBatchesOf(examples, {
      batchSize,
      rowLength: 7,
      numMicroBatches: 2,
    })]
      .map((batch) => splitBatch(batch, 2).length);
  assert.deepEqual(cuts(5), [2, 1]);
  assert.deepEqual(cuts(6), [2, 2]);
});

Deno.test("a batch that was not packed for micro-batches stays whole", () => {
  const [batch] = packedBatchesOf(examplesOf([2, 4, 3, 5]), {
    batchSize: 4,
    rowLength: 7,
  });
  assert.deepEqual(splitBatch(batch!, 2), [batch]);
});

Deno.test("targets stay with their sequences, packed or padded, and in micro-batches", () => {
  assertAll(fc.property(lengths, counts, (lengths, count) => {
    const examples = examplesOf(lengths).map(({ label, ...input }) => ({
      ...input,
      targets: [label, label + 0.5, 99 - label],
    }));
    const order = [...examples.keys()].reverse();
    const members = { batchSize: 7, order, numMicroBatches: count };
    for (const batching of ["packed", "padded"] as const) {
      const batches = [
        ...targetsBatchesOf(examples, BERT_TINY, members, batching),
      ];
      const seen: number[] = [];
      for (const part of batches.flatMap((batch) => splitBatch(batch, count))) {
        const content = contentOf(part);
        seen.push(...part.indices);
        assert.equal(part.targets.length, 3 * part.indices.length);
        for (const [i, index] of part.indices.entries()) {
          assert.deepEqual(content[i]!.inputIds, examples[index]!.inputIds);
          const own = [...part.targets.subarray(3 * i, 3 * i + 3)];
          assert.deepEqual(own, examples[index]!.targets);
        }
      }
      assert.deepEqual(seen.toSorted((a, b) => b - a), order);
    }
  }));
});

Deno.test("micro-batches of masked tokens have the same labels", () => {
  const pieces = [...SPECIAL_TOKENS, ..."abcdefghijklmnop"];
  const vocabulary = {
    pieces,
    idOf: new Map(pieces.map((piece, id) => [piece, id])),
  };
  const examples = [9, 4, 7, 3, 6].map((length) => ({
    inputIds: [2, ...Array.from({ length }, (_, i) => 5 + i), 3],
    tokenTypeIds: new Array(length + 2).fill(0),
    label: 0,
  }));
  const options = {
    batchSize: 5,
    vocabulary,
    seed: 1,
    epoch: 1,
    mlmProbability: 0.4,
  };
  const [batch] = maskedBatchesOf(examples, options);
  const microBatches = splitBatch(batch!, 2);
  assert.deepEqual(microBatches.map(({ size }) => size), [3, 2]);
  /** Row in the batch, place in the row, and word of each. */
  const masked = (microBatch: typeof batch, firstRow: number): number[][] =>
    Array.from(microBatch!.maskedPositions, (place, m) => [
      firstRow + Math.floor(place / microBatch!.length),
      place % microBatch!.length,
      microBatch!.maskedLabels[m]!,
    ]).filter(([, , word]) => word !== IGNORE_INDEX);
  const [first, second] = microBatches;
  const all = masked(batch, 0);
  assert.ok(all.length > 6);
  assert.deepEqual([...masked(first, 0), ...masked(second, 3)], all);
  for (const { maskedPositions, inputIds } of microBatches) {
    assert.ok(
      maskedPositions.every((place) => place >= 0 && place < inputIds.length),
    );
  }
});

Deno.test("micro-batches of next tokens have the batch's rows", () => {
  const sequences = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    .map((inputIds) => ({ inputIds, promptLength: 1 }));
  const [batch] = nextTokenBatches(sequences, { batchSize: 3, length: 2 });
  assert.deepEqual(
    splitBatch(batch!, 2).map(({ inputIds, labels, indices, length }) => ({
      inputIds: [...inputIds],
      labels: [...labels],
      indices,
      length,
    })),
    [
      {
        inputIds: [1, 2, 4, 5],
        labels: [2, 3, 5, 6],
        indices: [0, 1],
        length: 2,
      },
      { inputIds: [7, 8], labels: [8, 9], indices: [2], length: 2 },
    ],
  );
});
