/** Tokenizer: text to the input of a model, and back. @module */

import type { Encoding, EncodingOptions } from "./encoding.ts";
import type { TokensWithOffsets } from "./offsets.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What every tokenizer does, whatever its algorithm. */
export interface Tokenizer {
  /** The tokens and their ids. */
  readonly vocabulary: Vocabulary;
  /** The id of the token that fills up a sequence. */
  readonly padId: number;

  /**
   * Splits a text into tokens, and adds no special tokens.
   *
   * @param text Any text; special tokens that are written out in it stay whole.
   * @returns The tokens.
   */
  tokenize(text: string): string[];

  /**
   * Does as `tokenize`, and says which characters each token was made from.
   *
   * @param text Any text.
   * @returns The tokens, and the part of the text of each.
   */
  tokenizeWithOffsets(text: string): TokensWithOffsets;

  /**
   * Encodes one text or a pair: tokenize, add the special tokens, look up the ids,
   * truncate, pad, and mask (Hugging Face's `encode_plus`).
   *
   * @param text Sentence A.
   * @param options `pair`: sentence B, if it is not empty; `maxLength`, `padTo`: see
   * {@linkcode EncodingOptions}.
   * @returns The encoding.
   * @throws {RangeError} If the lengths leave no room.
   */
  encode(text: string, options?: EncodingOptions & { pair?: string }): Encoding;

  /**
   * Joins tokens to a text. Case, accents and the original white space are gone.
   *
   * @param ids Ids of one sequence.
   * @param options `skipSpecialTokens`: without them; default false.
   * @returns The text.
   */
  decode(
    ids: readonly number[],
    options?: { skipSpecialTokens?: boolean },
  ): string;
}
