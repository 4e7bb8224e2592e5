import assert from "node:assert/strict";
import { randomStream } from "bertbook/engine/random/stream.ts";

/** `count` results of `draw`. */
function many(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

Deno.test("randomStream() is the same today as when this was written", () => {
  const { integer } = randomStream(42, 1);
  assert.deepEqual(many(6, () => integer(1000)), [718, 95, 358, 71, 853, 624]);
});

Deno.test("randomStream() tells seeds, counters and their number apart", () => {
  const streams: [number, ...number[]][] = [
    [0],
    [1],
    [2 ** 32],
    [2 ** 53 - 1],
    [0, 0],
    [0, 0, 0],
    [0, 0, 0, 0],
    [0, 1],
    [1, 0],
    [0, 0, 1],
    [0, 1, 0],
    [0, 2 ** 32 - 1],
  ] as [number, ...number[]][];
  const firsts = streams.map((of) => randomStream(...of).uniform());
  assert.equal(new Set(firsts).size, streams.length);
});

Deno.test("uniform() fills [0, 1) evenly", () => {
  const { uniform } = randomStream(7);
  const values = many(100_000, uniform);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const counts = new Array<number>(20).fill(0);
  for (const value of values) counts[Math.floor(value * 20)]!++;
  // Chi-squared with 19 degrees of freedom: 43.8 is exceeded once in a thousand.
  const chi = counts.reduce((sum, n) => sum + (n - 5000) ** 2 / 5000, 0);
  assert.ok(chi < 43.8, `chi-squared is ${chi}`);
});

Deno.test("integer() is fair where its bound does not divide 2^32", () => {
  const { integer } = randomStream(8);
  // Without rejection the lower half of this range would come twice as often.
  const below = 3 * 2 ** 30;
  const low = many(30_000, () => integer(below)).filter((n) => n < 2 ** 30);
  // Binomial: mean 10,000, standard deviation 82.
  assert.ok(Math.abs(low.length - 10_000) < 410, `${low.length} of 30,000`);
});

Deno.test("shuffle() makes each order of three equally often, and keeps its input", () => {
  const { shuffle } = randomStream(9);
  const items = Object.freeze(["a", "b", "c"]);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6_000; i++) {
    const order = shuffle(items).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // Binomial: mean 1,000, standard deviation 29.
  for (const [order, count] of counts) {
    assert.ok(Math.abs(count - 1_000) < 150, `${order} came ${count} times`);
  }
});

Deno.test("normal() has the moments of a standard normal", () => {
  const { normal } = randomStream(10);
  const values = many(100_000, normal);
  const moment = (k: number): number =>
    values.reduce((sum, value) => sum + value ** k, 0) / values.length;
  // Five standard errors: √(1/n), √(2/n), √(15/n), √(96/n).
  for (
    const [k, expected, error] of [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]]
  ) {
    const distance = Math.abs(moment(k!) - expected!);
    assert.ok(
      distance < 5 * Math.sqrt(error! / 100_000),
      `moment ${k}: ${moment(k!)}`,
    );
  }
});

Deno.test("randomStream() refuses what would be cut to fewer bits", () => {
  const wrong: [number, ...number[]][] = [
    [-1],
    [0.5],
    [NaN],
    [2 ** 53],
    [1, -1],
    [1, 0.5],
    [1, 2 ** 32],
    [1, 1, 1, 1, 1],
  ] as [number, ...number[]][];
  for (const of of wrong) {
    assert.throws(() => randomStream(...of), {
      name: "RangeError",
      message: /^Cannot open a random stream/,
    });
  }
  for (const below of [0, -1, 1.5, 2 ** 32 + 1, NaN]) {
    assert.throws(() => randomStream(1).integer(below), RangeError);
  }
});
