/** Answers of a page: texts → predictions, with the library's own encoding and postprocessing. @module */

import { encodeQuestions } from "../../batches/encode_questions.ts";
import { encodeWords } from "../../batches/encode_words.ts";
import { logSoftmax, sigmoid } from "../../evaluation/probabilities.ts";
import {
  type AnswerLogits,
  bestAnswers,
} from "../../inference/answer_spans.ts";
import {
  classificationOf,
  entitiesIn,
  labelsReached,
  type TaggedWord,
  tagOf,
} from "../../inference/postprocessing.ts";
import { textWords } from "../../tokenizer/normalize.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { maskIdOf } from "../../tokenizer/vocabulary.ts";
import { type WordSpan, wordSpans } from "../../tokenizer/words.ts";
import type { PageData } from "../page_data.ts";

/** A model that answers. */
export type PageModel = Pick<PageData, "task" | "labels" | "settings"> & {
  readonly tokenizer: Tokenizer;
};

/** What is asked: a text, a pair, or a question with the text that may answer it. */
export type PageInput = { readonly text: string; readonly pair: string };

/** What the model reads at once. */
export type Sequence = {
  readonly inputIds: readonly number[];
  readonly tokenTypeIds: readonly number[];
};

/** Computes the logits of a sequence: [C], [T][C] of tags, [2][T] of answers. */
export type Compute = (sequence: Sequence) => Promise<unknown>;

/** A label with its number. */
export type Row = {
  readonly label: string;
  readonly value: number;
  /** Whether the value is a probability, in [0, 1]. */
  readonly isShare: boolean;
  /** Whether the model gives this label. */
  readonly isGiven: boolean;
};

/** A part of a text. */
export type Mark = {
  readonly start: number;
  readonly end: number;
  readonly label: string;
};

/** A decision: the words can be asked what they had to do with it. */
export type Decision = {
  readonly name: string;
  /** Of the output of the sequence: log-odds, or a value. */
  readonly valueOf: (output: unknown) => number;
};

/** What a page says to an input. */
export type PageAnswer = {
  /** The answer in a few words. */
  readonly said: string;
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
 * @param input The texts; one that is needed must not be blank.
 * @param compute Computes its logits, divided by the temperature already.
 * @returns The answer, equal to that of `classify`, `classifyMultiLabel`, `regress`,
 * `findEntities` or `answerQuestions` if these get the same logits.
 */
export function answer(
  model: PageModel,
  input: PageInput,
  compute: Compute,
): Promise<PageAnswer> {
  switch (model.task) {
    case "entities":
      return answerEntities(model, input, compute);
    case "questions":
      return answerQuestion(model, input, compute);
    default:
      return answerText(model, input, compute);
  }
}

async function answerText(
  { task, labels, settings: { maxLength, thresholds }, tokenizer }: PageModel,
  { text, pair }: PageInput,
  compute: Compute,
): Promise<PageAnswer> {
  const how = { pair, maxLength, truncation: "head" } as const;
  const { numTruncated, ...sequence } = tokenizer.encode(text, how);
  const logits = await compute(sequence) as number[];
  const notes = numTruncated === 0 ? [] : [
    `The model reads ${maxLength} tokens at most: the last ${numTruncated} were cut off.`,
  ];
  const read = { notes, sequence };
  if (task === "regression") {
    return {
      ...read,
      said: labels.map((label, i) => `${label}: ${number(logits[i]!)}`)
        .join(", "),
      rows: rowsOf(logits, false, () => true),
      decisions: labels.map((name, i) => ({
        name,
        valueOf: (output) => (output as number[])[i]!,
      })),
    };
  }
  if (task === "multi-label") {
    const probabilities = logits.map(sigmoid);
    const { labels: given } = labelsReached(labels, probabilities, thresholds);
    const shown = rowsOf(probabilities, true, (label) => given.includes(label));
    return {
      ...read,
      said: given.join(", ") || "none of the labels",
      rows: shown,
      decisions: shown.map(({ label }) => ({
        name: label,
        valueOf: (output) => (output as number[])[labels.indexOf(label)]!,
      })),
    };
  }
  const { label, probability, probabilities } = classificationOf(
    labels,
    logits,
  );
  const shown = rowsOf(
    Object.values(probabilities),
    true,
    (each) => each === label,
  );
  return {
    ...read,
    said: `${label}, ${percent(probability)}`,
    rows: shown,
    decisions: shown.map(({ label }) => ({
      name: label,
      valueOf: (output) => logOdds(output as number[], labels.indexOf(label)),
    })),
  };

  /** The labels, the largest number first. */
  function rowsOf(
    values: readonly number[],
    isShare: boolean,
    isGiven: (label: string) => boolean,
  ): Row[] {
    return labels.map((label, i) => ({
      label,
      value: values[i]!,
      isShare,
      isGiven: isGiven(label),
    })).sort((a, b) => isShare ? b.value - a.value : 0);
  }
}

async function answerEntities(
  { labels, settings, tokenizer }: PageModel,
  { text }: PageInput,
  compute: Compute,
): Promise<PageAnswer> {
  const { maxLength, stride = Math.floor(maxLength / 4) } = settings;
  const words = textWords(text);
  const sentences = [words.map((word) => word.text)];
  const windows = encodeWords(tokenizer, sentences, { maxLength, stride });
  const tagged: TaggedWord[] = [];
  for (const window of windows) {
    const logits = await compute(window) as number[][];
    for (const position of window.wordPositions) {
      const word = words[tagged.length]!;
      tagged.push({ ...word, ...tagOf(labels, logits[position]!) });
    }
  }
  const entities = entitiesIn(text, tagged);
  const decisions = entities.flatMap(({ text, type, start }): Decision[] => {
    const index = tagged.findIndex((word) => word.start === start);
    const position = windows[0]!.wordPositions[index];
    if (position === undefined) return []; // in a later window
    const tag = labels.indexOf(tagged[index]!.tag);
    return [{
      name: `${text} (${type})`,
      valueOf: (output) => logOdds((output as number[][])[position]!, tag),
    }];
  });
  return {
    said: entities.map(({ text, type }) => `${text} (${type})`).join(", ") ||
      "no entity",
    rows: entities.map(({ text, type, probability }) => ({
      label: `${text} (${type})`,
      value: probability,
      isShare: true,
      isGiven: true,
    })),
    marked: {
      text,
      marks: entities.map(({ start, end, type }) => ({
        start,
        end,
        label: type,
      })),
    },
    notes: partsRead(windows.length),
    sequence: windows[0] ?? tokenizer.encode(""),
    decisions,
  };
}

async function answerQuestion(
  { settings, tokenizer }: PageModel,
  { text: question, pair: context }: PageInput,
  compute: Compute,
): Promise<PageAnswer> {
  const { maxLength, stride, noAnswerThreshold } = settings;
  const windows = encodeQuestions(tokenizer, [{ question, context }], {
    maxLength,
    ...stride !== undefined && { stride },
  });
  const logits: AnswerLogits[] = [];
  for (const window of windows) {
    const [startLogits, endLogits] = await compute(window) as number[][];
    logits.push({ startLogits: startLogits!, endLogits: endLogits! });
  }
  const [found] = bestAnswers(windows, logits, { noAnswerThreshold });
  const { answer, start, end, probability } = found!;
  // Where the first window that shows the answer has it; token 0 says that there is none.
  const places = windows.map(({ offsets, contextStart }) => [
    contextStart + offsets.findIndex(([from]) => from === start),
    contextStart + offsets.findLastIndex(([, to]) => to === end),
  ]);
  const shows = answer === ""
    ? 0
    : windows.findIndex(({ contextStart }, i) =>
      places[i]!.every((place) => place >= contextStart)
    );
  const [first, last] = answer === "" ? [0, 0] : places[shows]!;
  return {
    said: `${answer || "no answer"}, ${percent(probability)}`,
    rows: [{
      label: answer || "no answer",
      value: probability,
      isShare: true,
      isGiven: true,
    }],
    marked: {
      text: context,
      marks: answer === "" ? [] : [{ start, end, label: "answer" }],
    },
    notes: partsRead(windows.length),
    sequence: windows[shows]!,
    decisions: [{
      name: answer || "no answer",
      valueOf: (output) => {
        const [starts, ends] = output as number[][];
        const log = logSoftmax(starts!)[first!]! + logSoftmax(ends!)[last!]!;
        return log - Math.log(-Math.expm1(log));
      },
    }],
  };
}

function partsRead(count: number): string[] {
  return count < 2 ? [] : [
    `The text is longer than the model can read at once: it was read in ${count} ` +
    `parts that overlap. Below is the first that shows the answer.`,
  ];
}

/** ln(p / (1 − p)) of a class by the logits of all: z − log of the sum of the others' exp. */
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
 * @param model The model.
 * @param sequence What it has read.
 * @param decision What is looked at.
 * @param compute Computes logits.
 * @yields The words, in order.
 */
export async function* wordEffects(
  { tokenizer: { vocabulary } }: PageModel,
  { inputIds, tokenTypeIds }: Sequence,
  { valueOf }: Decision,
  compute: Compute,
): AsyncGenerator<WordEffect> {
  const mask = maskIdOf(vocabulary);
  const whole = valueOf(await compute({ inputIds, tokenTypeIds }));
  for (const word of wordsOf({ vocabulary }, inputIds)) {
    const hidden = inputIds.map((id, i) =>
      word.start <= i && i < word.end ? mask : id
    );
    const without = valueOf(await compute({ inputIds: hidden, tokenTypeIds }));
    yield { ...word, effect: whole - without };
  }
}

/** The words of a sequence as the model reads them. */
export function wordsOf(
  { vocabulary: { pieces } }: Pick<Tokenizer, "vocabulary">,
  inputIds: readonly number[],
): WordSpan[] {
  return wordSpans(inputIds.map((id) => pieces[id]!));
}

/** A probability in per cent: three digits after it differ by less than the int8. */
export function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

/** A number with two digits after the point, more if it is small. */
export function number(value: number): string {
  return Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}
