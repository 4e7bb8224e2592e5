/**
 * BERT's tokenizer: normalize, pre-tokenize, WordPiece, encode; and decode.
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
import { normalize, preTokenize } from "./normalize.ts";
import { type Offset, offsetsOf, type TokensWithOffsets } from "./offsets.ts";
import type { Tokenizer } from "./tokenizer.ts";
import {
  CONTINUATION,
  PAD,
  SPECIAL_TOKENS,
  UNK,
  type Vocabulary,
} from "./vocabulary.ts";
import { wordPiece } from "./wordpiece.ts";

/** What each phase makes of a text. */
export type Phases = {
  /** Phase 1: the text in one spelling. */
  normalized: string;
  /** Phase 2: words and punctuation marks. */
  words: string[];
  /** Phase 3: the pieces of each word. */
  pieces: string[][];
  /** Phase 4: special tokens, ids, token types and mask. */
  encoding: Encoding;
};

/** Special tokens written out in a text; the group keeps them when splitting. */
const WRITTEN_SPECIAL_TOKEN = /(\[(?:PAD|UNK|CLS|SEP|MASK)\])/;

/**
 * BERT's tokenizer, also DistilBERT's and ELECTRA's: WordPiece over words.
 *
 * @example
 * ```ts
 * import { BertTokenizer, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhe\nplay\n##s";
 * const tokenizer = new BertTokenizer(parseVocabulary(text, "vocab.txt"));
 * const encoding = tokenizer.encode("He plays", { padTo: 6 });
 * assert.deepEqual(encoding, {
 *   tokens: ["[CLS]", "he", "play", "##s", "[SEP]", "[PAD]"],
 *   inputIds: [2, 5, 6, 7, 3, 0],
 *   tokenTypeIds: [0, 0, 0, 0, 0, 0],
 *   attentionMask: [1, 1, 1, 1, 1, 0],
 *   numTruncated: 0,
 * });
 * assert.equal(tokenizer.decode([2, 5, 6, 7, 3]), "[CLS] he plays [SEP]");
 * ```
 */
export class BertTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly padId: number;
  /** True for an uncased model: lower-cases and strips accents. */
  readonly lowerCase: boolean;

  /**
   * Makes a tokenizer of a vocabulary.
   *
   * @param vocabulary With all special tokens.
   * @param options `lowerCase`: true (default) for an uncased model.
   */
  constructor(
    vocabulary: Vocabulary,
    { lowerCase = true }: { lowerCase?: boolean } = {},
  ) {
    this.vocabulary = vocabulary;
    this.lowerCase = lowerCase;
    this.padId = vocabulary.idOf.get(PAD)!;
  }

  tokenize(text: string): string[] {
    const tokens: string[] = [];
    for (const section of sectionsOf(text)) {
      for (const word of wordsOf(this.#normalize(section))) {
        for (const piece of this.#piecesOf(word)) tokens.push(piece);
      }
    }
    return tokens;
  }

  tokenizeWithOffsets(text: string): TokensWithOffsets {
    const tokens: string[] = [];
    const offsets: Offset[] = [];
    let start = 0;
    for (const section of sectionsOf(text)) {
      const part = offsetsOf(section, {
        normalize: (each) => this.#normalize(each),
        preTokenize: wordsOf,
        piecesOf: (word) => this.#piecesOf(word),
      });
      for (const [i, [from, to]] of part.offsets.entries()) {
        tokens.push(part.tokens[i]!);
        offsets.push([start + from, start + to]);
      }
      start += section.length;
    }
    return { tokens, offsets };
  }

  encode(
    text: string,
    options: EncodingOptions & { pair?: string } = {},
  ): Encoding {
    const { pair, ...lengths } = options;
    const first = this.tokenize(text);
    const second = pair ? this.tokenize(pair) : undefined;
    const { vocabulary } = this;
    return buildInputsWithSpecialTokens(first, second, vocabulary, lengths);
  }

  /**
   * Joins the pieces of `ids` to words, and closes the gap before a full stop, a comma
   * and English contractions: the rules of the `WordPiece` decoder of
   * `@huggingface/tokenizers`.
   *
   * @param ids Ids of one sequence; an id outside the vocabulary reads `[UNK]`.
   * @param options `skipSpecialTokens`: without `[CLS]`, `[SEP]`, `[PAD]`, `[MASK]` and
   * `[UNK]`; default false.
   * @returns The text.
   */
  decode(
    ids: readonly number[],
    options: { skipSpecialTokens?: boolean } = {},
  ): string {
    const { skipSpecialTokens = false } = options;
    const words = ids
      .map((id) => this.vocabulary.pieces[id] ?? UNK)
      .filter((token) => !skipSpecialTokens || !isSpecial(token))
      .map((token, i) => closeGaps(i === 0 ? token : joined(token)));
    return closeGaps(words.join(""));
  }

  /**
   * Does as `encode` and returns the result of each phase.
   *
   * @param text Any text.
   * @returns The result of each phase.
   */
  tokenizeInPhases(text: string): Phases {
    const sections = sectionsOf(text).map((each) => this.#normalize(each));
    const words = sections.flatMap(wordsOf);
    const pieces = words.map((word) => this.#piecesOf(word));
    const encoding = buildInputsWithSpecialTokens(
      pieces.flat(),
      undefined,
      this.vocabulary,
    );
    return { normalized: sections.join(""), words, pieces, encoding };
  }

  #normalize(section: string): string {
    return isSpecial(section) ? section : normalize(section, this);
  }

  #piecesOf(word: string): string[] {
    return isSpecial(word) ? [word] : wordPiece(word, this.vocabulary);
  }
}

/** The text, cut before and after each special token that is written out. */
function sectionsOf(text: string): string[] {
  return text.split(WRITTEN_SPECIAL_TOKEN);
}

function wordsOf(section: string): string[] {
  return isSpecial(section) ? [section] : preTokenize(section);
}

function isSpecial(text: string): boolean {
  return SPECIAL_TOKENS.includes(text);
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
