/** Encoding of tagged words: sentences become token ids with a class for each word. @module */

import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { IGNORE_INDEX } from "./batches.ts";
import {
  type EncodedWords,
  encodeWords,
  type EncodeWordsOptions,
} from "./encode_words.ts";
import type { TokenExample } from "./head_batches.ts";

/** The same with the classes of its words. */
export type EncodedEntities = EncodedWords & TokenExample;

/**
 * Encodes tagged sentences for `fineTune`: the first piece of a word has its class; its
 * later pieces and special tokens have `IGNORE_INDEX`, as in Devlin et al. (2019),
 * section 5.3.
 *
 * A sentence that is too long becomes several examples with the same `sentence`, in which
 * every word has its class once: see {@linkcode encodeWords}.
 *
 * @example
 * ```ts
 * import { BertTokenizer, encodeEntities, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nada\nmet\nby\n##ron";
 * const tokenizer = new BertTokenizer(parseVocabulary(pieces, "vocab.txt"));
 * const examples = [{ words: ["Ada", "met", "Byron"], tags: [1, 0, 1] }];
 * assert.deepEqual(encodeEntities(tokenizer, examples, { maxLength: 8 }), [{
 *   inputIds: [2, 5, 6, 7, 8, 3],
 *   tokenTypeIds: [0, 0, 0, 0, 0, 0],
 *   tokenLabels: [-100, 1, 0, 1, -100, -100],
 *   sentence: 0,
 *   firstWord: 0,
 *   wordPositions: [1, 2, 3],
 * }]);
 * ```
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param examples The words of each sentence, and a class for each.
 * @param options The lengths.
 * @returns The examples, in the order of the sentences.
 * @throws {RangeError} If an example has not as many tags as words, or as
 * {@linkcode encodeWords}.
 */
export function encodeEntities(
  tokenizer: Tokenizer,
  examples: readonly {
    readonly words: readonly string[];
    readonly tags: readonly number[];
  }[],
  options: EncodeWordsOptions,
): EncodedEntities[] {
  for (const [index, { words, tags }] of examples.entries()) {
    if (words.length === tags.length) continue;
    throw new RangeError(
      `Cannot encode example ${index}: it must have a tag for each word; found ` +
        `${words.length} words, ${tags.length} tags`,
    );
  }
  const sentences = examples.map(({ words }) => words);
  return encodeWords(tokenizer, sentences, options).map((window) => {
    const { inputIds, sentence, firstWord, wordPositions } = window;
    const tokenLabels = inputIds.map(() => IGNORE_INDEX);
    for (const [i, position] of wordPositions.entries()) {
      tokenLabels[position] = examples[sentence]!.tags[firstWord + i]!;
    }
    return { ...window, tokenLabels };
  });
}
