/** Encoding of labelled texts: examples become token ids. @module */

import type { Truncation } from "../tokenizer/encoding.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { EncodedExample } from "./batches.ts";
import type { EncodedTargets } from "./head_batches.ts";

/** A text, or a pair of texts, with its class. */
export type TextExample = {
  readonly text: string;
  /** Sentence B of a pair. */
  readonly pair?: string;
  readonly label: number;
};

/** A text, or a pair of texts, with a number for each label. */
export type TextTargets = Omit<TextExample, "label"> & {
  /** [C]. */
  readonly targets: readonly number[];
};

/**
 * Encodes each example with `[CLS]` and `[SEP]`, without padding.
 *
 * @example
 * ```ts
 * import { BertTokenizer, encodeExamples, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ndogs\nbark";
 * const vocabulary = parseVocabulary(pieces, "vocab.txt");
 * const tokenizer = new BertTokenizer(vocabulary);
 * const examples = [{ text: "Dogs bark", label: 1 }];
 * assert.deepEqual(encodeExamples(tokenizer, examples, { maxLength: 3 }), [
 *   { inputIds: [2, 5, 3], tokenTypeIds: [0, 0, 0], label: 1, numTruncated: 1 },
 * ]);
 * ```
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param examples Texts with their labels; other fields are ignored.
 * @param options `maxLength` in tokens; `truncation`: which part of a longer text is
 * kept, by default its head. `[SEP]` is always kept.
 * @returns One example for each text, in the same order; `numTruncated` is the number
 * of pieces that were cut off.
 * @throws {RangeError} If `maxLength` leaves no room for the special tokens.
 */
export function encodeExamples(
  tokenizer: Tokenizer,
  examples: readonly TextExample[],
  options: { maxLength: number; truncation?: Truncation },
): (EncodedExample & { numTruncated: number })[] {
  return examples.map(({ text, pair = "", label }) => {
    const encoding = tokenizer.encode(text, { ...options, pair });
    const { inputIds, tokenTypeIds, numTruncated } = encoding;
    return { inputIds, tokenTypeIds, label, numTruncated };
  });
}

/**
 * Encodes examples of multi-label classification or of regression, likewise.
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param examples Texts with their targets; other fields are ignored.
 * @param options As those of {@linkcode encodeExamples}.
 * @returns One example for each text, in the same order; `numTruncated` is the number
 * of pieces that were cut off.
 * @throws {RangeError} If `maxLength` leaves no room for the special tokens.
 */
export function encodeTargets(
  tokenizer: Tokenizer,
  examples: readonly TextTargets[],
  options: { maxLength: number; truncation?: Truncation },
): (EncodedTargets & { numTruncated: number })[] {
  return examples.map(({ text, pair = "", targets }) => {
    const encoding = tokenizer.encode(text, { ...options, pair });
    const { inputIds, tokenTypeIds, numTruncated } = encoding;
    return { inputIds, tokenTypeIds, targets, numTruncated };
  });
}
