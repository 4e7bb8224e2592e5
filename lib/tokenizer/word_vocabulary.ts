/** A vocabulary of whole words, collected from the texts of a task. @module */

import { PAD, UNK, type Vocabulary } from "./vocabulary.ts";

/**
 * Collects the words of the training texts, the most frequent first; `[PAD]` is 0
 * and `[UNK]` 1.
 *
 * Only training texts may be given: a vocabulary that has seen the test knows too
 * much. Words of equal frequency stand in the order of their UTF-16 code units, so
 * the ids do not depend on the order of the texts.
 *
 * @example
 * ```ts
 * import { buildVocabulary } from "bertbook/tokenizer/word_vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const texts = [["to", "be", "or"], ["not", "to", "be"]];
 * const { pieces } = buildVocabulary(texts, { minFrequency: 2 });
 * assert.deepEqual(pieces, ["[PAD]", "[UNK]", "be", "to"]);
 * ```
 *
 * @param texts Each text as its words.
 * @param options `minFrequency`: rarer words are left out; 1 unless told.
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
      `Cannot collect a vocabulary as minFrequency must be a positive whole ` +
        `number: current value is ${minFrequency}`,
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
 * @returns A share in [0, 1]; 0 where there is no word.
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
