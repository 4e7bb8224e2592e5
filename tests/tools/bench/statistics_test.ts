import assert from "node:assert/strict";
import {
  ratioOf,
  spreadOf,
  standardDeviationOf,
} from "../../../tools/bench/statistics.ts";

Deno.test("spreadOf() finds the middle of odd and even counts", () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { median: 20, min: 10, max: 30 });
  assert.deepEqual(spreadOf([4, 1, 100, 2]), { median: 3, min: 1, max: 100 });
  assert.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7 });
  assert.throws(() => spreadOf([]), RangeError);
});

Deno.test("ratioOf() compares round by round", () => {
  // A machine that halves its speed after the first round leaves each ratio.
  const bertbook = [[10, 10, 13], [20, 20, 26], [10, 10, 13]];
  const torch = [[15, 15, 90], [30, 30, 31], [16, 16, 17]];
  // All of torch: 15 15 16 16 17 30 …, median 17; all of bertbook: 10 10 10 10 13 …
  assert.deepEqual(ratioOf(torch, bertbook), {
    median: 17 / 13,
    min: 1.5,
    max: 1.6,
  });
});

Deno.test("standardDeviationOf() divides by n − 1, and is 0 for one value", () => {
  // mean 0.2; √((0.1² + 0.1²) / 1)
  assert.equal(standardDeviationOf([0.1, 0.3]).toFixed(9), "0.141421356");
  assert.equal(standardDeviationOf([5]), 0);
});
