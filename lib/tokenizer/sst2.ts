/**
 * The tokenizer of many sentence classifiers before BERT, made for the sentences of
 * the Stanford Sentiment Treebank (SST-2).
 *
 * The rules are those of Kim (2014), "Convolutional Neural Networks for Sentence
 * Classification", as far as they split and lower-case; nothing is thrown away.
 *
 * @module
 */

import { splitAtWhitespace } from "./whitespace.ts";

/** The second half of a contraction, not inside a word. */
const CONTRACTION = /(?:'s|'ve|n't|'re|'d|'ll)(?=n't|\P{L}|$)/gu;

/**
 * Lower-cases, and splits at white space, before contractions, and around commas
 * and exclamation marks.
 *
 * @example
 * ```ts
 * import { splitAsSst2 } from "bertbook/tokenizer/sst2.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitAsSst2("No, she doesn't!"), [
 *   "no", ",", "she", "does", "n't", "!",
 * ]);
 * ```
 *
 * @param text Any text.
 * @returns Its words, none empty.
 */
export function splitAsSst2(text: string): string[] {
  const spaced = text.toLowerCase().replace(CONTRACTION, " $&")
    .replace(/[,!]/g, " $& ");
  return splitAtWhitespace(spaced);
}
