/**
 * Encoding, phase 4 of BERT's tokenizer: pieces become the input of the model.
 *
 * `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`, with a token type for each sentence
 * (Devlin et al., 2019, figure 2) and a mask over the padding.
 *
 * @module
 */

import {
  CLS,
  CONTINUATION,
  idsOf,
  PAD,
  SEP,
  type Vocabulary,
} from "./vocabulary.ts";

/** One sequence, ready for the model. T is its length with special tokens. */
export type Encoding = {
  /** Word pieces and special tokens, [T]. */
  tokens: string[];
  /** The ids of `tokens`, [T]. */
  inputIds: number[];
  /** 0 for `[CLS] A [SEP]`, 1 for `B [SEP]`, 0 for padding, [T]. */
  tokenTypeIds: number[];
  /** 1 for a token, 0 for padding, [T]; from the length, never from the ids. */
  attentionMask: number[];
  /** Pieces cut off to keep within `maxLength`. */
  numTruncated: number;
};

/**
 * Which end of a long text is kept: its `"head"`, or a quarter from its head and
 * the rest from its end.
 */
export type Truncation = "head" | "head+tail";

/** How long an encoding may, and must, be. */
export type EncodingOptions = {
  /** Longest sequence, special tokens included; more pieces are cut off. */
  maxLength?: number;
  /** Where they are cut off; by default at the end, so that the head stays. */
  truncation?: Truncation;
  /** Length to fill up to with `[PAD]`. */
  padTo?: number;
};

/** 128 of 510 pieces: Sun et al. (2019), "How to Fine-Tune BERT", section 5.3.1. */
const HEAD_SHARE = 128 / 510;

/**
 * Joins one or two sentences with the special tokens, cut and padded.
 *
 * Every `[SEP]` stays: pieces are cut in front of it.
 *
 * @param first Pieces of sentence A.
 * @param second Pieces of sentence B, if there is one.
 * @param vocabulary The vocabulary.
 * @param options The lengths.
 * @returns The encoding.
 * @throws {RangeError} If `maxLength` leaves no room for the special tokens, if
 * the sequence is longer than `padTo`, or if `truncation` is another word.
 */
export function buildInputsWithSpecialTokens(
  first: readonly string[],
  second: readonly string[] | undefined,
  vocabulary: Vocabulary,
  options: EncodingOptions = {},
): Encoding {
  const { maxLength = Infinity, truncation = "head", padTo } = options;
  const numSpecial = second === undefined ? 2 : 3;
  if (!(maxLength >= numSpecial)) {
    throw new RangeError(
      `Cannot encode text: maxLength must leave room for ${numSpecial} special ` +
        `tokens; found maxLength=${maxLength}`,
    );
  }
  const [numFirst, numSecond] = truncatedLengths(
    first.length,
    second?.length ?? 0,
    maxLength - numSpecial,
  );
  const a = [CLS, ...truncate(first, numFirst, truncation), SEP];
  const b = second === undefined
    ? []
    : [...truncate(second, numSecond, truncation), SEP];
  const tokens = a.concat(b);
  const numPadding = paddingOf(tokens.length, padTo);
  const all = tokens.concat(repeat(PAD, numPadding));
  return {
    tokens: all,
    inputIds: idsOf(all, vocabulary),
    tokenTypeIds: [
      ...repeat(0, a.length),
      ...repeat(1, b.length),
      ...repeat(0, numPadding),
    ],
    attentionMask: [...repeat(1, tokens.length), ...repeat(0, numPadding)],
    numTruncated: first.length + (second?.length ?? 0) + numSpecial -
      tokens.length,
  };
}

/**
 * Shortens a text to the pieces that fit.
 *
 * What is kept of the end begins with a whole word: a torn one, which begins with
 * `##`, would seem to continue the head's last word. So a few pieces less than
 * `room` may be kept.
 *
 * @example A quarter from the head, the rest from the end
 * ```ts
 * import { truncate } from "bertbook/tokenizer/encoding.ts";
 * import assert from "node:assert/strict";
 *
 * const pieces = ["a", "b", "c", "d", "##e", "f", "g"];
 * assert.deepEqual(truncate(pieces, 4, "head"), ["a", "b", "c", "d"]);
 * assert.deepEqual(truncate(pieces, 4, "head+tail"), ["a", "f", "g"]);
 * ```
 *
 * @param pieces The pieces of the text.
 * @param room How many of them fit.
 * @param truncation Which of them stay.
 * @returns At most `room` pieces, in their order.
 * @throws {RangeError} If `truncation` is another word.
 */
export function truncate(
  pieces: readonly string[],
  room: number,
  truncation: Truncation,
): string[] {
  if (truncation !== "head" && truncation !== "head+tail") {
    throw new RangeError(
      `Cannot truncate a text: truncation must be "head" or "head+tail"; ` +
        `found "${truncation}"`,
    );
  }
  const numHead = Math.round(room * HEAD_SHARE);
  if (truncation === "head" || pieces.length <= room || numHead === 0) {
    return pieces.slice(0, room);
  }
  const tail = pieces.slice(pieces.length - (room - numHead));
  const torn = tail.findIndex((piece) => !piece.startsWith(CONTINUATION));
  return pieces.slice(0, numHead)
    .concat(torn === -1 ? [] : tail.slice(torn));
}

/**
 * How many pieces of two sentences fit into `room`, cutting the longest first.
 *
 * The shorter one is cut only if both exceed half of the room; of an odd
 * room the longer one gets the odd piece, and of two equal ones the second
 * (`truncate_encodings` of Hugging Face's `tokenizers`).
 *
 * @example
 * ```ts
 * import { truncatedLengths } from "bertbook/tokenizer/encoding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(truncatedLengths(2, 9, 7), [2, 5]);
 * assert.deepEqual(truncatedLengths(6, 9, 7), [3, 4]);
 * ```
 *
 * @param numFirst Pieces of sentence A.
 * @param numSecond Pieces of sentence B.
 * @param room Pieces that fit, special tokens not counted.
 * @returns Pieces kept of A and of B; their sum is at most `room`.
 */
export function truncatedLengths(
  numFirst: number,
  numSecond: number,
  room: number,
): [number, number] {
  if (numFirst + numSecond <= room) return [numFirst, numSecond];
  const shorter = Math.min(numFirst, numSecond, Math.floor(room / 2));
  const longer = room - shorter;
  return numFirst > numSecond ? [longer, shorter] : [shorter, longer];
}

/** The number of `[PAD]` that bring `length` to `padTo`. */
function paddingOf(length: number, padTo: number = length): number {
  if (!(Number.isInteger(padTo) && padTo >= length)) {
    throw new RangeError(
      `Cannot pad a sequence: padTo must be a whole number, at least its length; ` +
        `found padTo=${padTo}, length=${length}; ` +
        `set maxLength=${padTo} to cut the sequence`,
    );
  }
  return padTo - length;
}

function repeat<T>(value: T, count: number): T[] {
  return new Array<T>(count).fill(value);
}
