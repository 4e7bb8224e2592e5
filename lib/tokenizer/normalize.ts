/**
 * Phase 1, normalize: one spelling for what should be one word.
 *
 * The rules and their order are those of `BertNormalizer` in
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
const IDEOGRAPH = /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF]/g;

/** Marks that take no room of their own: accents after decomposition. */
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
 * import { normalize } from "bertbook/tokenizer/normalize.ts";
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
