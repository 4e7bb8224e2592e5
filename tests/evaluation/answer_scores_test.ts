import assert from "node:assert/strict";
import {
  answerScore,
  answerScores,
} from "bertbook/evaluation/answer_scores.ts";
import golden from "../golden/questions.json" with { type: "json" };

const { answered, unanswered, torchmetrics } = golden.scores;

Deno.test("answerScore() equals an independent program for SQuAD 2.0", () => {
  for (
    const { prediction, answers, ...expected } of [...answered, ...unanswered]
  ) {
    const { exactMatch, f1 } = answerScore(prediction, answers);
    assert.equal(exactMatch, expected.exactMatch, prediction);
    assert.ok(Math.abs(f1 - expected.f1) < 1e-12, prediction);
  }
});

Deno.test("answerScores() equals torchmetrics' SQuAD, in shares", () => {
  const { exactMatch, f1 } = answerScores(
    answered.map(({ prediction }) => prediction),
    answered.map(({ answers }) => answers),
  );
  assert.ok(Math.abs(exactMatch - torchmetrics.exactMatch) < 1e-6);
  assert.ok(Math.abs(f1 - torchmetrics.f1) < 1e-6);
});

Deno.test("answerScores() tells answerable from unanswerable questions", () => {
  // Right, half right (1 of 2 words, 1 of 1), silent where there is an answer; silent, not silent.
  const predictions = ["the dog", "red dog", "", "", "a guess"];
  const references = [["dog"], ["dog"], ["dog"], [], []];
  const { exactMatch, f1, answerable, unanswerable } = answerScores(
    predictions,
    references,
  );
  assert.equal(exactMatch, 2 / 5);
  assert.ok(Math.abs(f1 - (1 + 2 / 3 + 1) / 5) < 1e-12);
  assert.equal(answerable!.exactMatch, 1 / 3);
  assert.deepEqual(unanswerable, { exactMatch: 1 / 2, f1: 1 / 2 });
  assert.equal(answerScores(["x"], [["x"]]).unanswerable, undefined);
});

Deno.test("answerScores() refuses no question, and lists of two lengths", () => {
  assert.throws(() => answerScores([], []), /at least one example; found 0/);
  assert.throws(() => answerScores(["x"], []), /1 predictions and 0 labels/);
});
