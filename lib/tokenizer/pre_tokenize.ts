/**
 * Phase 2, pre-tokenize: a text becomes words and punctuation marks.
 *
 * The rule is that of `BertPreTokenizer` in `@huggingface/tokenizers` 0.2.0.
 *
 * @module
 */

/** Unicode's punctuation, and the ASCII symbols such as `$`, `+` and `^`. */
const PUNCTUATION = "\\p{P}!-/:-@\\[-`{-~";

/** A run without white space and punctuation, or one punctuation mark. */
const WORD = new RegExp(`[^\\s${PUNCTUATION}]+|[${PUNCTUATION}]`, "gu");

/**
 * Splits at white space, and around every single punctuation mark.
 *
 * @example
 * ```ts
 * import { preTokenize } from "bertbook/tokenizer/pre_tokenize.ts";
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
