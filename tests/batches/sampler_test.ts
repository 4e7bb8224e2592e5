import assert from "node:assert/strict";
import fc from "fast-check";
import { batchesOf } from "bertbook/batches/batches.ts";
import {
  indexShuffleOrder,
  lengthGroupedOrder,
  randomOrder,
  sequentialOrder,
} from "bertbook/batches/sampler.ts";
import golden from "../golden/cola_lengths.json" with { type: "json" };
import { assertAll } from "../_property.ts";

const LENGTHS = golden.lengths;
const SEED = { seed: 42, epoch: 1 };

/** Tokens in an epoch, padding included, at batch 32. */
function tokens(
  order: readonly number[],
  options: { length?: number } = {},
): number {
  const examples = LENGTHS.map((length) => ({
    inputIds: new Array<number>(length).fill(1),
    tokenTypeIds: new Array<number>(length).fill(0),
    label: 0,
  }));
  let sum = 0;
  for (
    const { size, length } of batchesOf(examples, {
      batchSize: 32,
      order,
      ...options,
    })
  ) {
    sum += size * length;
  }
  return sum;
}

function assertPermutation(order: readonly number[], count: number): void {
  assert.deepEqual([...order].sort((a, b) => a - b), sequentialOrder(count));
}

Deno.test("the golden lengths are CoLA's: 8,551 sentences, 96,854 tokens, longest 47", () => {
  assert.equal(LENGTHS.length, 8_551);
  assert.equal(LENGTHS.reduce((sum, length) => sum + length), 96_854);
  assert.equal(Math.max(...LENGTHS), 47);
});

Deno.test("padding costs an epoch of CoLA what it must", () => {
  const order = randomOrder(LENGTHS.length, SEED);
  // 8,551 · 128 and 8,551 · 64.
  assert.equal(tokens(order, { length: 128 }), 1_094_528);
  assert.equal(tokens(order, { length: 64 }), 547_264);
  // Random batches differ; another program counted 197,645 and 100,597.
  const longest = tokens(order);
  assert.ok(Math.abs(longest - 197_645) < 0.02 * 197_645, `${longest}`);
  const grouped = tokens(
    lengthGroupedOrder(LENGTHS, { ...SEED, batchSize: 32 }),
  );
  assert.ok(Math.abs(grouped - 100_597) < 0.01 * 100_597, `${grouped}`);
});

Deno.test("sequentialOrder() counts", () => {
  assert.deepEqual(sequentialOrder(3), [0, 1, 2]);
  assert.deepEqual(sequentialOrder(0), []);
});

Deno.test("random orders are chosen by seed and epoch", () => {
  const kinds = [
    (seed: number, epoch: number) => randomOrder(500, { seed, epoch }),
    (seed: number, epoch: number) =>
      lengthGroupedOrder(LENGTHS.slice(0, 500), { seed, epoch, batchSize: 8 }),
  ];
  for (const orderOf of kinds) {
    assert.deepEqual(orderOf(1, 1), orderOf(1, 1));
    assert.notDeepEqual(orderOf(1, 1), orderOf(1, 2));
    assert.notDeepEqual(orderOf(1, 1), orderOf(2, 1));
    assertPermutation(orderOf(1, 1), 500);
  }
});

Deno.test("lengthGroupedOrder() visits all, the longest first, the partial batch last", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 50 }), {
    maxLength: 300,
  });
  const batchSize = fc.integer({ min: 1, max: 40 });
  assertAll(
    fc.property(lengths, batchSize, fc.nat(), (lengths, batchSize, seed) => {
      const order = lengthGroupedOrder(lengths, { seed, epoch: 1, batchSize });
      assertPermutation(order, lengths.length);
      if (lengths.length >= batchSize) {
        const full = order.slice(0, order.length - order.length % batchSize);
        const longest = Math.max(...full.map((index) => lengths[index]!));
        assert.equal(lengths[order[0]!], longest);
      }
    }),
  );
});

Deno.test("lengthGroupedOrder() does not visit batches by length", () => {
  const order = lengthGroupedOrder(LENGTHS.slice(0, 1_600), {
    ...SEED,
    batchSize: 32,
  });
  const firsts = order.filter((_, i) => i % 32 === 0).map((index) =>
    LENGTHS[index]!
  );
  const ascents =
    firsts.filter((length, i) => i > 0 && length > firsts[i - 1]!).length;
  // A random order of 50 ascends about half the time; a sorted one never.
  assert.ok(ascents > 10 && ascents < 35, `${ascents} of 49 ascend`);
});

Deno.test("indexShuffleOrder() has every index once, begins anywhere, and differs by epoch", () => {
  const count = 1000;
  const order = indexShuffleOrder(count, SEED);
  const all = order.slice(0, 5000);
  assert.equal(order.length, count);
  assertPermutation(all, count);
  assert.deepEqual(order.slice(990, 1010), all.slice(990));
  assert.deepEqual(order.slice(300, 332), all.slice(300, 332));
  assert.deepEqual(order.slice(1000, 1010), []);
  const next = indexShuffleOrder(count, { ...SEED, epoch: 2 }).slice(0, count);
  assertPermutation(next, count);
  const same = all.filter((index, place) => index === next[place]).length;
  assert.ok(same < 10, `${same} places`); // 1 is the mean
});
