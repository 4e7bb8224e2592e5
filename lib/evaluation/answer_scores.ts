/**
 * Exact match and F1 of answers, as the official evaluation of SQuAD computes them.
 *
 * Rajpurkar et al. (2016), section 6.1; for unanswerable questions Rajpurkar et al.
 * (2018), section 5.
 *
 * @module
 */

import { checkPaired, checkSome } from "./check_predictions.ts";

/** How much of an answer is right, or a mean of that; in [0, 1], not in percent. */
export type AnswerScore = {
  /** 1 if the words are those of an answer that counts as right. */
  exactMatch: number;
  /** The harmonic mean of the precision and the recall of the words. */
  f1: number;
};

/** Means over all questions, and over those of each kind. */
export type AnswerScores = AnswerScore & {
  /** Over the questions that have an answer; undefined if there are none. */
  answerable?: AnswerScore;
  /** Over those that have none: the share for which no answer was given. */
  unanswerable?: AnswerScore;
};

/** Word boundaries as Python draws them: accented letters are letters. */
const ARTICLE = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/**
 * The words of an answer: lower case, without ASCII punctuation and English articles.
 *
 * @example
 * ```ts
 * import { answerWords } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(answerWords("The Old Bridge."), ["old", "bridge"]);
 * ```
 *
 * @param answer The answer.
 * @returns Its words; none if it is empty.
 */
export function answerWords(answer: string): string[] {
  return answer.toLowerCase().replace(/[!-/:-@[-`{-~]/g, "")
    .replace(ARTICLE, " ").match(/\P{White_Space}+/gu) ?? [];
}

/**
 * Scores an answer against all that count as right; the best one counts.
 *
 * @param prediction The answer, `""` for none.
 * @param answers The right answers; without any, no answer is right.
 * @returns Exact match, 0 or 1, and F1.
 */
export function answerScore(
  prediction: string,
  answers: readonly string[],
): AnswerScore {
  const found = answerWords(prediction);
  const right = answers.map(answerWords).filter(({ length }) => length > 0);
  if (right.length === 0) right.push([]);
  const f1 = right.map((words) => wordF1(found, words));
  const isExact = right.some((words) => words.join(" ") === found.join(" "));
  return { exactMatch: isExact ? 1 : 0, f1: Math.max(...f1) };
}

/**
 * Scores the answers to all questions.
 *
 * @example
 * ```ts
 * import { answerScores } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { exactMatch, f1, unanswerable } = answerScores(
 *   ["The old bridge.", "in 1873", ""],
 *   [["old bridge"], ["1873", "the year 1873"], []],
 * );
 * assert.equal(exactMatch, 2 / 3);
 * assert.equal(f1, (1 + 2 / 3 + 1) / 3);
 * assert.equal(unanswerable!.exactMatch, 1);
 * ```
 *
 * @param predictions An answer to each question, `""` for none, [N].
 * @param references The right answers to each question, [N]; none if it has no answer.
 * @returns The means, in [0, 1].
 * @throws {RangeError} If the lengths differ or there is no question.
 */
export function answerScores(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): AnswerScores {
  checkPaired(predictions, references);
  checkSome(references);
  const scores = predictions.map((prediction, i) =>
    answerScore(prediction, references[i]!)
  );
  const { answerable = [], unanswerable = [] } = Object.groupBy(
    scores,
    (_, i) => references[i]!.length > 0 ? "answerable" : "unanswerable",
  );
  return {
    ...meanOf(scores),
    ...answerable.length > 0 && { answerable: meanOf(answerable) },
    ...unanswerable.length > 0 && { unanswerable: meanOf(unanswerable) },
  };
}

/** Of two lists of words, of which either may be empty. */
function wordF1(found: readonly string[], right: readonly string[]): number {
  if (found.length === 0 || right.length === 0) {
    return found.length === right.length ? 1 : 0;
  }
  const counts = new Map<string, number>();
  for (const word of right) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of found) {
    const count = counts.get(word) ?? 0;
    if (count > 0) common++;
    counts.set(word, count - 1);
  }
  return 2 * common / (found.length + right.length);
}

function meanOf(scores: readonly AnswerScore[]): AnswerScore {
  const mean = (name: keyof AnswerScore): number =>
    scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return { exactMatch: mean("exactMatch"), f1: mean("f1") };
}
