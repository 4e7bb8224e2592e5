import { bootstrapInterval } from "bertbook/evaluation/bootstrap.ts";
import assert from "node:assert/strict";

/** A linear congruential generator (Park and Miller, 1988): repeatable draws. */
function draws(seed: number): { integer(below: number): number } {
  let state = seed;
  return {
    integer(below: number): number {
      state = state * 48271 % 2147483647;
      return Math.floor(state / 2147483647 * below);
    },
  };
}

Deno.test("bootstrapInterval() cuts both tails, interpolating between rounds", () => {
  let round = 0;
  // The values 0 … 100, so the quantiles 2.5 % and 97.5 % are 2.5 and 97.5.
  const interval = bootstrapInterval(1, () => round++, {
    random: draws(1),
    rounds: 101,
  });
  assert.ok(Math.abs(interval.low - 2.5) < 1e-9);
  assert.ok(Math.abs(interval.high - 97.5) < 1e-9);
});

Deno.test("bootstrapInterval() draws as many examples as there are, with repeats", () => {
  const samples: number[][] = [];
  bootstrapInterval(20, (indices) => samples.push(indices), {
    random: draws(5),
    rounds: 50,
  });
  assert.equal(samples.length, 50);
  assert.ok(samples.every((sample) => sample.length === 20));
  assert.ok(samples.some((sample) => new Set(sample).size < 20));
  assert.equal(new Set(samples.flat()).size, 20);
});

Deno.test("bootstrapInterval() is near the normal interval of a share", () => {
  const right = Array.from({ length: 400 }, (_, i) => i % 4 === 0 ? 0 : 1);
  const share = (indices: number[]): number =>
    indices.reduce((total, i) => total + right[i]!, 0) / indices.length;
  const { low, high } = bootstrapInterval(400, share, { random: draws(42) });
  // 0.75 ± 1.96 √(0.75 · 0.25 / 400)
  const half = 1.96 * Math.sqrt(0.75 * 0.25 / 400);
  assert.ok(Math.abs(low - (0.75 - half)) < 0.006, `low is ${low}`);
  assert.ok(Math.abs(high - (0.75 + half)) < 0.006, `high is ${high}`);
});

Deno.test("bootstrapInterval() narrows with less confidence, repeats with its seed", () => {
  const mean = (indices: number[]): number =>
    indices.reduce((total, i) => total + i, 0) / indices.length;
  const interval = (confidence: number): { low: number; high: number } =>
    bootstrapInterval(50, mean, { random: draws(3), confidence });
  assert.deepEqual(interval(0.9), interval(0.9));
  assert.ok(interval(0.99).low < interval(0.5).low);
  assert.ok(interval(0.99).high > interval(0.5).high);
});

Deno.test("bootstrapInterval() refuses no examples, no rounds, no confidence", () => {
  const random = draws(1);
  for (
    const [count, options] of [
      [0, { random }],
      [5, { random, rounds: 0 }],
      [5, { random, confidence: 1 }],
    ] as const
  ) {
    assert.throws(() => bootstrapInterval(count, () => 0, options), RangeError);
  }
});
