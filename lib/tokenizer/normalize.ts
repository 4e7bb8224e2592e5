/**
 * Normalization and pre-tokenization, phases 1 and 2 of BERT's tokenizer: one spelling
 * for each word, and a text split into words and punctuation marks.
 *
 * The rules and their order are those of `BertNormalizer` and `BertPreTokenizer` in
 * `@huggingface/tokenizers` 0.2.0, after `tokenization.py` of Devlin et al. (2019).
 *
 * @module
 */

/**
 * Characters without a shape: controls except tab and line ends, invisible
 * format characters (zero-width, direction marks), private use, lone
 * surrogates, NUL and the replacement character.
 */
const SHAPELESS = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\uFFFD]/gu;

/**
 * Han characters of the basic plane, written without spaces between words.
 *
 * `tokenization.py` also lists ranges above U+FFFF; the reference reads UTF-16
 * code units there and so never meets them.
 */
const HAN = "\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF";
const IDEOGRAPH = new RegExp(`[${HAN}]`, "g");

/** Marks without a width: accents after decomposition. */
const NONSPACING_MARK = /\p{Mn}/gu;

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
  return text.normalize("NFD").replace(NONSPACING_MARK, "");
}

/**
 * Cleans, spaces out Han characters and, for an uncased model, lower-cases and
 * strips accents.
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
 * @param options `lowerCase`: true (default) for an uncased model.
 * @returns The normalized text.
 */
export function normalize(
  text: string,
  options: { lowerCase?: boolean } = {},
): string {
  const { lowerCase = true } = options;
  const spaced = spaceIdeographs(cleanText(text));
  return lowerCase ? stripAccents(spaced.toLowerCase()) : spaced;
}

/** Unicode's punctuation, and the ASCII symbols such as `$`, `+` and `^`. */
const PUNCTUATION = "\\p{P}!-/:-@\\[-`{-~";

/** A run without white space and punctuation, or one punctuation mark. */
const WORD = new RegExp(`[^\\s${PUNCTUATION}]+|[${PUNCTUATION}]`, "gu");

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
 * @returns Its words, none empty.
 */
export function preTokenize(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** A part of a text: its characters are `start` … `end` − 1, as `slice` counts them. */
export type TextSpan = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

/** A word of a text that is not normalized; U+FEFF is no white space, but removed. */
const ORIGINAL_WORD = new RegExp(
  `(?:[^\\s${PUNCTUATION}${HAN}]|\\uFEFF)+|[${PUNCTUATION}${HAN}]`,
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
