/** Word pieces for words that another tokenizer has split. @module */

import { tokenize, type Tokenizer } from "./tokenizer.ts";
import { UNK } from "./vocabulary.ts";

/** How corpora that were tokenized before BERT write a word that they left out. */
const LEFT_OUT = "<unk>";

/**
 * Spells each word with the pieces of BERT's tokenizer; `<unk>` becomes `[UNK]`.
 *
 * Without that rule `<unk>` would become the three pieces `<`, `unk`, `>`, which
 * pretraining never showed to mean "some word".
 *
 * @example
 * ```ts
 * import { splitIntoWords } from "bertbook/tokenizer/split_into_words.ts";
 * import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\n##s";
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * assert.deepEqual(
 *   splitIntoWords(["<unk>", "Plays"], { vocabulary, lowerCase: true }),
 *   ["[UNK]", "play", "##s"],
 * );
 * ```
 *
 * @param words Words of any tokenizer.
 * @param tokenizer BERT's.
 * @returns The pieces of all words, without special tokens of its own.
 */
export function splitIntoWords(
  words: readonly string[],
  tokenizer: Tokenizer,
): string[] {
  return words.flatMap((word) =>
    word === LEFT_OUT ? [UNK] : tokenize(word, tokenizer)
  );
}
