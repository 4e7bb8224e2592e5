/**
 * Offset mapping: which characters of the original text each token was made from.
 *
 * Normalization adds, removes and changes characters, so the tokens alone do not say
 * where they are; a model that answers with a part of the text must know it.
 *
 * @module
 */

import { CONTINUATION, UNK } from "./vocabulary.ts";

/** A part of a text: its first UTF-16 unit, and the one after its last. */
export type Offset = readonly [start: number, end: number];

/** Tokens, and where each is in the text. */
export type TokensWithOffsets = {
  /** Without special tokens, except those that are written out in the text. */
  tokens: string[];
  /** As many; Hugging Face's `offset_mapping`. */
  offsets: Offset[];
};

/** The first three phases of a tokenizer of word pieces. */
export type WordPiecePhases = {
  /** Changes each character whatever its neighbours, except for its case. */
  readonly normalize: (text: string) => string;
  readonly preTokenize: (normalized: string) => readonly string[];
  readonly piecesOf: (word: string) => readonly string[];
};

/**
 * Tokenizes a text, and follows each token back to its characters.
 *
 * A token begins with the first character that left something in it and ends with the
 * last one: removed characters are within it only between others. `[UNK]` has the whole
 * word. These are the rules of `@huggingface/tokenizers`, which counts characters; here
 * they are UTF-16 units, so `text.slice(...offset)` is the token as it was written.
 *
 * @example An accent that is removed, and a character without a width
 * ```ts
 * import { normalize, preTokenize } from "bertbook";
 * import { offsetsOf } from "bertbook/tokenizer/offsets.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "\u00c9tu\u200bdes";
 * const { tokens, offsets } = offsetsOf(text, {
 *   normalize,
 *   preTokenize,
 *   piecesOf: () => ["etude", "##s"],
 * });
 * assert.deepEqual(tokens.map((token, i) => [token, text.slice(...offsets[i]!)]), [
 *   ["etude", "\u00c9tu\u200bde"],
 *   ["##s", "s"],
 * ]);
 * ```
 *
 * @param text Any text.
 * @param phases How it becomes tokens.
 * @returns The tokens, and an offset for each.
 */
export function offsetsOf(
  text: string,
  { normalize, preTokenize, piecesOf }: WordPiecePhases,
): TokensWithOffsets {
  const normalized = normalize(text);
  const origins = originsOf(text, normalize); // as long as `normalized`
  const tokens: string[] = [];
  const offsets: Offset[] = [];
  let at = 0;
  for (const word of preTokenize(normalized)) {
    at = normalized.indexOf(word, at);
    const endOfWord = at + word.length;
    for (const [i, piece] of piecesOf(word).entries()) {
      const length = piece.length - (i === 0 ? 0 : CONTINUATION.length);
      const end = piece === UNK ? endOfWord : at + length;
      tokens.push(piece);
      offsets.push([origins[at]![0], origins[end - 1]![1]]);
      at = end;
    }
  }
  return { tokens, offsets };
}

/** The character that each unit of the normalized text was made from. */
function originsOf(
  text: string,
  normalize: (text: string) => string,
): Offset[] {
  const lengths = new Map<string, number>(); // few characters are different
  const origins: Offset[] = [];
  let start = 0;
  for (const char of text) {
    const length = lengths.get(char) ?? normalize(char).length;
    lengths.set(char, length);
    const origin = [start, start += char.length] as const;
    for (let i = 0; i < length; i++) origins.push(origin);
  }
  return origins;
}
