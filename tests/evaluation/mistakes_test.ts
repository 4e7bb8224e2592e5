import { errorsByGroup, worstMistakes } from "bertbook/evaluation/mistakes.ts";
import assert from "node:assert/strict";

Deno.test("errorsByGroup() counts each group, the worst first", () => {
  const groups = ["a", "b", "a", "c", "b", "a", "constructor"];
  const labels = [1, 1, 1, 1, 0, 0, 0];
  const predictions = [1, 0, 0, 1, 0, 0, 0];
  assert.deepEqual(errorsByGroup(groups, predictions, labels), [
    { group: "b", count: 2, errors: 1, errorRate: 1 / 2 },
    { group: "a", count: 3, errors: 1, errorRate: 1 / 3 },
    { group: "c", count: 1, errors: 0, errorRate: 0 },
    { group: "constructor", count: 1, errors: 0, errorRate: 0 },
  ]);
  assert.deepEqual(errorsByGroup([], [], []), []);
});

Deno.test("worstMistakes() orders by confidence, ties by index", () => {
  const logits = [[0, 2], [3, 0], [0, 2], [5, 0], [0, 9]];
  const labels = [0, 1, 0, 0, 0];
  const mistakes = worstMistakes(logits, labels, 3);
  assert.deepEqual(mistakes.map(({ index }) => index), [4, 1, 0]);
  const { prediction, label, confidence } = mistakes[1]!;
  assert.deepEqual({ prediction, label }, { prediction: 0, label: 1 });
  // e³ / (e³ + 1)
  assert.ok(Math.abs(confidence - 1 / (1 + Math.exp(-3))) < 1e-12);
});

Deno.test("worstMistakes() returns fewer where there are fewer", () => {
  assert.equal(worstMistakes([[1, 0], [0, 1]], [0, 0], 10).length, 1);
});

Deno.test("error analysis refuses unequal lengths", () => {
  assert.throws(() => errorsByGroup(["a"], [1, 0], [1, 0]), {
    name: "RangeError",
    message: /1 groups and 2 labels/,
  });
  assert.throws(() => errorsByGroup(["a"], [1], [1, 0]), RangeError);
  assert.throws(() => worstMistakes([[1, 0]], [], 1), RangeError);
});
