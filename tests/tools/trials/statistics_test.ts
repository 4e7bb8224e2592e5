import assert from "node:assert/strict";
import { ratioOf, spreadOf } from "../../../tools/trials/statistics.ts";

Deno.test("spreadOf() finds the middle of odd and even counts", () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { median: 20, min: 10, max: 30 });
  assert.deepEqual(spreadOf([4, 1, 100, 2]), { median: 3, min: 1, max: 100 });
  assert.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7 });
  assert.throws(() => spreadOf([]), RangeError);
});

Deno.test("ratioOf() compares round by round", () => {
  // A machine that halves its speed after the first round leaves each ratio.
  const ours = [[10, 10, 13], [20, 20, 26], [10, 10, 13]];
  const theirs = [[15, 15, 90], [30, 30, 31], [16, 16, 17]];
  // All of theirs: 15 15 16 16 17 30 …, median 17; all of ours: 10 10 10 10 13 …
  assert.deepEqual(ratioOf(theirs, ours), {
    median: 17 / 13,
    min: 1.5,
    max: 1.6,
  });
});
