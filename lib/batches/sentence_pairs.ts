/** Sentence pairs for next-sentence prediction, half of which belong together. @module */

import type { RandomStream } from "../engine/random/stream.ts";

/**
 * Joins neighbouring sentences: what BERT calls a sentence is "an arbitrary span of
 * contiguous text" (Devlin et al., 2019, section 3).
 *
 * @param sentences Those of a document, in order.
 * @param size Sentences in a span; the last span may have fewer.
 * @returns The spans, in order.
 * @throws {RangeError} If `size` is no positive whole number.
 */
export function sentenceSpans(
  sentences: readonly string[],
  size: number,
): string[] {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(
      `Cannot join sentences: size must be a whole number of at least 1; ` +
        `found ${size}`,
    );
  }
  const count = Math.ceil(sentences.length / size);
  return Array.from(
    { length: count },
    (_, i) => sentences.slice(i * size, (i + 1) * size).join(" "),
  );
}

/** Two sentences: A, and what may follow it. */
export type SentencePair = {
  first: string;
  second: string;
  /** 0 if B follows A in its document, 1 if it is from another one. */
  label: 0 | 1;
};

/**
 * A pair for each sentence that has a next one: by the toss of a coin with that one,
 * or with a sentence from another document.
 *
 * Devlin et al. (2019), section 3.1, task 2. The classes are numbered as in Python's
 * `BertForNextSentencePrediction`.
 *
 * @example
 * ```ts
 * import { randomStream, sentencePairs } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const documents = [["It rains.", "We stay."], ["Bread rises.", "Eat."]];
 * const pairs = sentencePairs(documents, randomStream(1));
 * assert.deepEqual(pairs.map(({ first }) => first), ["It rains.", "Bread rises."]);
 * ```
 *
 * @param documents Each as its sentences, in order.
 * @param random Tosses the coin, and chooses the other document and its sentence.
 * @param options `wrong`: where a sentence that does not follow is taken from, anywhere
 * in the other document, as in the paper, or from the place of the right one. Where
 * all documents are built alike, the former can be told by the order alone.
 * @returns The pairs, in the order of their first sentences.
 * @throws {RangeError} If there are fewer than two documents, or one is empty.
 */
export function sentencePairs(
  documents: readonly (readonly string[])[],
  random: RandomStream,
  options: { wrong?: "anywhere" | "same place" } = {},
): SentencePair[] {
  const { wrong = "anywhere" } = options;
  const empty = documents.findIndex((sentences) => sentences.length === 0);
  if (documents.length < 2 || empty >= 0) {
    throw new RangeError(
      `Cannot pair sentences: there must be at least two documents, each with a ` +
        `sentence; found ${documents.length} documents` +
        (empty < 0 ? "" : `, document ${empty} empty`),
    );
  }
  return documents.flatMap((sentences, own) =>
    sentences.slice(1).map((next, i): SentencePair => {
      const first = sentences[i]!;
      if (random.uniform() < 0.5) return { first, second: next, label: 0 };
      const other = random.integer(documents.length - 1);
      const elsewhere = documents[other < own ? other : other + 1]!;
      const place = wrong === "anywhere"
        ? random.integer(elsewhere.length)
        : Math.min(i + 1, elsewhere.length - 1);
      return { first, second: elsewhere[place]!, label: 1 };
    })
  );
}
