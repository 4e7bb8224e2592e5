/**
 * Answer spans: the best part of a context, over all windows that show it.
 *
 * The score of a span is that of its start plus that of its end (Devlin et al., 2019,
 * section 4.2); that of no answer is the score of `[CLS]` (section 4.3).
 *
 * @module
 */

import type { QuestionWindow } from "../batches/encode_questions.ts";
import { softmax } from "../evaluation/probabilities.ts";

/** The scores of the tokens of a window, [T] each. */
export type AnswerLogits = {
  readonly startLogits: readonly number[];
  readonly endLogits: readonly number[];
};

/** The answer to a question. */
export type FoundAnswer = {
  /** The part of the context; `""` if there is no answer. */
  answer: string;
  /** Where it begins in the context, in UTF-16 units; 0 if there is none. */
  start: number;
  /** Where it ends; 0 if there is none. */
  end: number;
  /** The score of the best span, whether it is given or not; -Infinity without a token. */
  score: number;
  /** The score of no answer: the least of all windows. */
  noAnswerScore: number;
  /**
   * The probability of what is answered, among the 20 best spans and, if there is a
   * threshold, no answer.
   */
  probability: number;
};

/** What counts as an answer. */
export type SpanOptions = {
  /**
   * No answer is given if its score is greater than that of the best span by more than
   * this; default that of the model. Without one every question is answered.
   */
  readonly noAnswerThreshold?: number | undefined;
  /** The longest answer in tokens; default 30. */
  readonly maxAnswerLength?: number;
};

/** Starts and ends that are tried in a window, and spans that share the probability. */
const NUM_BEST = 20;

/** A token of the context in a window. */
type Scored = { readonly token: number; readonly score: number };

/** A part of a context. */
type Span = {
  readonly start: number;
  readonly end: number;
  readonly score: number;
};

/**
 * Chooses the best answer to each question: the span with the greatest score among the
 * 20 best starts and the 20 best ends of each window, within the context.
 *
 * Of two windows that show a span, the greater score counts. No answer must be likely in
 * every window, so the least of its scores counts.
 *
 * @param windows The windows of all questions.
 * @param logits The scores of each window's tokens.
 * @param options What counts as an answer.
 * @returns An answer for each question, in the order of their first windows.
 */
export function bestAnswers(
  windows: readonly QuestionWindow[],
  logits: readonly AnswerLogits[],
  options: SpanOptions = {},
): FoundAnswer[] {
  const { noAnswerThreshold = Infinity, maxAnswerLength = 30 } = options;
  const byQuestion = Map.groupBy(windows.keys(), (i) => windows[i]!.example);
  return [...byQuestion].map(([{ context }, indices]) => {
    const spans = new Map<string, Span>();
    let noAnswerScore = Infinity;
    for (const i of indices) {
      const { startLogits, endLogits } = logits[i]!;
      noAnswerScore = Math.min(noAnswerScore, startLogits[0]! + endLogits[0]!);
      for (const span of spansOf(windows[i]!, logits[i]!, maxAnswerLength)) {
        const place = `${span.start} ${span.end}`;
        const before = spans.get(place)?.score ?? -Infinity;
        if (span.score > before) spans.set(place, span);
      }
    }
    const best = [...spans.values()].sort(byScore).slice(0, NUM_BEST);
    const [first = { start: 0, end: 0, score: -Infinity }] = best;
    const isAnswered = best.length > 0 &&
      noAnswerScore - first.score <= noAnswerThreshold;
    const mayLack = !isAnswered || noAnswerThreshold < Infinity;
    const probabilities = softmax([
      ...best.map(({ score }) => score),
      ...mayLack ? [noAnswerScore] : [],
    ]);
    const { start, end } = isAnswered ? first : { start: 0, end: 0 };
    return {
      answer: context.slice(start, end),
      start,
      end,
      score: first.score,
      noAnswerScore,
      probability: probabilities.at(isAnswered ? 0 : -1)!,
    };
  });
}

/** The spans of the best starts and ends of a window, in characters of the context. */
function* spansOf(
  { contextStart, offsets }: QuestionWindow,
  { startLogits, endLogits }: AnswerLogits,
  maxAnswerLength: number,
): Generator<Span> {
  const tokens = [...offsets.keys()];
  const bestOf = (logits: readonly number[]): Scored[] =>
    tokens.map((token) => ({ token, score: logits[contextStart + token]! }))
      .sort(byScore).slice(0, NUM_BEST);
  const ends = bestOf(endLogits);
  for (const start of bestOf(startLogits)) {
    for (const end of ends) {
      const length = end.token - start.token + 1;
      if (length < 1 || length > maxAnswerLength) continue;
      yield {
        start: offsets[start.token]![0],
        end: offsets[end.token]![1],
        score: start.score + end.score,
      };
    }
  }
}

function byScore(a: { score: number }, b: { score: number }): number {
  return b.score - a.score;
}
