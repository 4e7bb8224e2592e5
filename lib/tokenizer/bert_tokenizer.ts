/**
 * BERT's tokenizer: normalize, pre-tokenize, WordPiece, encode; and decode.
 *
 * Equal, id for id, to Python's `tokenizers` 0.23.3, and so to `BertTokenizer` of its
 * transformers. `npm:@huggingface/transformers` 4.3.1 differs from both for characters
 * that Unicode has added after version 8, a capital sigma that ends a word, and Han
 * characters above U+FFFF.
 *
 * @module
 */

import {
  type AddedToken,
  type Section,
  specialToken,
  tokenFinder,
} from "./added_tokens.ts";
import {
  buildInputsWithSpecialTokens,
  type Encoding,
  type EncodingOptions,
} from "./encoding.ts";
import {
  applyNormalizer,
  type Normalizer,
  preTokenize,
  type PreTokenizer,
} from "./normalize.ts";
import {
  type Offset,
  offsetsOf,
  type TokensWithOffsets,
  type WordPiecePhases,
} from "./offsets.ts";
import type { Tokenizer } from "./tokenizer.ts";
import {
  CONTINUATION,
  PAD,
  SPECIAL_TOKENS,
  UNK,
  type Vocabulary,
} from "./vocabulary.ts";
import { MAX_INPUT_CHARS_PER_WORD, wordPiece } from "./wordpiece.ts";

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

/** What differs from the tokenizer of the published models. */
export type BertTokenizerOptions = {
  /** Whether the model is uncased, which is the default; for the default normalizer. */
  readonly lowerCase?: boolean;
  /** The steps of phase 1; default BERT's alone. */
  readonly normalizers?: readonly Normalizer[];
  /** The steps of phase 2; default BERT's alone. */
  readonly preTokenizers?: readonly PreTokenizer[];
  /** Longer words become `[UNK]`; default 100 characters. */
  readonly maxInputCharsPerWord?: number;
  /**
   * What stays whole in a text, in the order of their ids; those that the vocabulary
   * lacks get the ids after it. Default the special tokens of the vocabulary.
   */
  readonly addedTokens?: readonly AddedToken[];
};

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
  /** True for an uncased model. */
  readonly lowerCase: boolean;
  /** The pieces that words are spelled with: the vocabulary without what was added. */
  readonly wordPieces: Vocabulary;
  /** The steps of phase 1. */
  readonly normalizers: readonly Normalizer[];
  /** The steps of phase 2. */
  readonly preTokenizers: readonly PreTokenizer[];
  /** Longer words become `[UNK]`. */
  readonly maxInputCharsPerWord: number;
  /** What stays whole in a text, in the order of the ids. */
  readonly addedTokens: readonly AddedToken[];
  readonly #special: ReadonlySet<string>;
  readonly #findTokens: (text: string) => Section[];
  readonly #findNormalized: (text: string) => Section[];

  /**
   * Makes a tokenizer of a vocabulary.
   *
   * @param vocabulary With all special tokens.
   * @param options What differs from the tokenizer of the published uncased models.
   */
  constructor(vocabulary: Vocabulary, options: BertTokenizerOptions = {}) {
    const { lowerCase = true } = options;
    this.normalizers = options.normalizers ?? [{
      type: "BertNormalizer",
      cleanText: true,
      handleChineseChars: true,
      stripAccents: lowerCase,
      lowerCase,
    }];
    this.lowerCase = this.normalizers.some((step) =>
      step.type === "Lowercase" ||
      step.type === "BertNormalizer" && step.lowerCase
    );
    this.preTokenizers = options.preTokenizers ?? ["BertPreTokenizer"];
    this.maxInputCharsPerWord = options.maxInputCharsPerWord ??
      MAX_INPUT_CHARS_PER_WORD;
    const added = options.addedTokens ??
      SPECIAL_TOKENS.filter((token) => vocabulary.idOf.has(token))
        .map(specialToken);
    this.wordPieces = vocabulary;
    this.vocabulary = withAddedTokens(vocabulary, added);
    const { idOf } = this.vocabulary;
    this.padId = idOf.get(PAD)!;
    this.addedTokens = added.toSorted((a, b) =>
      idOf.get(a.content)! - idOf.get(b.content)!
    );
    this.#special = new Set(
      added.filter(({ special }) => special).map(({ content }) => content),
    );
    this.#findTokens = tokenFinder(added.filter((token) => !token.normalized));
    this.#findNormalized = tokenFinder(
      added.filter((token) => token.normalized),
      (content) => this.#normalize(content),
    );
  }

  tokenize(text: string): string[] {
    const tokens: string[] = [];
    for (const section of this.#sectionsOf(text)) {
      for (const word of this.#wordsOf(section)) {
        for (const piece of this.#piecesOf(word)) tokens.push(piece);
      }
    }
    return tokens;
  }

  tokenizeWithOffsets(text: string): TokensWithOffsets {
    const tokens: string[] = [];
    const offsets: Offset[] = [];
    let start = 0;
    const phases: WordPiecePhases = {
      normalize: (section) => this.#normalize(section),
      split: (normalized) =>
        this.#findNormalized(normalized)
          .flatMap((section) => this.#wordsOf(section))
          .map((word) => ({
            text: writtenOut(word),
            pieces: this.#piecesOf(word),
          })),
    };
    for (const section of this.#findTokens(text)) {
      const { length } = writtenOut(section);
      const part: TokensWithOffsets = typeof section === "string"
        ? offsetsOf(section, phases)
        : { tokens: [section.token.content], offsets: [[0, length]] };
      for (const [i, [from, to]] of part.offsets.entries()) {
        tokens.push(part.tokens[i]!);
        offsets.push([start + from, start + to]);
      }
      start += length;
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
      .filter((token) => !skipSpecialTokens || !this.#special.has(token))
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
    const sections = this.#sectionsOf(text);
    const words = sections.flatMap((section) => this.#wordsOf(section));
    const pieces = words.map((word) => this.#piecesOf(word));
    const encoding = buildInputsWithSpecialTokens(
      pieces.flat(),
      undefined,
      this.vocabulary,
    );
    return {
      normalized: sections.map(writtenOut).join(""),
      words: words.map((word) =>
        typeof word === "string" ? word : word.token.content
      ),
      pieces,
      encoding,
    };
  }

  /** The normalized text, cut before and after each added token. */
  #sectionsOf(text: string): Section[] {
    const sections: Section[] = [];
    for (const section of this.#findTokens(text)) {
      if (typeof section !== "string") sections.push(section);
      else sections.push(...this.#findNormalized(this.#normalize(section)));
    }
    return sections;
  }

  #normalize(text: string): string {
    return this.normalizers.reduce(applyNormalizer, text);
  }

  /** The words of a text; an added token is one, and no text any more. */
  #wordsOf(section: Section): Section[] {
    if (typeof section !== "string") return [section];
    const [first, ...others] = this.preTokenizers;
    let words = first === undefined ? [section] : preTokenize(section, first);
    for (const step of others) {
      words = words.flatMap((word) => preTokenize(word, step));
    }
    return words;
  }

  #piecesOf(word: Section): string[] {
    return typeof word === "string"
      ? wordPiece(word, this.wordPieces, this.maxInputCharsPerWord)
      : [word.token.content];
  }
}

/** The vocabulary with the added tokens that it lacks, after its pieces. */
function withAddedTokens(
  vocabulary: Vocabulary,
  added: readonly AddedToken[],
): Vocabulary {
  if (added.every(({ content }) => vocabulary.idOf.has(content))) {
    return vocabulary;
  }
  const idOf = new Map(vocabulary.idOf);
  const pieces = [...vocabulary.pieces];
  for (const { content } of added) {
    if (!idOf.has(content)) idOf.set(content, pieces.push(content) - 1);
  }
  return { pieces, idOf };
}

function writtenOut(section: Section): string {
  return typeof section === "string" ? section : section.text;
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
