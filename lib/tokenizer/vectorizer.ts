/**
 * Texts side by side as the numbers of their words, filled up with padding.
 *
 * Shapes: N texts, T words in the longest.
 *
 * @module
 */

import { idsOf, PAD, type Vocabulary } from "./vocabulary.ts";

/** Texts as one rectangle of ids. */
export type Vectors = {
  /** [N, T], row by row; behind a text's end the id of `[PAD]`. */
  inputIds: Int32Array;
  /** How many words of each row are its text's, [N]. */
  lengths: Int32Array;
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
 * import { buildVocabulary } from "bertbook/tokenizer/word_vocabulary.ts";
 * import { vectorize } from "bertbook/tokenizer/vectorizer.ts";
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
      `Cannot vectorize texts as maxLength must be a positive whole number: ` +
        `current value is ${maxLength}`,
    );
  }
  const rows = texts.map((words) =>
    idsOf(words.slice(0, maxLength), vocabulary)
  );
  const lengths = Int32Array.from(rows, (row) => row.length); // [N]
  const size = rows.length;
  const length = lengths.reduce((longest, each) => Math.max(longest, each), 0);
  const inputIds = new Int32Array(size * length) // [N, T]
    .fill(vocabulary.idOf.get(PAD)!);
  for (const [n, row] of rows.entries()) inputIds.set(row, n * length);
  return { inputIds, lengths, size, length };
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
