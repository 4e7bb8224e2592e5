import assert from "node:assert/strict";
import fc from "fast-check";
import { indexShuffle } from "bertbook/engine/random/index_shuffle.ts";
import { assertAll } from "../../_property.ts";

function orderOf(
  count: number,
  ...seed: Parameters<typeof indexShuffle> extends [number, ...infer S] ? S
    : never
): number[] {
  return Array.from({ length: count }, (_, i) => i)
    .map(indexShuffle(count, ...seed));
}

Deno.test("indexShuffle() gives every index once", () => {
  const sizes = fc.oneof(
    fc.integer({ min: 1, max: 70 }),
    fc.constantFrom(255, 256, 257, 1023, 1024, 1025, 4095, 4097),
  );
  const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  assertAll(fc.property(sizes, seeds, (count, seed) => {
    assert.deepEqual(
      orderOf(count, seed).sort((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
  }));
});

Deno.test("indexShuffle() is decided by seed and counters alone", () => {
  assert.deepEqual(orderOf(100, 1, 2), orderOf(100, 1, 2));
  const orders = [orderOf(100, 1, 2), orderOf(100, 1, 3), orderOf(100, 2, 2)];
  assert.equal(new Set(orders.map(String)).size, 3);
  // Two random orders of 100 agree in one place on average, in ten hardly ever.
  const same = orders[0]!.filter((value, i) => value === orders[1]![i]).length;
  assert.ok(same < 10, `${same} places`);
});

Deno.test("indexShuffle() stays below counts that 32 bits cannot hold", () => {
  const count = 2 ** 53 - 111;
  const shuffled = indexShuffle(count, 7);
  const values = Array.from({ length: 1000 }, (_, i) => shuffled(i));
  assert.ok(
    values.every((value) =>
      Number.isSafeInteger(value) && value >= 0 && value < count
    ),
  );
  assert.equal(new Set(values).size, 1000);
  // The mean of 1,000 uniform numbers is within 5 standard deviations, √(1/12,000).
  const mean = values.reduce((sum, value) => sum + value / count, 0) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(1 / 12_000), `${mean}`);
});

/** Σ (found − expected)² / expected. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

Deno.test("indexShuffle() puts every value into every place equally often", () => {
  const ROUNDS = 2000;
  for (const count of [5, 7, 16, 20]) {
    const cells = Array<number>(count * count).fill(0);
    for (let seed = 0; seed < ROUNDS; seed++) {
      orderOf(count, 42, seed).forEach((value, i) =>
        cells[i * count + value]!++
      );
    }
    // Rows and columns have equal sums: (count − 1)² degrees of freedom, d; the mean of
    // χ² is d and its standard deviation √(2 d).
    const d = (count - 1) ** 2;
    const found = chiSquare(cells);
    assert.ok(found < d + 6 * Math.sqrt(2 * d), `${count}: ${found}, d = ${d}`);
  }
});

Deno.test("indexShuffle() sends neighbours apart", () => {
  // |a − b| of two uniform numbers in [0, 1) is 1/3 on average, with variance 1/18.
  const count = 100_000, order = orderOf(count, 3);
  const distances = order.slice(1)
    .map((value, i) => Math.abs(value - order[i]!) / count);
  const mean = distances.reduce((a, b) => a + b) / distances.length;
  const deviation = Math.sqrt(1 / 18 / distances.length);
  assert.ok(Math.abs(mean - 1 / 3) < 6 * deviation, `${mean}`);
});
