/** What the notebook on questions and answers shows beside the library's own results. */

import assert from "node:assert/strict";
import { loadQuestions } from "bertbook/datasets/load_questions.ts";
import type { QuestionExample } from "bertbook/datasets/squad.ts";
import type { FoundAnswer } from "bertbook/inference/answer_spans.ts";
import {
  ANSWER_RECIPES,
  answerOutcome,
  mostSimilarSentence,
  offsetRows,
  scoreRow,
  thresholdCurves,
} from "../../notebooks/support/answers.ts";

const CONTEXT = "Ada Bloom runs the zoo. Its oldest animal is a toad.";

function ask(question: string, ...texts: string[]): QuestionExample {
  const answers = texts.map((text) => ({ text, start: CONTEXT.indexOf(text) }));
  return { id: question, question, context: CONTEXT, answers };
}

/** An answer, with margin `noAnswerScore − score`. */
function found(answer: string, margin = -1): FoundAnswer {
  const start = CONTEXT.indexOf(answer), end = start + answer.length;
  const score = 2, noAnswerScore = score + margin;
  return { answer, start, end, score, noAnswerScore, probability: 0.5 };
}

Deno.test("quick mode uses the questions about towns, which are a third of all", async () => {
  const { train, test } = await loadQuestions();
  for (const part of [train, test]) {
    const used = part.filter(ANSWER_RECIPES.quick.isUsed);
    const share = used.length / part.length;
    assert.ok(share > 0.3 && share < 0.37, `${share}`);
    // The number of an entry says of which of the three kinds it is.
    for (const { id } of used) {
      assert.equal(Number(id.split("-")[1]) % 3, 1, id);
    }
  }
});

Deno.test("the tokens of an answer are marked among their neighbours", () => {
  const offsets = [[0, 3], [4, 9], [10, 14], [15, 18], [19, 22]] as const;
  const tokens = ["ada", "bloom", "runs", "the", "zoo"];
  const rows = offsetRows(CONTEXT, { tokens, offsets: [...offsets] }, [0, 1]);
  assert.deepEqual(rows.map(({ characters }) => characters), [
    "Ada",
    "Bloom",
    "runs",
    "the",
    "zoo",
  ]);
  assert.deepEqual(rows.map(({ answer }) => answer), ["●", "●", "", "", ""]);
});

Deno.test("the most similar sentence shares most words, the first of equal ones", () => {
  assert.equal(
    mostSimilarSentence(ask("Which animal is its oldest?")),
    "Its oldest animal is a toad.",
  );
  assert.match(mostSimilarSentence(ask("Where?")), /^Ada Bloom/);
});

Deno.test("an answer is right, or wrong in one of four ways", () => {
  const who = ask("Who runs it?", "Ada Bloom"), none = ask("When?");
  assert.equal(answerOutcome(found("Ada Bloom"), who), "right");
  assert.equal(answerOutcome(found(""), none), "right");
  assert.equal(answerOutcome(found("Bloom runs"), who), "right in part");
  assert.equal(answerOutcome(found("toad"), who), "another part of the text");
  assert.equal(answerOutcome(found(""), who), "no answer given");
  assert.equal(
    answerOutcome(found("toad"), none),
    "answered, but has no answer",
  );
});

Deno.test("a low threshold silences all, a high one none", () => {
  const questions = [ask("Who runs it?", "Ada Bloom"), ask("When?")];
  const given = [found("Ada Bloom", -3), found("toad", 1)];
  const curves = thresholdCurves(given, questions);
  const at = (x: number): number[] =>
    curves.map(({ points }) => points.find((point) => point.x === x)!.y);
  assert.deepEqual(curves.map(({ name }) => name), [
    "answerable",
    "unanswerable",
    "all",
  ]);
  assert.deepEqual(at(-4), [0, 1, 0.5]);
  assert.deepEqual(at(0), [1, 1, 1]);
  assert.deepEqual(at(2), [1, 0, 0.5]);
  const row = scoreRow("both", ["Ada Bloom", "toad"], questions);
  assert.equal(row["F1"], 0.5);
});
