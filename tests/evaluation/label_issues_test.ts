// Needs --allow-read: tests/golden/label_issues.json, written by label_issues.py beside it.

import { findLabelIssues } from "bertbook/evaluation/label_issues.ts";
import assert from "node:assert/strict";

type Case = {
  labels: number[];
  probabilities: number[][];
  /** Indices, that of the least probable label first. */
  issues: number[];
};

const file = new URL("../golden/label_issues.json", import.meta.url);
const CASES: Case[] = JSON.parse(Deno.readTextFileSync(file));

Deno.test("findLabelIssues() finds what cleanlab finds, in its order", () => {
  for (const { labels, probabilities, issues } of CASES) {
    const found = findLabelIssues(probabilities, labels);
    assert.deepEqual(found.map(({ index }) => index), issues);
    for (const { index, label, suggestion, probability } of found) {
      assert.equal(label, labels[index]);
      assert.notEqual(suggestion, label);
      assert.equal(probability, probabilities[index]![label]);
    }
  }
});

Deno.test("a class reaches its threshold where it is as likely as on its own examples", () => {
  // Thresholds: of 0 (0.9 + 0.7 + 0.4) / 3 = 2/3, of 1 (0.6 + 0.5) / 2 = 0.55.
  const probabilities = [[0.9, 0.1], [0.7, 0.3], [0.4, 0.6], [0.4, 0.6], [
    0.5,
    0.5,
  ]];
  assert.deepEqual(findLabelIssues(probabilities, [0, 0, 0, 1, 1]), [
    { index: 2, label: 0, suggestion: 1, probability: 0.4 },
  ]);
  // 0 is the likelier class of the last example, but not as likely as on those of 0.
  probabilities[4] = [0.6, 0.4];
  assert.deepEqual(
    findLabelIssues(probabilities, [0, 0, 0, 1, 1]).map(({ index }) => index),
    [2],
  );
});

Deno.test("of two classes above their thresholds the likelier is suggested", () => {
  const probabilities = [[0.1, 0.5, 0.4], [0.8, 0.1, 0.1], [0.3, 0.4, 0.3], [
    0.5,
    0.1,
    0.4,
  ]];
  const [issue] = findLabelIssues(probabilities, [0, 0, 1, 2]);
  assert.equal(issue!.suggestion, 1);
});

Deno.test("a model that says the same of every example suspects all labels but its favourite", () => {
  const rows = Array.from({ length: 5 }, () => [0.05, 0.15, 0.8]);
  // (0.8 + 0.8 + 0.8) / 3 is above 0.8 by rounding.
  assert.deepEqual(findLabelIssues(rows, [0, 1, 2, 2, 2]), [
    { index: 0, label: 0, suggestion: 2, probability: 0.05 },
    { index: 1, label: 1, suggestion: 2, probability: 0.15 },
  ]);
  assert.deepEqual(findLabelIssues(rows, [2, 2, 2, 2, 2]), []);
});

Deno.test("findLabelIssues() refuses labels without a probability, and logits", () => {
  assert.throws(() => findLabelIssues([[0.5, 0.5]], [0, 1]), RangeError);
  assert.throws(() => findLabelIssues([[0.5, 0.5]], [2]), {
    name: "RangeError",
    message: "Cannot find wrong labels: each label must have a probability " +
      "from 0 to 1; found label 2 and [0.5, 0.5] for example 0",
  });
  assert.throws(() => findLabelIssues([[0, 3]], [1]), /found label 1 and/);
});
