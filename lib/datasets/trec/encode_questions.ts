/** Questions as the ids that a model reads. @module */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { EncodedExample } from "../../batches/batches.ts";
import type { TrecExample } from "./trec.ts";

/**
 * Encodes each question with `[CLS]` and `[SEP]`, without padding.
 *
 * @param examples Questions with their classes.
 * @param tokenizer The tokenizer of the model that will read them.
 * @param options `maxLength` in tokens; longer questions lose their end, never
 * their `[SEP]`.
 * @returns One example for each question, in the same order.
 */
export function encodeQuestions(
  examples: readonly TrecExample[],
  tokenizer: Tokenizer,
  options: { maxLength: number },
): EncodedExample[] {
  return examples.map(({ question, label }) => {
    const { inputIds, tokenTypeIds } = tokenizer.encode(question, options);
    return { inputIds, tokenTypeIds, label };
  });
}
