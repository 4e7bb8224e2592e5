/** Which pieces make a word. @module */

import { CONTINUATION, SPECIAL_TOKENS, UNK } from "./vocabulary.ts";

/** A word of an encoded text: its pieces are `start` … `end` − 1. */
export type WordSpan = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

/**
 * Finds the words of a sequence of tokens.
 *
 * A piece that begins with `##` belongs to the word of the piece before it. A
 * punctuation mark is a word of its own. Special tokens are none, but `[UNK]` is:
 * it stands for one.
 *
 * @example
 * ```ts
 * import { wordSpans } from "bertbook/tokenizer/words.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(wordSpans(["[CLS]", "play", "##ing", ".", "[SEP]"]), [
 *   { text: "playing", start: 1, end: 3 },
 *   { text: ".", start: 3, end: 4 },
 * ]);
 * ```
 *
 * @param tokens Word pieces and special tokens.
 * @returns The words, in order.
 */
export function wordSpans(tokens: readonly string[]): WordSpan[] {
  const words: { text: string; start: number; end: number }[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token !== UNK && SPECIAL_TOKENS.includes(token)) continue;
    const last = words.at(-1);
    if (token.startsWith(CONTINUATION) && last?.end === index) {
      last.text += token.slice(CONTINUATION.length);
      last.end++;
    } else words.push({ text: token, start: index, end: index + 1 });
  }
  return words;
}

/**
 * Adds up a number of each token over the pieces of each word.
 *
 * @param scores One number for each token.
 * @param words The words.
 * @returns One number for each word.
 */
export function sumByWord(
  scores: readonly number[],
  words: readonly WordSpan[],
): number[] {
  return words.map(({ start, end }) =>
    scores.slice(start, end).reduce((sum, score) => sum + score, 0)
  );
}
