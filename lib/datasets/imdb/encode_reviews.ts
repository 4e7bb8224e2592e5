/** Reviews as the ids that a model reads. @module */

import type { Truncation } from "../../tokenizer/encoding.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { EncodedExample } from "../../batches/batches.ts";
import type { ImdbExample } from "./imdb.ts";

/** A review as ids, and what it lost on the way. */
export type EncodedReview = EncodedExample & {
  /** Pieces that were cut off. */
  numTruncated: number;
};

/**
 * Makes plain text of a review: IMDB's come with the line breaks of their web page.
 *
 * @param review A review as it stands in the file.
 * @returns The review, a line end for each `<br />`.
 */
export function plainReview(review: string): string {
  return review.replace(/<br\s*\/?>/gi, "\n");
}

/**
 * Encodes each review with `[CLS]` and `[SEP]`, without padding.
 *
 * @param examples Reviews with their verdicts.
 * @param tokenizer The tokenizer of the model that will read them.
 * @param options `maxLength` in tokens, and which part of a longer review stays:
 * its head unless told.
 * @returns One example for each review, in the same order.
 */
export function encodeReviews(
  examples: readonly ImdbExample[],
  tokenizer: Tokenizer,
  options: { maxLength: number; truncation?: Truncation },
): EncodedReview[] {
  return examples.map(({ review, label }) => {
    const text = plainReview(review);
    const { inputIds, tokenTypeIds, numTruncated } = tokenizer.encode(
      text,
      options,
    );
    return { inputIds, tokenTypeIds, label, numTruncated };
  });
}
