/** Ids back to text, as far as it can be told. @module */

import {
  CONTINUATION,
  SPECIAL_TOKENS,
  UNK,
  type Vocabulary,
} from "./vocabulary.ts";

/**
 * Joins the pieces of `ids` to words, and closes the gap before a full stop, a
 * comma and English contractions.
 *
 * The way back is not exact: case, accents and the original white space are
 * gone. The rules are the `WordPiece` decoder's of `@huggingface/tokenizers`.
 *
 * @param ids Ids of one sequence; an id outside the vocabulary reads `[UNK]`.
 * @param vocabulary The vocabulary.
 * @param options `skipSpecialTokens`: leave out `[CLS]`, `[SEP]`, `[PAD]`,
 * `[MASK]` and `[UNK]`; false by default.
 * @returns The text.
 */
export function decode(
  ids: readonly number[],
  vocabulary: Vocabulary,
  options: { skipSpecialTokens?: boolean } = {},
): string {
  const { skipSpecialTokens = false } = options;
  const words = ids
    .map((id) => vocabulary.pieces[id] ?? UNK)
    .filter((token) => !skipSpecialTokens || !SPECIAL_TOKENS.includes(token))
    .map((token, i) => closeGaps(i === 0 ? token : joined(token)));
  return closeGaps(words.join(""));
}

/** A piece as it follows another one. */
function joined(token: string): string {
  return token.startsWith(CONTINUATION)
    ? token.slice(CONTINUATION.length)
    : ` ${token}`;
}

/** Removes the space that pre-tokenizing leaves before marks and contractions. */
function closeGaps(text: string): string {
  return text.replace(/ ([.?!,])/g, "$1").replace(/ ' /g, "'")
    .replace(/ (n't|'m|'s|'ve|'re)/g, "$1");
}
