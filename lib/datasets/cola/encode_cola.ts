/** Acceptability sentences as the ids that a model reads. @module */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { EncodedExample } from "../../batches/batches.ts";
import type { ColaExample } from "./cola.ts";

/**
 * Encodes each sentence with `[CLS]` and `[SEP]`, without padding.
 *
 * @param examples Sentences with their labels.
 * @param tokenizer The tokenizer of the model that will read them.
 * @param options `maxLength` in tokens; longer sentences lose their end, never
 * their `[SEP]`.
 * @returns One example for each sentence, in the same order.
 */
export function encodeCola(
  examples: readonly ColaExample[],
  tokenizer: Tokenizer,
  options: { maxLength: number },
): EncodedExample[] {
  return examples.map(({ sentence, label }) => {
    const { inputIds, tokenTypeIds } = tokenizer.encode(sentence, options);
    return { inputIds, tokenTypeIds, label };
  });
}
