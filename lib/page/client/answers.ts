/** Answers of a page: texts → predictions, with the library's own encoding and postprocessing. @module */

import { encodeQuestions } from "../../batches/encode_questions.ts";
import { encodeWords } from "../../batches/encode_words.ts";
import {
  logSoftmax,
  predictedClass,
  sigmoid,
  softmax,
} from "../../evaluation/probabilities.ts";
import { exp, log1p } from "../../exact_math.ts";
import { bestAnswers } from "../../inference/answer_spans.ts";
import {
  entitiesIn,
  labelsReached,
  tagOf,
} from "../../inference/postprocessing.ts";
import { textWords } from "../../tokenizer/normalize.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { maskIdOf } from "../../tokenizer/vocabulary.ts";
import { type WordSpan, wordSpans } from "../../tokenizer/words.ts";
import type { PageData } from "../page_data.ts";

/** A model that answers. */
export type PageModel = Omit<PageData, "tokenizer"> & {
  readonly tokenizer: Tokenizer;
};

/** What the model reads at once. */
export type Sequence = {
  readonly inputIds: readonly number[];
  readonly tokenTypeIds: readonly number[];
};

/** Computes the logits of a sequence: [C], [T][C] of tags, [2][T] of answers. */
export type Compute = (sequence: Sequence) => Promise<unknown>;

/** A label with its probability, or with the value of a regression. */
export type Row = {
  readonly label: string;
  readonly value: number;
  /** Whether the model gives this label. */
  readonly isGiven: boolean;
};

/** A part of a text. */
export type Mark = {
  readonly start: number;
  readonly end: number;
  readonly type: string;
};

/** A decision: the words can be asked what they had to do with it. */
export type Decision = {
  readonly name: string;
  /** Of the output for the sequence: log-odds, or the value of a regression. */
  readonly valueOf: (output: unknown) => number;
};

/** What a page says to an input. */
export type PageAnswer = {
  readonly rows: readonly Row[];
  /** A text with the parts that were found in it. */
  readonly marked?: { readonly text: string; readonly marks: readonly Mark[] };
  readonly notes: readonly string[];
  /** What was read; of several windows the first that shows the decisions. */
  readonly sequence: Sequence;
  /** The first is chosen first. */
  readonly decisions: readonly Decision[];
};

/**
 * Answers.
 *
 * @param model The model.
 * @param texts A text, a pair, or a question with the text that may answer it; none blank.
 * @param compute Computes its logits, divided by the temperature already.
 * @returns The answer, equal to that of `classify`, `classifyMultiLabel`, `regress`,
 * `findEntities` or `answerQuestions` if these get the same logits.
 */
export async function answer(
  model: PageModel,
  [text, pair = ""]: readonly [text: string, pair?: string | undefined],
  compute: Compute,
): Promise<PageAnswer> {
  const { task, tokenizer, labels, maxLength, stride } = model;
  switch (task) {
    case "entities":
      return await entityAnswer(model, text, compute);
    case "questions": {
      const windows = encodeQuestions(
        tokenizer,
        [{ question: text, context: pair }],
        { maxLength, ...stride !== undefined && { stride } },
      );
      return await spanAnswer(model, pair, windows, compute);
    }
  }
  const how = { pair, maxLength, truncation: "head" } as const;
  const { numTruncated, ...sequence } = tokenizer.encode(text, how);
  const logits = await compute(sequence) as number[];
  const isSingle = task === "single-label";
  const values = isSingle
    ? softmax(logits)
    : task === "regression"
    ? logits
    : logits.map(sigmoid);
  const given = isSingle
    ? [labels[predictedClass(logits)]]
    : task === "regression"
    ? labels
    : labelsReached(labels, values, model.thresholds).labels;
  const rows = labels.map((label, i): Row => ({
    label,
    value: values[i]!,
    isGiven: given.includes(label),
  }));
  if (task !== "regression") rows.sort((a, b) => b.value - a.value);
  return {
    rows,
    notes: numTruncated === 0 ? [] : [
      `The model reads ${maxLength} tokens at most: the last ${numTruncated} were ` +
      `cut off.`,
    ],
    sequence,
    decisions: rows.map(({ label }) => ({
      name: label,
      valueOf: (output) => {
        const logits = output as number[], index = labels.indexOf(label);
        return isSingle ? logOdds(logits, index) : logits[index]!;
      },
    })),
  };
}

async function entityAnswer(
  { labels, maxLength, stride = Math.floor(maxLength / 4), tokenizer }:
    PageModel,
  text: string,
  compute: Compute,
): Promise<PageAnswer> {
  const words = textWords(text);
  const sentences = [words.map((word) => word.text)];
  const windows = encodeWords(tokenizer, sentences, { maxLength, stride });
  const logits: number[][] = [];
  for (const window of windows) {
    const rows = await compute(window) as number[][];
    logits.push(...window.wordPositions.map((position) => rows[position]!));
  }
  const tagged = words.map((word, i) => ({
    ...word,
    ...tagOf(labels, logits[i]!),
  }));
  const entities = entitiesIn(text, tagged);
  const nameOf = ({ text, type }: { text: string; type: string }): string =>
    `${text} (${type})`;
  return {
    rows: entities.map((entity) => ({
      label: nameOf(entity),
      value: entity.probability,
      isGiven: true,
    })),
    marked: { text, marks: entities },
    notes: partsRead(windows.length),
    sequence: windows[0] ?? tokenizer.encode(text),
    decisions: entities.flatMap((entity): Decision[] => {
      const index = words.findIndex(({ start }) => start === entity.start);
      const position = windows[0]!.wordPositions[index];
      if (position === undefined) return []; // in a later window
      const tag = labels.indexOf(tagged[index]!.tag);
      return [{
        name: nameOf(entity),
        valueOf: (output) => logOdds((output as number[][])[position]!, tag),
      }];
    }),
  };
}

async function spanAnswer(
  { noAnswerThreshold }: PageModel,
  context: string,
  windows: ReturnType<typeof encodeQuestions>,
  compute: Compute,
): Promise<PageAnswer> {
  const logits = [];
  for (const window of windows) {
    const [startLogits, endLogits] = await compute(window) as number[][];
    logits.push({ startLogits: startLogits!, endLogits: endLogits! });
  }
  const [found] = bestAnswers(windows, logits, { noAnswerThreshold });
  const { answer, start, end, probability } = found!;
  // Where each window has the answer; [CLS], token 0, says that there is none.
  const places = windows.map(({ offsets, contextStart }) =>
    answer === "" ? [0, 0] : [
      offsets.findIndex(([from]) => from === start),
      offsets.findLastIndex(([, to]) => to === end),
    ].map((token) => token < 0 ? NaN : contextStart + token)
  );
  const shown = places.findIndex((tokens) => !tokens.some(Number.isNaN));
  const name = answer || "no answer";
  return {
    rows: [{ label: name, value: probability, isGiven: true }],
    marked: {
      text: context,
      marks: answer === "" ? [] : [{ start, end, type: "answer" }],
    },
    notes: partsRead(windows.length),
    sequence: windows[shown]!,
    decisions: [{
      name,
      valueOf: (output) => {
        const log = (output as number[][]).reduce(
          (sum, scores, i) => sum + logSoftmax(scores)[places[shown]![i]!]!,
          0,
        );
        return log - log1p(-exp(log));
      },
    }],
  };
}

function partsRead(count: number): string[] {
  return count < 2 ? [] : [
    `The text is longer than the model can read at once: it was read in ${count} ` +
    `parts that overlap.`,
  ];
}

/** ln(p / (1 − p)) of a class: its logit minus the log of the sum of the others' exp. */
function logOdds(logits: readonly number[], index: number): number {
  const others = logits.filter((_, i) => i !== index);
  return logits[index]! - others[0]! + logSoftmax(others)[0]!;
}

/** A word, and by how much the value of a decision is higher with it. */
export type WordEffect = WordSpan & { readonly effect: number };

/**
 * Covers each word by `[MASK]` and lets the model read the rest: occlusion, as
 * `wordOcclusions` does.
 *
 * @param vocabulary That of the model.
 * @param sequence What it has read.
 * @param decision What is looked at.
 * @param compute Computes logits.
 * @yields The words, in order.
 */
export async function* wordEffects(
  vocabulary: Tokenizer["vocabulary"],
  { inputIds, tokenTypeIds }: Sequence,
  { valueOf }: Decision,
  compute: Compute,
): AsyncGenerator<WordEffect> {
  const mask = maskIdOf(vocabulary);
  const valueWith = async (inputIds: readonly number[]): Promise<number> =>
    valueOf(await compute({ inputIds, tokenTypeIds }));
  const whole = await valueWith(inputIds);
  const tokens = inputIds.map((id) => vocabulary.pieces[id]!);
  for (const word of wordSpans(tokens)) {
    const hidden = inputIds.map((id, i) =>
      word.start <= i && i < word.end ? mask : id
    );
    yield { ...word, effect: whole - await valueWith(hidden) };
  }
}
