/**
 * Normalization and pre-tokenization, phases 1 and 2 of BERT's tokenizer: one spelling
 * for each word, and a text split into words and punctuation marks.
 *
 * The rules and their order are those of `BertNormalizer` and `BertPreTokenizer` in
 * Python's `tokenizers` 0.23.3, after `tokenization.py` of Devlin et al. (2019).
 *
 * @module
 */

import {
  HAN,
  IDEOGRAPH,
  LATER,
  LETTER,
  lowerCaseOf,
  MARK,
  NONSPACING_MARK,
  normalizationOf,
  PUNCTUATION,
  SHAPELESS,
} from "./unicode.ts";

/**
 * Removes characters without a shape and makes every white space a plain one.
 *
 * @param text Any text.
 * @returns The text without controls, with U+0020 as its only white space.
 */
export function cleanText(text: string): string {
  return text.replace(SHAPELESS, "").replace(/\s/g, " ");
}

/**
 * Puts spaces around Han characters, so that each becomes a word.
 *
 * @param text Any text.
 * @returns The text, longer by two for each Han character.
 */
export function spaceIdeographs(text: string): string {
  return text.replace(IDEOGRAPH, " $& ");
}

/**
 * Removes accents: decomposes (NFD), then drops the nonspacing marks.
 *
 * @param text Any text.
 * @returns The text without accents.
 */
export function stripAccents(text: string): string {
  return normalizationOf(text, "NFD").replace(NONSPACING_MARK, "");
}

/** What BERT's normalization does; all of it by default. */
export type BertNormalization = {
  /** Whether to remove controls and to make every white space a plain one. */
  readonly cleanText?: boolean;
  /** Whether each Han character becomes a word. */
  readonly handleChineseChars?: boolean;
  /** Whether to remove accents; by default if it lower-cases. */
  readonly stripAccents?: boolean;
  /** Whether to lower-case, as an uncased model needs it. */
  readonly lowerCase?: boolean;
};

/**
 * Cleans, spaces out Han characters and, for an uncased model, strips accents and
 * lower-cases.
 *
 * @example "É" as one character and as "E" with an accent are one spelling
 * ```ts
 * import { normalize } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(normalize("\u00C9tude\u200B"), "etude");
 * assert.equal(normalize("E\u0301tude"), "etude");
 * assert.equal(normalize("\u00C9tude", { lowerCase: false }), "\u00C9tude");
 * ```
 *
 * @param text Any text.
 * @param options What to do; all of it by default.
 * @returns The normalized text.
 */
export function normalize(
  text: string,
  options: BertNormalization = {},
): string {
  const { lowerCase = true } = options;
  // Printable ASCII, most of English, needs nothing else.
  if (!/[^ -~]/.test(text)) return lowerCase ? text.toLowerCase() : text;
  let result = text;
  if (options.cleanText ?? true) result = cleanText(result);
  if (options.handleChineseChars ?? true) result = spaceIdeographs(result);
  if (options.stripAccents ?? lowerCase) result = stripAccents(result);
  return lowerCase ? lowerCaseOf(result) : result;
}

/** A step of normalization, by its name in `tokenizers`. */
export type Normalizer =
  | Required<BertNormalization> & { readonly type: "BertNormalizer" }
  | {
    readonly type:
      | ("Lowercase" | "StripAccents")
      | ("NFC" | "NFD" | "NFKC" | "NFKD");
  };

/**
 * Takes one step of normalization.
 *
 * @param text Any text.
 * @param step The step.
 * @returns The text after it.
 */
export function applyNormalizer(text: string, step: Normalizer): string {
  switch (step.type) {
    case "BertNormalizer":
      return normalize(text, step);
    case "Lowercase":
      return lowerCaseOf(text);
    case "StripAccents":
      return text.replace(MARK, "");
    default:
      return normalizationOf(text, step.type);
  }
}

/** A way to split a text, by its name in `tokenizers`. */
export type PreTokenizer =
  | "BertPreTokenizer"
  | "Punctuation"
  | "Whitespace"
  | "WhitespaceSplit";

/**
 * The words that each pre-tokenizer of `tokenizers` sees. (The set notation of the flag
 * "v" would be shorter, but V8 runs out of stack on a word of ten megabytes.)
 */
const WORDS: Readonly<Record<PreTokenizer, RegExp>> = {
  // A run without white space and punctuation, or one punctuation mark.
  BertPreTokenizer: new RegExp(
    `(?:[^\\p{White_Space}${PUNCTUATION}]|[${LATER.punctuation}])+|[${PUNCTUATION}]`,
    "gu",
  ),
  Punctuation: new RegExp(
    `(?:[^${PUNCTUATION}]|[${LATER.punctuation}])+|[${PUNCTUATION}]`,
    "gu",
  ),
  Whitespace: new RegExp(`[${LETTER}]+|[^\\p{White_Space}${LETTER}]+`, "gu"),
  WhitespaceSplit: /\P{White_Space}+/gu,
};

/** The names of all pre-tokenizers. */
export const PRE_TOKENIZERS = Object.keys(WORDS) as readonly PreTokenizer[];

/**
 * Splits at white space, and around every single punctuation mark.
 *
 * @example
 * ```ts
 * import { preTokenize } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(preTokenize("she's here..."), [
 *   "she", "'", "s", "here", ".", ".", ".",
 * ]);
 * ```
 *
 * @param text Normalized text.
 * @param step Another way to split it; default BERT's.
 * @returns Its words, none empty.
 */
export function preTokenize(
  text: string,
  step: PreTokenizer = "BertPreTokenizer",
): string[] {
  return text.match(WORDS[step]) ?? [];
}

/** A part of a text: its characters are `start` … `end` − 1, as `slice` counts them. */
export type TextSpan = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

/** A word of a text that is not normalized; U+FEFF is no white space, but removed. */
const ORIGINAL_WORD = new RegExp(
  `(?:[^\\s${PUNCTUATION}${HAN}]|[\\uFEFF${LATER.punctuation}])+|` +
    `[${PUNCTUATION}${HAN}]`,
  "gu",
);

/**
 * Splits a text as it is into the words that it has once it is normalized, and says where
 * they are.
 *
 * @example Case, accents and white space stay
 * ```ts
 * import { textWords } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(textWords("Zo\u00EB\u200B  slept."), [
 *   { text: "Zo\u00EB\u200B", start: 0, end: 4 },
 *   { text: "slept", start: 6, end: 11 },
 *   { text: ".", start: 11, end: 12 },
 * ]);
 * ```
 *
 * @param text Any text.
 * @returns Its words, each with something to see.
 */
export function textWords(text: string): TextSpan[] {
  return [...text.matchAll(ORIGINAL_WORD)]
    .map(({ 0: word, index }) => ({
      text: word,
      start: index,
      end: index + word.length,
    }))
    .filter((word) => cleanText(word.text) !== "");
}
