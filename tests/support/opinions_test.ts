/** Baselines, tables and thresholds of the page about labels, stars and pairs. */

import assert from "node:assert/strict";
import {
  labelBaselines,
  labelMistakes,
  labelScores,
  largestErrors,
  starBaselines,
  thresholdCurve,
  wordAccuracy,
  wordNumber,
  wrongPairs,
} from "../../notebooks/support/mod.ts";

const TEXTS = ["good lead", "bad lead", "good plot", "bad plot"];

Deno.test("labelScores() counts decisions, texts and labels", () => {
  // Four of six decisions, one of three texts; F1 of the labels is 1 and 0.
  const targets = [[1, 1], [1, 0], [0, 1]];
  const probabilities = [[0.9, 0.4], [0.8, 0.1], [0.2, 0.3]];
  assert.deepEqual(labelScores("it", probabilities, targets), {
    program: "it",
    "accuracy of labels": 4 / 6,
    "subset accuracy": 1 / 3,
    "micro F1": 2 * 2 / (2 + 4),
    "macro F1": 0.5,
  });
  const tuned = labelScores("it", probabilities, targets, [0.5, 0.3]);
  assert.equal(tuned["accuracy of labels"], 1);
});

Deno.test("labelBaselines() fits a bag of words for each label", () => {
  const examples = TEXTS.map((text) => ({
    text,
    targets: ["lead", "plot"].map((word) => Number(text.includes(word))),
  }));
  const [none, every, words] = labelBaselines(examples, examples);
  assert.equal(none!["accuracy of labels"], 0.5);
  assert.equal(none!["micro F1"], 0);
  assert.equal(every!["micro F1"], 2 * 4 / (8 + 4));
  assert.equal(words!["subset accuracy"], 1);
});

Deno.test("thresholdCurve() falls to 0 where no text gets the label", () => {
  const curve = thresholdCurve([[0.9, 0.3], [0.1, 0.2]], [[0, 1], [0, 0]], 1);
  const at = (x: number): number =>
    curve.find((point) => Math.abs(point.x - x) < 1e-9)!.y;
  assert.deepEqual([at(0.1), at(0.25), at(0.5)], [2 / 3, 1, 0]);
});

Deno.test("labelMistakes() and wrongPairs() list what is wrong, and only that", () => {
  const test = [{ text: "a", targets: [1, 0] }, { text: "b", targets: [0, 1] }];
  const given = [{ labels: ["x"] }, { labels: ["x"] }];
  assert.deepEqual(labelMistakes(test, given, ["x", "y"]), [
    { text: "b", missed: "y", invented: "x" },
  ]);
  const pairs = [0, 1].map((label) => ({ text: "a", pair: "b", label }));
  assert.deepEqual(wrongPairs(pairs, [0, 0], ["no", "yes"]), [
    { premise: "a", hypothesis: "b", right: "yes", found: "no" },
  ]);
});

Deno.test("wordNumber() and starBaselines() expect numbers between those known", () => {
  const stars = [5, 1, 4, 2];
  const expects = wordNumber(TEXTS, stars);
  assert.ok(expects("good lead") > 3 && expects("bad lead") < 3);
  assert.ok(expects("good lead") <= 5);
  const train = TEXTS.map((text, i) => ({ text, targets: [stars[i]!] }));
  const found = starBaselines(train, ["bad"]);
  assert.deepEqual(found["the mean"], [[3]]);
  assert.equal(found["a bag of words"][0]![0], expects("bad"));
  const errors = largestErrors(train, [[5], [4], [4], [3]]);
  assert.deepEqual(errors.map(({ error }) => error), [3, 1, 0, 0]);
});

Deno.test("wordAccuracy() sees what it is given, and nothing else", () => {
  const pairs = TEXTS.map((text, label) => (
    { text, pair: "the same", label: label % 2 }
  ));
  assert.equal(wordAccuracy(pairs, pairs, ({ text }) => text), 1);
  assert.equal(wordAccuracy(pairs, pairs, ({ pair }) => pair!), 0.5);
});
