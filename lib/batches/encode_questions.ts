/**
 * Encoding of questions about texts: overlapping windows over the context, each with the
 * tokens of its answer.
 *
 * Devlin et al. (2019), section 4.2. As in the tokenizers of Python's transformers,
 * `stride` is what windows share; `doc_stride` of the paper's program, `run_squad.py`, is
 * how far one moves on.
 *
 * @module
 */

import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import { quoted } from "../printable.ts";
import type { Offset, TokensWithOffsets } from "../tokenizer/offsets.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { CLS, idsOf, SEP } from "../tokenizer/vocabulary.ts";
import type { AnswerExample } from "./head_batches.ts";

/** A question about a text, with its answers if they are known. */
export type QuestionText = {
  readonly question: string;
  readonly context: string;
  /** Parts of the context; none if it does not answer the question. */
  readonly answers?: readonly {
    readonly text: string;
    readonly start: number;
  }[];
};

/** A question with one piece of its context: `[CLS] question [SEP] piece [SEP]`. */
export type QuestionWindow = AnswerExample & {
  /** The question, the same object for all of its windows. */
  readonly example: QuestionText;
  /** The position of the first token of the context in the window. */
  readonly contextStart: number;
  /** The characters of the context that each of its tokens here was made from. */
  readonly offsets: readonly Offset[];
  /** Tokens of the question that were cut off. */
  readonly numTruncated: number;
};

/** How long windows are, and how far they overlap. */
export type QuestionWindowOptions = {
  /** The longest window in tokens; default 384. */
  readonly maxLength?: number;
  /** Tokens of the context that neighbouring windows share; default 128, or a third of
   * `maxLength` if that is less. */
  readonly stride?: number;
};

/** Longer questions lose their end: `max_query_length` of `run_squad.py`. */
const MAX_QUESTION_LENGTH = 64;

/**
 * Encodes questions about texts as windows, without padding.
 *
 * A context that does not fit into one window is cut into several, each of which shares
 * `stride` tokens with the one before. The answer of a window is the first answer of the
 * question if it is whole in this window, and else token 0, `[CLS]`: no answer here.
 *
 * @example A context in two windows; the answer is in the second
 * ```ts
 * import { BertTokenizer, encodeQuestions, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwho\ndogs\nsleep\ncats\npurr";
 * const tokenizer = new BertTokenizer(parseVocabulary(pieces, "vocab.txt"));
 * const context = "Dogs sleep, cats purr";
 * const answers = [{ text: "cats", start: 12 }];
 * const windows = encodeQuestions(
 *   tokenizer,
 *   [{ question: "Who", context, answers }],
 *   { maxLength: 7, stride: 1 },
 * );
 * assert.deepEqual(windows.map(({ inputIds }) => inputIds), [
 *   [2, 5, 3, 6, 7, 1, 3],
 *   [2, 5, 3, 1, 8, 9, 3],
 * ]);
 * assert.deepEqual(windows.map(({ startPosition }) => startPosition), [0, 4]);
 * ```
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param examples The questions; other fields are kept in `example`.
 * @param options The lengths; the model must be able to read `maxLength` tokens.
 * @returns The windows of the first question, then those of the second, …; at least one
 * for each.
 * @throws {RangeError} If the lengths leave no room, or an answer is not at its start.
 * @throws {TypeError} If a question or a context is no string, or an option is unknown.
 */
export function encodeQuestions(
  tokenizer: Tokenizer,
  examples: readonly QuestionText[],
  options: QuestionWindowOptions = {},
): QuestionWindow[] {
  checkKnownOptions("encode questions", options, ["maxLength", "stride"]);
  const { maxLength = 384 } = options;
  const { stride = Math.min(128, Math.floor(maxLength / 3)) } = options;
  checkOption("maxLength", maxLength, RULES.count);
  checkOption("stride", stride, RULES.countOrNone);
  // [CLS], two [SEP], and a token by which each window moves on.
  const room = Math.min(MAX_QUESTION_LENGTH, maxLength - 4 - stride);
  if (room < 1) {
    throw new RangeError(
      `Cannot encode questions: maxLength must be at least stride + 5; found ` +
        `maxLength=${maxLength}, stride=${stride}`,
    );
  }
  const { vocabulary } = tokenizer;
  let text: { context: string } & TokensWithOffsets | undefined;
  return examples.flatMap((given, index) => {
    checkQuestion(given, index);
    const example = { ...given }; // the same object twice is two questions
    const { question, context } = example;
    if (text?.context !== context) { // questions about one text follow one another
      text = { context, ...tokenizer.tokenizeWithOffsets(context) };
    }
    const { tokens, offsets } = text;
    const pieces = tokenizer.tokenize(question);
    const head = [CLS, ...pieces.slice(0, room), SEP];
    const length = maxLength - head.length - 1;
    const answer = answerTokens(example, offsets, index);
    const starts = [0];
    while (starts.at(-1)! + length < tokens.length) {
      starts.push(starts.at(-1)! + length - stride);
    }
    return starts.map((start): QuestionWindow => {
      const end = Math.min(start + length, tokens.length);
      const body = [...tokens.slice(start, end), SEP];
      const isHere = start <= answer.first && answer.last < end;
      const shift = head.length - start;
      return {
        inputIds: idsOf([...head, ...body], vocabulary),
        tokenTypeIds: [...head.map(() => 0), ...body.map(() => 1)],
        startPosition: isHere ? answer.first + shift : 0,
        endPosition: isHere ? answer.last + shift : 0,
        example,
        contextStart: head.length,
        offsets: offsets.slice(start, end),
        numTruncated: Math.max(0, pieces.length - room),
      };
    });
  });
}

/** The first and the last token of the first answer; NaN, which is nowhere, without one. */
function answerTokens(
  { context, answers = [] }: QuestionText,
  offsets: readonly Offset[],
  index: number,
): { first: number; last: number } {
  const none = { first: NaN, last: NaN };
  const [answer] = answers;
  if (answer === undefined) return none;
  const { text, start } = answer;
  if (!(start >= 0 && context.startsWith(text, start))) {
    throw new RangeError(
      `Cannot encode question ${index}: its answer must be at its start in the ` +
        `context; found ${quoted(text)} at ${start}`,
    );
  }
  const first = offsets.findIndex(([, end]) => start < end);
  const last = offsets.findLastIndex(([from]) => from < start + text.length);
  return 0 <= first && first <= last ? { first, last } : none;
}

function checkQuestion(example: QuestionText, index: number): void {
  for (const name of ["question", "context"] as const) {
    const text: unknown = example?.[name];
    if (typeof text === "string") continue;
    throw new TypeError(
      `Cannot encode question ${index}: its ${name} must be a string; found ` +
        quoted(text),
    );
  }
}
