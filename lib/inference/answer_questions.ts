/** Question answering: questions about texts → parts of the texts. @module */

import * as tf from "@tensorflow/tfjs";
import { checkAlive, checkInputs } from "../batches/check_examples.ts";
import {
  encodeQuestions,
  type QuestionText,
  type QuestionWindow,
  type QuestionWindowOptions,
} from "../batches/encode_questions.ts";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import {
  type AnswerScore,
  answerScore,
  answerScores,
} from "../evaluation/answer_scores.ts";
import { maxSequenceLength } from "../model/config.ts";
import {
  findAnswers,
  type QuestionAnsweringParams,
} from "../model/heads/question_answering.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import {
  type AnswerLogits,
  bestAnswers,
  type FoundAnswer,
  type SpanOptions,
} from "./answer_spans.ts";
import {
  compileOutputs,
  outputsOf,
  PREDICT_OPTIONS,
  type PredictOptions,
} from "./predict.ts";

/** A model that finds answers. */
export type QuestionAnsweringModel = HeadModel<"question-answering">;

/** How to answer questions. */
export type AnswerOptions =
  & PredictOptions
  & QuestionWindowOptions
  & SpanOptions;

/**
 * Answers questions about texts with parts of the texts.
 *
 * A text of any length is read in overlapping windows. The defaults of `maxLength`,
 * `stride` and `noAnswerThreshold` are those kept with the model (`model.inference`).
 *
 * @example A model with random weights; one that is trained finds the answer
 * ```ts
 * import { answerQuestions, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", { head: "question-answering" });
 * const context = "The Caf\u00e9 Mozart opened in 1904.";
 * const [found] = await answerQuestions(model, [{ question: "When?", context }]);
 * assert.equal(found!.answer, context.slice(found!.start, found!.end));
 * ```
 *
 * @param model The model; its parameters do not change.
 * @param questions Each with the text that may answer it, at least one.
 * @param options Batch size (default 32) and precision; length and overlap of the
 * windows; longest answer; when no answer is given.
 * @returns An answer for each question, in their order.
 * @throws {RangeError} If there is no question, or an option is out of range.
 * @throws {TypeError} If a question or its text is no string, an option is unknown, or the
 * model has been disposed.
 */
export async function answerQuestions(
  model: QuestionAnsweringModel,
  questions: readonly Pick<QuestionText, "question" | "context">[],
  options: AnswerOptions = {},
): Promise<FoundAnswer[]> {
  checkKnownOptions("answer questions", options, [
    ...PREDICT_OPTIONS,
    ...["maxLength", "stride", "noAnswerThreshold", "maxAnswerLength"],
  ]);
  const { config, tokenizer, inference = {} } = model;
  const {
    maxLength = inference.maxLength ??
      Math.min(384, maxSequenceLength(config)),
    stride = inference.stride,
    noAnswerThreshold = inference.noAnswerThreshold,
    maxAnswerLength = 30,
    ...how
  } = options;
  checkOption("maxAnswerLength", maxAnswerLength, RULES.count);
  const texts = questions.map(({ question, context }) => ({
    question,
    context,
  }));
  const windows = encodeQuestions(tokenizer, texts, {
    maxLength,
    ...stride !== undefined && { stride },
  });
  const logits = await answerLogits(model, windows, how);
  return bestAnswers(windows, logits, { noAnswerThreshold, maxAnswerLength });
}

/**
 * The scores of the tokens of every window as beginnings and ends of the answer.
 *
 * @param model The model; its parameters do not change.
 * @param windows From `encodeQuestions`.
 * @param options Batch size and precision.
 * @returns Plain numbers for the tokens of each window, in their order.
 * @throws {RangeError} If there is no window, the model cannot read one, a score is not
 * finite, or an option is out of range.
 * @throws {TypeError} If the model has been disposed.
 */
export async function answerLogits(
  model: Pick<QuestionAnsweringModel, "params" | "config" | "run">,
  windows: readonly QuestionWindow[],
  options: PredictOptions = {},
): Promise<AnswerLogits[]> {
  checkAlive(model.params, "answer questions");
  checkInputs(windows, model.config, "question answering");
  const take = (output: unknown, index: number): AnswerLogits => {
    const { length } = windows[index]!.inputIds; // what follows is padding
    const [startLogits = [], endLogits = []] = (output as number[][])
      .map((scores) => scores.slice(0, length));
    if (![...startLogits, ...endLogits].every(Number.isFinite)) {
      throw new RangeError(
        `Cannot find the answer in window ${index}: the scores of its tokens must ` +
          `be finite; found one that is not; train again with a lower learning rate`,
      );
    }
    return { startLogits, endLogits };
  };
  return await outputsOf(compiledLogits, model, windows, options, take);
}

/** Both logits, [B, 2, T]. */
const compiledLogits = compileOutputs(
  (params: QuestionAnsweringParams, input, config) => {
    const { startLogits, endLogits } = findAnswers(params, input, config);
    return tf.stack([startLogits, endLogits], 1);
  },
  "question answering",
);

/**
 * Finds the `noAnswerThreshold` with the best F1 on the validation set, and keeps it in
 * `model.inference`.
 *
 * Rajpurkar et al. (2018), section 5.2.
 *
 * @param model The model; its settings change.
 * @param windows The windows of the validation questions, some of them unanswerable.
 * @param options Batch size, precision and longest answer.
 * @returns The threshold, and the scores of the validation set with it.
 * @throws {RangeError} If no question is unanswerable, or as `answerQuestions`.
 * @throws {TypeError} If an option is unknown, or the model has been disposed.
 */
export async function tuneNoAnswerThreshold(
  model: QuestionAnsweringModel,
  windows: readonly QuestionWindow[],
  options: PredictOptions & Pick<SpanOptions, "maxAnswerLength"> = {},
): Promise<AnswerScore & { noAnswerThreshold: number }> {
  checkKnownOptions("tune noAnswerThreshold", options, [
    ...PREDICT_OPTIONS,
    "maxAnswerLength",
  ]);
  const { maxAnswerLength = 30, ...how } = options;
  checkOption("maxAnswerLength", maxAnswerLength, RULES.count);
  const references = answersOf(windows);
  if (!references.some(({ length }) => length === 0)) {
    throw new RangeError(
      `Cannot tune noAnswerThreshold: some questions must be unanswerable; found 0 ` +
        `of ${references.length}; without a threshold every question is answered`,
    );
  }
  const logits = await answerLogits(model, windows, how);
  const margins = bestAnswers(windows, logits, { maxAnswerLength })
    .map(({ answer, score, noAnswerScore }, i) => ({
      margin: noAnswerScore - score,
      gain: answerScore(answer, references[i]!).f1 -
        answerScore("", references[i]!).f1,
    }))
    .filter(({ margin }) => Number.isFinite(margin))
    .sort((a, b) => a.margin - b.margin);
  const noAnswerThreshold = bestThreshold(margins);
  const { exactMatch, f1 } = scoreAnswers(windows, logits, {
    noAnswerThreshold,
    maxAnswerLength,
  });
  model.inference = { ...model.inference, noAnswerThreshold };
  return { noAnswerThreshold, exactMatch, f1 };
}

/** The threshold with the greatest sum of the gains of all that are not above it. */
function bestThreshold(
  margins: readonly { readonly margin: number; readonly gain: number }[],
): number {
  let best = { threshold: (margins[0]?.margin ?? 0) - 1, gain: 0 };
  let gain = 0;
  for (const [i, { margin, gain: own }] of margins.entries()) {
    gain += own;
    const next = margins[i + 1]?.margin ?? margin + 2;
    if (next === margin || gain <= best.gain) continue;
    best = { threshold: (margin + next) / 2, gain };
  }
  return best.threshold;
}

/**
 * Scores the answers that the logits of windows give.
 *
 * @param windows The windows of questions whose answers are known.
 * @param logits From {@linkcode answerLogits}.
 * @param options What counts as an answer.
 * @returns The means over the questions.
 */
export function scoreAnswers(
  windows: readonly QuestionWindow[],
  logits: readonly AnswerLogits[],
  options: SpanOptions,
): AnswerScore {
  const found = bestAnswers(windows, logits, options);
  return answerScores(found.map(({ answer }) => answer), answersOf(windows));
}

/**
 * The right answers to each question.
 *
 * @param windows Their windows.
 * @returns In the order of {@linkcode bestAnswers}.
 */
export function answersOf(windows: readonly QuestionWindow[]): string[][] {
  return [...new Set(windows.map(({ example }) => example))]
    .map(({ answers = [] }) => answers.map(({ text }) => text));
}
