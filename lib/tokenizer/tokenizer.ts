/**
 * BERT's tokenizer: normalize, pre-tokenize, WordPiece, encode.
 *
 * Equal, id for id, to `BertTokenizer` of `npm:@huggingface/transformers` 4.3.1.
 *
 * @module
 */

import {
  buildInputsWithSpecialTokens,
  type Encoding,
  type EncodingOptions,
} from "./encoding.ts";
import { normalize } from "./normalize.ts";
import { preTokenize } from "./pre_tokenize.ts";
import { SPECIAL_TOKENS, type Vocabulary } from "./vocabulary.ts";
import { wordPiece } from "./wordpiece.ts";

export { decode } from "./decode.ts";
export type { Encoding, EncodingOptions } from "./encoding.ts";
export { idsOf } from "./vocabulary.ts";

/** What turns text into ids: the pieces, and whether case is kept. */
export type Tokenizer = {
  readonly vocabulary: Vocabulary;
  /** True for an uncased model: lower-cases and strips accents. */
  readonly lowerCase: boolean;
};

/** What each phase makes of a text. */
export type Phases = {
  /** Phase 1: the text in one spelling. */
  normalized: string;
  /** Phase 2: words and punctuation marks. */
  words: string[];
  /** Phase 3: the pieces of each word. */
  pieces: string[][];
  /** Phase 4: special tokens, ids, segments and mask. */
  encoding: Encoding;
};

/** Special tokens written out in a text; the group keeps them when splitting. */
const WRITTEN_SPECIAL_TOKEN = /(\[(?:PAD|UNK|CLS|SEP|MASK)\])/;

/**
 * Splits a text into word pieces, without special tokens of its own.
 *
 * A special token that is written out in the text, as in "Paris is [MASK] .",
 * stays one token.
 *
 * @param text Any text.
 * @param tokenizer The tokenizer.
 * @returns The tokens.
 */
export function tokenize(text: string, tokenizer: Tokenizer): string[] {
  const tokens: string[] = [];
  for (const section of sectionsOf(text)) {
    for (const word of wordsOf(normalizeSection(section, tokenizer))) {
      for (const piece of piecesOf(word, tokenizer)) tokens.push(piece);
    }
  }
  return tokens;
}

/**
 * Encodes one text or a pair in one call: tokenize, add the special tokens,
 * look up the ids, cut, pad, and mask (Hugging Face's `encode_plus`).
 *
 * @example
 * ```ts
 * import { encode } from "bertbook/tokenizer/tokenizer.ts";
 * import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhe\nplay\n##s";
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * const encoding = encode({ vocabulary, lowerCase: true }, "He plays", { padTo: 6 });
 * assert.deepEqual(encoding, {
 *   tokens: ["[CLS]", "he", "play", "##s", "[SEP]", "[PAD]"],
 *   inputIds: [2, 5, 6, 7, 3, 0],
 *   tokenTypeIds: [0, 0, 0, 0, 0, 0],
 *   attentionMask: [1, 1, 1, 1, 1, 0],
 *   numTruncated: 0,
 * });
 * ```
 *
 * @param tokenizer The tokenizer.
 * @param text Sentence A.
 * @param options `pair`: sentence B, where the empty string counts as none;
 * `maxLength` and `padTo`: see {@linkcode EncodingOptions}.
 * @returns The encoding.
 * @throws {RangeError} If the lengths leave no room.
 */
export function encode(
  tokenizer: Tokenizer,
  text: string,
  options: EncodingOptions & { pair?: string } = {},
): Encoding {
  const { pair, ...lengths } = options;
  const first = tokenize(text, tokenizer);
  const second = pair ? tokenize(pair, tokenizer) : undefined;
  return buildInputsWithSpecialTokens(
    first,
    second,
    tokenizer.vocabulary,
    lengths,
  );
}

/**
 * Does as {@linkcode encode} and shows what each phase makes of the text.
 *
 * @param text Any text.
 * @param tokenizer The tokenizer.
 * @returns The result of each phase.
 */
export function tokenizeInPhases(text: string, tokenizer: Tokenizer): Phases {
  const sections = sectionsOf(text).map((s) => normalizeSection(s, tokenizer));
  const words = sections.flatMap(wordsOf);
  const pieces = words.map((word) => piecesOf(word, tokenizer));
  const encoding = buildInputsWithSpecialTokens(
    pieces.flat(),
    undefined,
    tokenizer.vocabulary,
  );
  return { normalized: sections.join(""), words, pieces, encoding };
}

/** The text, cut before and after each special token that is written out. */
function sectionsOf(text: string): string[] {
  return text.split(WRITTEN_SPECIAL_TOKEN);
}

function normalizeSection(section: string, tokenizer: Tokenizer): string {
  return isSpecial(section) ? section : normalize(section, tokenizer);
}

function wordsOf(section: string): string[] {
  return isSpecial(section) ? [section] : preTokenize(section);
}

function piecesOf(word: string, tokenizer: Tokenizer): string[] {
  return isSpecial(word) ? [word] : wordPiece(word, tokenizer.vocabulary);
}

function isSpecial(text: string): boolean {
  return SPECIAL_TOKENS.includes(text);
}
