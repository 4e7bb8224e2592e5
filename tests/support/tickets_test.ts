/** Baselines, means with intervals, and verdicts on tickets. */

import assert from "node:assert/strict";
import {
  baselinePredictions,
  estimateMean,
  verdict,
} from "../../notebooks/support/tickets.ts";

const example = (label: number, ...inputIds: number[]) => (
  { inputIds, tokenTypeIds: inputIds.map(() => 0), label }
);

Deno.test("baselinePredictions() counts classes, and reads which pieces a text has", () => {
  const train = [
    example(2, 1, 5),
    example(2, 1, 5, 6),
    example(2, 5),
    example(0, 1, 3),
    example(0, 3, 4),
  ];
  const test = [example(0, 3), example(0, 5), example(0, 4, 3)];
  assert.deepEqual(baselinePredictions(train, test, 7), {
    "the commonest class": [2, 2, 2],
    "a bag of words": [0, 2, 0],
  });
});

Deno.test("a piece that occurs often in a text counts once", () => {
  const train = [example(0, 1, 2), example(1, 1, 3)];
  const [one, many] = [[2, 3], [2, 3, 3, 3, 3, 3]].map((ids) =>
    baselinePredictions(train, [example(0, ...ids)], 4)["a bag of words"]
  );
  assert.deepEqual(one, many);
});

Deno.test("estimateMean() has the interval of a mean", () => {
  const values = Array.from({ length: 400 }, (_, i) => Number(i % 4 === 0));
  const { value, low, high } = estimateMean(values, 7);
  assert.equal(value, 0.25);
  // 1.96 · √(0.25 · 0.75 / 400) = 0.0424
  assert.ok(Math.abs(low - 0.2076) < 0.01, `${low}`);
  assert.ok(Math.abs(high - 0.2924) < 0.01, `${high}`);
  assert.deepEqual(estimateMean(values, 7), { value, low, high });
  assert.deepEqual(estimateMean([1, 1], 7), { value: 1, low: 1, high: 1 });
});

Deno.test("verdict() says better or worse only if 0 is outside the interval", () => {
  const say = (low: number, value: number, high: number): string =>
    verdict("this model", "chance", { value, low, high });
  assert.equal(
    say(0.01, 0.05, 0.09),
    "This model is better than chance by 0.050 (95 % interval 0.010 to 0.090).",
  );
  assert.equal(
    say(-0.09, -0.05, -0.01),
    "This model is worse than chance by 0.050 (95 % interval 0.010 to 0.090).",
  );
  for (const [low, high] of [[0, 0.02], [-0.02, 0], [-0.01, 0.03]] as const) {
    assert.match(
      say(low, (low + high) / 2, high),
      /^These tickets cannot tell whether this model is better than chance: the difference is -?0\.01/,
    );
  }
});
