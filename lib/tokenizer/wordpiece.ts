/**
 * WordPiece, phase 3 of BERT's tokenizer: a word becomes pieces of a fixed vocabulary.
 *
 * Schuster and Nakajima (2012); Wu et al. (2016), section 4.1. The greedy
 * search is `WordpieceTokenizer` in `tokenization.py` of Devlin et al. (2019).
 *
 * @module
 */

import { CONTINUATION, UNK, type Vocabulary } from "./vocabulary.ts";

/** By default, longer words, counted in Unicode characters, become `[UNK]`. */
export const MAX_INPUT_CHARS_PER_WORD = 100;

/**
 * Spells a word with pieces of the vocabulary, greedily: at each place the
 * longest piece that fits. A word that cannot be spelled to its end is `[UNK]`.
 *
 * @example
 * ```ts
 * import { parseVocabulary } from "bertbook";
 * import { wordPiece } from "bertbook/tokenizer/wordpiece.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able";
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * assert.deepEqual(wordPiece("unaffable", vocabulary), ["un", "##aff", "##able"]);
 * assert.deepEqual(wordPiece("unaffected", vocabulary), ["[UNK]"]);
 * ```
 *
 * @param word One word of phase 2.
 * @param vocabulary The pieces.
 * @param maxInputCharsPerWord How many characters a word may have.
 * @returns The pieces, at least one unless the word is empty.
 */
export function wordPiece(
  word: string,
  vocabulary: Vocabulary,
  maxInputCharsPerWord: number = MAX_INPUT_CHARS_PER_WORD,
): string[] {
  if (isTooLong(word, maxInputCharsPerWord)) return [UNK];
  const pieces: string[] = [];
  for (let start = 0; start < word.length;) {
    const end = endOfPiece(word, start, vocabulary);
    if (end === start) return [UNK];
    pieces.push(pieceAt(word, start, end));
    start = end;
  }
  return pieces;
}

/** True for more than `most` characters. */
function isTooLong(word: string, most: number): boolean {
  // A character is one or two UTF-16 units: counting this many of them will do.
  const enough = 2 * (most + 1);
  return word.length > most && [...word.slice(0, enough)].length > most;
}

/** Where the longest piece that begins at `start` ends; `start` if there is none. */
function endOfPiece(
  word: string,
  start: number,
  vocabulary: Vocabulary,
): number {
  // An end inside a surrogate pair cannot match: pieces hold whole characters.
  let end = word.length;
  while (end > start && !vocabulary.idOf.has(pieceAt(word, start, end))) end--;
  return end;
}

/** The piece that `word` has from `start` to `end`. */
function pieceAt(word: string, start: number, end: number): string {
  const text = word.slice(start, end);
  return start === 0 ? text : CONTINUATION + text;
}
