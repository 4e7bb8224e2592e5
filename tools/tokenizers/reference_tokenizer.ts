/** Reference tokenizer of Transformers.js, to compare Bertbook's with. @module */

import {
  AutoTokenizer,
  env,
  type PreTrainedTokenizer,
} from "@huggingface/transformers";
import { basename, dirname, resolve } from "node:path";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";

/**
 * Opens the tokenizer of a model folder with `@huggingface/transformers`.
 *
 * @param folder A folder with `tokenizer.json` and `tokenizer_config.json`.
 * @returns The reference tokenizer, loaded without any network.
 */
export function loadReference(folder: string): Promise<PreTrainedTokenizer> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(resolve(folder));
  return AutoTokenizer.from_pretrained(basename(resolve(folder)));
}

/** A text that the two tokenizers encode differently. */
export type Difference = {
  text: string;
  actual: number[];
  expected: number[];
};

/**
 * Encodes texts with both tokenizers and keeps those with different ids.
 *
 * @param texts Any texts.
 * @param tokenizer Bertbook's tokenizer.
 * @param reference The tokenizer of {@linkcode loadReference}.
 * @returns The differences, [] if the tokenizers are equal.
 */
export function differences(
  texts: readonly string[],
  tokenizer: Tokenizer,
  reference: PreTrainedTokenizer,
): Difference[] {
  return texts.flatMap((text) => {
    const actual = tokenizer.encode(text).inputIds;
    const expected = reference.encode(text);
    const equal = actual.length === expected.length &&
      actual.every((id, i) => id === expected[i]);
    return equal ? [] : [{ text, actual, expected }];
  });
}
