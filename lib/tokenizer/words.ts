/** Words and their word pieces: which pieces make a word, and the pieces of words. @module */

import type { Tokenizer } from "./tokenizer.ts";
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
 * punctuation mark is a word. Special tokens are not words, except `[UNK]`, which
 * replaces one.
 *
 * @example
 * ```ts
 * import { wordSpans } from "bertbook";
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

/** How corpora that were tokenized before BERT write a word that they replaced. */
const LEFT_OUT = "<unk>";

/**
 * Splits each word into the pieces of a tokenizer; `<unk>` becomes `[UNK]`.
 *
 * Without that rule `<unk>` would become the three pieces `<`, `unk`, `>`, which
 * pretraining never showed to mean "some word".
 *
 * @example
 * ```ts
 * import { BertTokenizer, parseVocabulary, splitIntoWords } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\n##s";
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * assert.deepEqual(
 *   splitIntoWords(["<unk>", "Plays"], new BertTokenizer(vocabulary)),
 *   ["[UNK]", "play", "##s"],
 * );
 * ```
 *
 * @param words Words of any tokenizer.
 * @param tokenizer The tokenizer of the pieces.
 * @returns The pieces of all words, without special tokens.
 */
export function splitIntoWords(
  words: readonly string[],
  tokenizer: Tokenizer,
): string[] {
  return words.flatMap((word) =>
    word === LEFT_OUT ? [UNK] : tokenizer.tokenize(word)
  );
}
