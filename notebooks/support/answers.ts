/** Questions and answers: how a page trains, its tables, and what kinds of mistakes there are. @module */

import type {
  QuestionText,
  QuestionWindow,
  QuestionWindowOptions,
} from "../../lib/batches/encode_questions.ts";
import type { QuestionExample } from "../../lib/datasets/squad.ts";
import {
  answerScore,
  answerScores,
  answerWords,
} from "../../lib/evaluation/answer_scores.ts";
import type { QuestionAnsweringModel } from "../../lib/inference/answer_questions.ts";
import type { FoundAnswer } from "../../lib/inference/answer_spans.ts";
import type { TokensWithOffsets } from "../../lib/tokenizer/offsets.ts";
import type { VegaLiteSpec } from "../../lib/views/charts/chart.ts";
import type { Series } from "../../lib/views/charts/lines_and_bars.ts";
import { heatMap } from "../../lib/views/charts/matrices.ts";
import { answerTokens } from "./heads.ts";
import type { Mode } from "./settings.ts";

/** How a model for questions about texts is trained. */
export type AnswerRecipe = {
  readonly windowing: QuestionWindowOptions;
  /** Which questions are trained on and tested. */
  readonly isUsed: (question: QuestionExample) => boolean;
  /** The share of the windows without an answer that are trained on. */
  readonly emptyShare: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Largest learning rate of the schedule. */
  readonly learningRate: number;
};

/** `full` is for all questions of the corpus, `quick` for those about towns. */
export const ANSWER_RECIPES: Readonly<Record<Mode, AnswerRecipe>> = {
  quick: {
    windowing: { maxLength: 48, stride: 16 },
    isUsed: isAboutTown,
    emptyShare: 0.35,
    epochs: 4,
    batchSize: 8,
    learningRate: 3e-4,
  },
  full: {
    windowing: { maxLength: 48, stride: 16 },
    isUsed: () => true,
    emptyShare: 0.35,
    epochs: 6,
    batchSize: 16,
    learningRate: 3e-4,
  },
};

/** Entries about a town call it so in their first sentence. */
function isAboutTown({ context }: QuestionExample): boolean {
  return /\btown\b/.test(context.slice(0, context.indexOf(". ")));
}

/**
 * The tokens of an answer and four on each side, with the characters of each.
 *
 * @param context The text.
 * @param tokenized Its tokens and their offsets.
 * @param answer The first and the last token of the answer.
 * @returns Rows for `show()`.
 */
export function offsetRows(
  context: string,
  { tokens, offsets }: TokensWithOffsets,
  [first, last]: readonly [number, number],
): Record<string, string | number>[] {
  return tokens.map((token, i) => {
    const [from, to] = offsets[i]!;
    const characters = context.slice(from, to);
    const isAnswer = first <= i && i <= last;
    return { token, from, to, characters, answer: isAnswer ? "●" : "" };
  }).slice(Math.max(0, first - 4), last + 5);
}

/**
 * Windows with the characters that they show, and the tokens of their answers.
 *
 * @param windows From `encodeQuestions`.
 * @returns Rows for `show()`.
 */
export function windowRows(
  windows: readonly QuestionWindow[],
): Record<string, string | number>[] {
  return windows.map(({ example, offsets, startPosition, endPosition }) => {
    const [from] = offsets[0]!, [, to] = offsets.at(-1)!;
    const begins = `${example.context.slice(from, from + 24)} …`;
    return { from, to, begins, startPosition, endPosition };
  });
}

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The sentence of the context that shares most words with the question.
 *
 * @param question The question and its context.
 * @returns The first of equal ones.
 */
export function mostSimilarSentence(
  { question, context }: QuestionText,
): string {
  const asked = new Set(answerWords(question));
  const numShared = (sentence: string): number =>
    new Set(answerWords(sentence)).intersection(asked).size;
  return [...SENTENCES.segment(context)].map(({ segment }) => segment)
    .reduce((best, each) => numShared(each) > numShared(best) ? each : best);
}

/** A row of the table of scores. */
export type AnswerRow = Readonly<
  & { program: string }
  & Record<
    "exact match" | "F1" | "F1, answerable" | "F1, unanswerable",
    number
  >
>;

/**
 * The scores of a program over questions of both kinds.
 *
 * @param program What the table calls it.
 * @param predictions Its answers, `""` for none.
 * @param questions The questions, in the same order.
 * @returns A row for `show()`.
 */
export function scoreRow(
  program: string,
  predictions: readonly string[],
  questions: readonly QuestionExample[],
): AnswerRow {
  const { exactMatch, f1, answerable, unanswerable } = answerScores(
    predictions,
    questions.map(({ answers }) => answers.map(({ text }) => text)),
  );
  return {
    program,
    "exact match": exactMatch,
    F1: f1,
    "F1, answerable": answerable?.f1 ?? NaN,
    "F1, unanswerable": unanswerable?.f1 ?? NaN,
  };
}

/** What may become of a question. */
export type AnswerOutcome =
  | "right"
  | "right in part"
  | "another part of the text"
  | "no answer given"
  | "answered, but has no answer";

/**
 * Says what is wrong with an answer.
 *
 * @param found The model's answer.
 * @param question The question.
 * @returns `"right"` if it matches exactly, else the kind of mistake.
 */
export function answerOutcome(
  { answer, start, end }: FoundAnswer,
  { answers }: QuestionExample,
): AnswerOutcome {
  const texts = answers.map(({ text }) => text);
  if (answerScore(answer, texts).exactMatch === 1) return "right";
  if (answers.length === 0) return "answered, but has no answer";
  if (answer === "") return "no answer given";
  const overlaps = answers.some((each) =>
    each.start < end && start < each.start + each.text.length
  );
  return overlaps ? "right in part" : "another part of the text";
}

/**
 * Questions with the right answer and the one that was found.
 *
 * @param questions The questions.
 * @param found The answers, in the same order.
 * @returns Rows for `show()`.
 */
export function answerRows(
  questions: readonly QuestionExample[],
  found: readonly FoundAnswer[],
): Record<string, string | number>[] {
  return questions.map((each, i) => ({
    question: each.question,
    right: each.answers[0]?.text ?? "–",
    found: found[i]!.answer || "–",
    probability: found[i]!.probability.toFixed(2),
    outcome: answerOutcome(found[i]!, each),
  }));
}

/**
 * Draws how likely the answer begins and ends at each token of a window.
 *
 * @param model A model that finds answers.
 * @param window From `encodeQuestions`.
 * @returns The chart: `[CLS]` and the tokens of the context.
 */
export async function tokenHeatMap(
  model: QuestionAnsweringModel,
  { example: { question, context }, contextStart, offsets }: QuestionWindow,
): Promise<VegaLiteSpec> {
  const shown = context.slice(offsets[0]![0], offsets.at(-1)![1]);
  const tokens = (await answerTokens(model, question, shown))
    .filter((_, i) => i === 0 || i >= contextStart);
  return heatMap({
    rows: ["start", "end"],
    columns: tokens.map(({ token }) => token),
    values: [tokens.map(({ start }) => start), tokens.map(({ end }) => end)],
  }, {
    title: question,
    rowTitle: "The answer’s",
    columnTitle: "Token",
    valueTitle: "Probability",
    maxValue: 1,
  });
}

/**
 * The F1 of answers with each threshold for silence.
 *
 * @param given Answers that were given without a threshold.
 * @param questions The questions, in the same order.
 * @returns A curve for the answerable questions, the others, and all.
 */
export function thresholdCurves(
  given: readonly FoundAnswer[],
  questions: readonly QuestionExample[],
): Series[] {
  const margins = given.map(({ score, noAnswerScore }) =>
    noAnswerScore - score
  );
  const low = Math.floor(Math.min(...margins)) - 1;
  const high = Math.ceil(Math.max(...margins)) + 1;
  const thresholds = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const rows = thresholds.map((threshold) =>
    scoreRow(
      "",
      given.map(({ answer }, i) => margins[i]! > threshold ? "" : answer),
      questions,
    )
  );
  const names = {
    answerable: "F1, answerable",
    unanswerable: "F1, unanswerable",
    all: "F1",
  } as const;
  return Object.entries(names).map(([name, score]) => ({
    name,
    points: rows.map((row, i) => ({ x: thresholds[i]!, y: row[score] })),
  }));
}
