/**
 * Offset mapping: which characters of the original text each token was made from.
 *
 * Normalization adds, removes and changes characters, so the tokens alone do not say
 * where they are; a model that answers with a part of the text must know it.
 *
 * @module
 */

import { CONTINUATION } from "./vocabulary.ts";

/** A part of a text: its first UTF-16 unit, and the one after its last. */
export type Offset = readonly [start: number, end: number];

/** Tokens, and where each is in the text. */
export type TokensWithOffsets = {
  /** Without special tokens, except those that are written out in the text. */
  tokens: string[];
  /** As many; Hugging Face's `offset_mapping`. */
  offsets: Offset[];
};

/** A word of a normalized text, and its pieces; or an added token. */
export type SplitWord = {
  readonly text: string;
  readonly pieces: readonly string[];
};

/** The first three phases of a tokenizer of word pieces. */
export type WordPiecePhases = {
  /** Changes each character with its marks, whatever its neighbours. */
  readonly normalize: (text: string) => string;
  readonly split: (normalized: string) => readonly SplitWord[];
};

/**
 * Tokenizes a text, and follows each token back to its characters.
 *
 * A token begins with the first character that left something in it and ends with the
 * last one: removed characters are within it only between others. `[UNK]` has the whole
 * word. These are the rules of Python's `tokenizers`, which counts characters; here
 * they are UTF-16 units, so `text.slice(...offset)` is the token as it was written. (Of a
 * letter that a normalizer composes with its accent Python leaves out the accent.)
 *
 * @example An accent that is removed, and a character without a width
 * ```ts
 * import { normalize } from "bertbook";
 * import { offsetsOf } from "bertbook/tokenizer/offsets.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "\u00c9tu\u200bdes";
 * const { tokens, offsets } = offsetsOf(text, {
 *   normalize,
 *   split: (text) => [{ text, pieces: ["etude", "##s"] }],
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
  { normalize, split }: WordPiecePhases,
): TokensWithOffsets {
  const normalized = normalize(text);
  const origins = originsOf(text, normalize); // as long as `normalized`
  const tokens: string[] = [];
  const offsets: Offset[] = [];
  let at = 0;
  for (const { text: word, pieces } of split(normalized)) {
    at = normalized.indexOf(word, at);
    const endOfWord = at + word.length;
    for (const [i, piece] of pieces.entries()) {
      const length = piece.length - (i === 0 ? 0 : CONTINUATION.length);
      const end = i === pieces.length - 1 ? endOfWord : at + length;
      tokens.push(piece);
      offsets.push([origins[at]![0], origins[end - 1]![1]]);
      at = end;
    }
  }
  return { tokens, offsets };
}

/** A character with its marks, or the parts of Hangul's syllables: what may compose. */
const CLUSTER = /[\u1100-\u11FF]+|\P{M}\p{M}*|\p{M}+/gu;

/** The character, or what composed, that each unit of the normalized text is from. */
function originsOf(
  text: string,
  normalize: (text: string) => string,
): Offset[] {
  const lengths = new Map<string, number>(); // few characters are different
  const lengthOf = (part: string): number => {
    const length = lengths.get(part) ?? normalize(part).length;
    lengths.set(part, length);
    return length;
  };
  const origins: Offset[] = [];
  let start = 0;
  for (const cluster of text.match(CLUSTER) ?? []) {
    const chars = [...cluster];
    const sum = chars.reduce((sum, char) => sum + lengthOf(char), 0);
    const parts = sum === lengthOf(cluster) ? chars : [cluster];
    for (const part of parts) {
      const origin = [start, start += part.length] as const;
      for (let i = 0; i < lengthOf(part); i++) origins.push(origin);
    }
  }
  return origins;
}
