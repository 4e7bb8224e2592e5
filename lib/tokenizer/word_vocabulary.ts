/**
 * Word-level tokenization, as before BERT: splitting at white space, a vocabulary of
 * whole words from the texts of a task, and texts as the ids of their words.
 *
 * @module
 */

import { idsOf, PAD, UNK, type Vocabulary } from "./vocabulary.ts";

/**
 * Splits at white space; case and punctuation stay as they are.
 *
 * @example
 * ```ts
 * import { splitAtWhitespace } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitAtWhitespace("Who 's there?"), ["Who", "'s", "there?"]);
 * ```
 *
 * @param text Any text.
 * @returns Its words, none empty.
 */
export function splitAtWhitespace(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}

/** The second half of a contraction, not inside a word. */
const CONTRACTION = /(?:'s|'ve|n't|'re|'d|'ll)(?=n't|\P{L}|$)/gu;

/**
 * Lower-cases, and splits at white space, before contractions, and around commas
 * and exclamation marks: the tokenizer of many sentence classifiers before BERT, made
 * for the sentences of the Stanford Sentiment Treebank (SST-2).
 *
 * The rules are those of Kim (2014), "Convolutional Neural Networks for Sentence
 * Classification", as far as they split and lower-case; nothing is thrown away.
 *
 * @example
 * ```ts
 * import { splitAsSst2 } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitAsSst2("No, she doesn't!"), [
 *   "no", ",", "she", "does", "n't", "!",
 * ]);
 * ```
 *
 * @param text Any text.
 * @returns Its words, none empty.
 */
export function splitAsSst2(text: string): string[] {
  const spaced = text.toLowerCase().replace(CONTRACTION, " $&")
    .replace(/[,!]/g, " $& ");
  return splitAtWhitespace(spaced);
}

/**
 * Collects the words of the training texts, the most frequent first; `[PAD]` is 0
 * and `[UNK]` 1.
 *
 * Only training texts may be given: a vocabulary that has seen the test knows too
 * much. Words of equal frequency are in the order of their UTF-16 code units, so
 * the ids do not depend on the order of the texts.
 *
 * @example
 * ```ts
 * import { buildVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const texts = [["to", "be", "or"], ["not", "to", "be"]];
 * const { pieces } = buildVocabulary(texts, { minFrequency: 2 });
 * assert.deepEqual(pieces, ["[PAD]", "[UNK]", "be", "to"]);
 * ```
 *
 * @param texts Each text as its words.
 * @param options `minFrequency`: rarer words are not in it; default 1.
 * @returns The words and their ids.
 * @throws {RangeError} If `minFrequency` is no positive whole number.
 */
export function buildVocabulary(
  texts: Iterable<readonly string[]>,
  options: { minFrequency?: number } = {},
): Vocabulary {
  const { minFrequency = 1 } = options;
  if (!(Number.isInteger(minFrequency) && minFrequency >= 1)) {
    throw new RangeError(
      `Cannot build a vocabulary: minFrequency must be a positive whole number; ` +
        `found ${minFrequency}`,
    );
  }
  const frequencies = new Map<string, number>();
  for (const words of texts) {
    for (const word of words) {
      frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
    }
  }
  const words = [...frequencies]
    .filter(([word, count]) =>
      count >= minFrequency && word !== PAD && word !== UNK
    )
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([word]) => word);
  const pieces = [PAD, UNK, ...words];
  return { pieces, idOf: new Map(pieces.map((piece, id) => [piece, id])) };
}

/**
 * The share of words that a vocabulary does not have.
 *
 * @param texts Each text as its words.
 * @param vocabulary The vocabulary.
 * @returns A share in [0, 1]; 0 if there is no word.
 */
export function unknownRate(
  texts: Iterable<readonly string[]>,
  vocabulary: Vocabulary,
): number {
  let total = 0, unknown = 0;
  for (const words of texts) {
    total += words.length;
    unknown += words.filter((word) => isUnknown(word, vocabulary)).length;
  }
  return total === 0 ? 0 : unknown / total;
}

/** A piece that a tokenizer gave up on is as unknown as a word not in the list. */
function isUnknown(word: string, { idOf }: Vocabulary): boolean {
  return word === UNK || !idOf.has(word);
}

/** Texts as one rectangle of ids: N texts, T words in the longest. */
export type Vectors = {
  /** [N, T], row by row; behind a text's end the id of `[PAD]`. */
  inputIds: Int32Array;
  /** How many words of each row are its text's, [N]. */
  lengths: Int32Array;
  /** Words cut off to keep within `maxLength`, in all texts. */
  numTruncated: number;
  /** N. */
  size: number;
  /** T. */
  length: number;
};

/**
 * Looks up the words of texts and fills the rows up to equal length.
 *
 * @example
 * ```ts
 * import { buildVocabulary, vectorize } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const vocabulary = buildVocabulary([["to", "be", "to"]]);
 * const { inputIds, lengths } = vectorize([["be"], ["to", "see"]], vocabulary);
 * assert.deepEqual([...inputIds], [3, 0, 2, 1]);
 * assert.deepEqual([...lengths], [1, 2]);
 * ```
 *
 * @param texts Each text as its words.
 * @param vocabulary With `[PAD]` and `[UNK]`.
 * @param options `maxLength`: longer texts lose their end.
 * @returns Ids and lengths; a mask must be made from the lengths.
 * @throws {RangeError} If `maxLength` is no positive whole number.
 */
export function vectorize(
  texts: readonly (readonly string[])[],
  vocabulary: Vocabulary,
  options: { maxLength?: number } = {},
): Vectors {
  const { maxLength = Infinity } = options;
  if (
    maxLength !== Infinity && !(Number.isInteger(maxLength) && maxLength > 0)
  ) {
    throw new RangeError(
      `Cannot vectorize texts: maxLength must be a positive whole number; ` +
        `found ${maxLength}`,
    );
  }
  const rows = texts.map((words) =>
    idsOf(words.slice(0, maxLength), vocabulary)
  );
  const lengths = Int32Array.from(rows, (row) => row.length); // [N]
  const numTruncated = texts.reduce(
    (sum, words, n) => sum + words.length - lengths[n]!,
    0,
  );
  const size = rows.length;
  const length = lengths.reduce((longest, each) => Math.max(longest, each), 0);
  const inputIds = new Int32Array(size * length) // [N, T]
    .fill(vocabulary.idOf.get(PAD)!);
  for (const [n, row] of rows.entries()) inputIds.set(row, n * length);
  return { inputIds, lengths, numTruncated, size, length };
}

/**
 * The way back: the words of each row, without its padding.
 *
 * @param vectors Ids and lengths.
 * @param vocabulary The vocabulary that they were made with.
 * @returns Each text as its words; those outside the vocabulary read `[UNK]`.
 */
export function wordsOfVectors(
  { inputIds, lengths, length }: Vectors,
  { pieces }: Vocabulary,
): string[][] {
  return Array.from(lengths, (own, n) => {
    const row = inputIds.subarray(n * length, n * length + own);
    return Array.from(row, (id) => pieces[id]!);
  });
}
