import {
  pearsonCorrelation,
  rankCorrelation,
} from "bertbook/evaluation/correlation.ts";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertAll } from "../_property.ts";

Deno.test("rankCorrelation() without ties is 1 - 6 Σ d² / (n (n² - 1))", () => {
  // Ranks of b: 1, 3, 2, 5, 4.
  const a = [10, 20, 30, 40, 50], b = [1, 3, 2, 6, 4];
  const d = [0, 1, -1, 1, -1];
  const expected = 1 - 6 * d.reduce((sum, x) => sum + x * x, 0) / (5 * 24);
  assert.ok(Math.abs(rankCorrelation(a, b) - expected) < 1e-12);
  assert.equal(rankCorrelation(a, [5, 4, 3, 2, 1]), -1);
});

Deno.test("rankCorrelation() gives ties their mean rank", () => {
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 · 5) = sqrt(0.9).
  const found = rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4]);
  assert.ok(Math.abs(found - Math.sqrt(0.9)) < 1e-12);
  assert.equal(rankCorrelation([1, 1], [1, 2]), 0);
  assert.equal(rankCorrelation([], []), 0);
});

Deno.test("rankCorrelation() sees only the order", () => {
  const list = fc.array(fc.tuple(fc.integer(), fc.integer()), {
    maxLength: 20,
  });
  assertAll(fc.property(list, (pairs) => {
    const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
    const same = rankCorrelation(a.map((x) => 3 * x + 7), b);
    assert.equal(same, rankCorrelation(a, b));
    assert.ok(Math.abs(rankCorrelation(b, a) - same) < 1e-9);
  }));
});

Deno.test("rankCorrelation() refuses lists that do not pair", () => {
  assert.throws(() => rankCorrelation([1], [1, 2]), RangeError);
  assert.throws(() => rankCorrelation([NaN], [1]), RangeError);
});

Deno.test("pearsonCorrelation() is the cosine of the centred lists", () => {
  // (−1, 0, 1) and (−2, 1, 1): 3 / (√2 · √6)
  const found = pearsonCorrelation([1, 2, 3], [0, 3, 3]);
  assert.ok(Math.abs(found - Math.sqrt(3) / 2) < 1e-12);
  assert.equal(pearsonCorrelation([0.1, 0.1, 0.1], [1, 2, 3]), 0);
  assert.throws(() => pearsonCorrelation([1], []), RangeError);
});
