import assert from "node:assert/strict";
import { encodeQuestions } from "bertbook/batches/encode_questions.ts";
import {
  type AnswerLogits,
  bestAnswers,
} from "bertbook/inference/answer_spans.ts";
import { smallTokenizer } from "../tokenizer/_support.ts";

const tokenizer = smallTokenizer();
const CONTEXT = "He play\u00ebd the PLAY, he plays!";

/** Scores that are 0 but for those of some tokens of the context, and of `[CLS]`. */
function logitsOf(
  window: { inputIds: number[]; contextStart: number },
  starts: Record<number, number>,
  ends: Record<number, number>,
  cls = -9,
): AnswerLogits {
  const scores = (some: Record<number, number>): number[] =>
    window.inputIds
      .map((_, i) => i === 0 ? cls / 2 : some[i - window.contextStart] ?? 0);
  return { startLogits: scores(starts), endLogits: scores(ends) };
}

// he play ##e ##d the play , he play ##s !
const [window] = encodeQuestions(tokenizer, [{
  question: "the",
  context: CONTEXT,
}]);

Deno.test("the answer is a part of the original context, whatever its tokens are", () => {
  const [found] = bestAnswers([window!], [
    logitsOf(window!, { 1: 5 }, { 3: 4 }),
  ]);
  assert.deepEqual([found!.answer, found!.start, found!.end, found!.score], [
    "play\u00ebd",
    3,
    9,
    9,
  ]);
  assert.equal(found!.noAnswerScore, -9);
  // One span scores 9; from its start 9 others 5; to its end 3 others 4; 7 score 0.
  const all = Math.exp(9) + 9 * Math.exp(5) + 3 * Math.exp(4) + 7;
  assert.ok(Math.abs(found!.probability - Math.exp(9) / all) < 1e-12);
});

Deno.test("an end is never before its start, nor outside the context, nor too far", () => {
  const backwards = logitsOf(window!, { 5: 9 }, { 1: 9, 6: 1 });
  assert.equal(bestAnswers([window!], [backwards])[0]!.answer, "PLAY,");
  const outside = logitsOf(window!, { [-2]: 50, 4: 1 }, {
    [-2]: 50,
    4: 1,
    11: 50,
  });
  assert.equal(bestAnswers([window!], [outside])[0]!.answer, "the");
  const far = logitsOf(window!, { 0: 9 }, { 10: 9, 2: 1 });
  assert.equal(bestAnswers([window!], [far])[0]!.answer, CONTEXT);
  assert.equal(
    bestAnswers([window!], [far], { maxAnswerLength: 4 })[0]!.answer,
    "He play\u00eb",
  );
});

Deno.test("no answer is given above the threshold alone, and without one never", () => {
  const logits = [logitsOf(window!, { 4: 3 }, { 4: 3 }, 8)]; // 8 for none, 6 for "the"
  const answer = (noAnswerThreshold?: number): string =>
    bestAnswers([window!], logits, { noAnswerThreshold })[0]!.answer;
  assert.deepEqual([answer(), answer(2), answer(1.99), answer(0)], [
    "the",
    "the",
    "",
    "",
  ]);
  const [none] = bestAnswers([window!], logits, { noAnswerThreshold: 0 });
  assert.deepEqual([none!.start, none!.end, none!.score, none!.noAnswerScore], [
    0,
    0,
    6,
    8,
  ]);
  const [given] = bestAnswers([window!], logits, { noAnswerThreshold: 2 });
  // Of the 20 best spans one scores 6, the 10 with its start or its end 3, and 9 score 0.
  const all = Math.exp(8) + Math.exp(6) + 10 * Math.exp(3) + 9;
  assert.ok(Math.abs(none!.probability - Math.exp(8) / all) < 1e-12);
  assert.ok(Math.abs(given!.probability - Math.exp(6) / all) < 1e-12);
});

Deno.test("over windows, the best span counts, and the least score of no answer", () => {
  const windows = encodeQuestions(tokenizer, [
    { question: "the", context: CONTEXT },
    { question: "he", context: "the play" },
  ], { maxLength: 9, stride: 2 });
  const own = windows.filter(({ example }) => example === windows[0]!.example);
  assert.ok(own.length === 3 && windows.length === 4);
  const logits = windows.map((each, i) =>
    i === 2
      ? logitsOf(each, { 0: 7 }, { 0: 1 }, 3)
      : logitsOf(each, { 1: 2 }, { 1: 2 }, i)
  );
  const [first, second] = bestAnswers(windows, logits);
  const [start, end] = windows[2]!.offsets[0]!;
  assert.equal(first!.answer, CONTEXT.slice(start, end));
  assert.deepEqual([first!.score, first!.noAnswerScore], [8, 0]);
  assert.deepEqual([second!.answer, second!.noAnswerScore], ["play", 3]);
});

Deno.test("a context without a token has no answer", () => {
  const windows = encodeQuestions(tokenizer, [{
    question: "the",
    context: "\u200b",
  }]);
  const logits = { startLogits: [1, 0, 0, 0], endLogits: [1, 0, 0, 0] };
  assert.deepEqual(bestAnswers(windows, [logits]), [{
    answer: "",
    start: 0,
    end: 0,
    score: -Infinity,
    noAnswerScore: 2,
    probability: 1,
  }]);
});
