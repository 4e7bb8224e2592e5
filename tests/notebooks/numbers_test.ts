/** How numbers in answers are judged. */

import assert from "node:assert/strict";
import {
  judgeFunction,
  judgeNumbers,
} from "../../notebooks/exercises/numbers.ts";

Deno.test("judgeNumbers() allows rounding, and nothing else", () => {
  const judge = (actual: unknown, expected: number | number[][]) =>
    judgeNumbers("f()", actual, expected);
  assert.equal(judge(0.1 + 0.2, 0.3), undefined);
  assert.equal(judge([[1, 2], [3]], [[1, 2], [3]]), undefined);
  assert.equal(judge(0.31, 0.3), "f() must be 0.3; found 0.31.");
  assert.equal(judge(NaN, 0), "f() must be 0; found NaN.");
  assert.equal(judge("1", 1), 'f() must be 1; found "1".');
  assert.equal(
    judge([[1, 2]], [[1], [2]]),
    "f() must be [[1], [2]]; found [[1, 2]].",
  );
  assert.equal(judge(undefined, 1), "f() must be 1; found undefined.");
});

Deno.test("judgeNumbers() takes a far negative number for no other", () => {
  assert.equal(judgeNumbers("f()", -1e9, -1e9), undefined);
  assert.notEqual(judgeNumbers("f()", -Infinity, -1e9), undefined);
});

Deno.test("judgeFunction() names what the function takes", () => {
  assert.equal(judgeFunction(() => 1, "(x) => …"), undefined);
  assert.equal(
    judgeFunction([1], "(x) => …"),
    "The answer must be a function, (x) => …; found [1].",
  );
});
