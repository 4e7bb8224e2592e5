/** Whether a tokenizer treats case as its vocabulary does. @module */

import type { Tokenizer } from "./tokenizer.ts";

/**
 * Says so when case and vocabulary do not fit: the model then sees `[UNK]`, or
 * lower-case letters, where it learned whole words.
 *
 * @param tokenizer The tokenizer.
 * @returns A warning for the reader, or undefined if all is well.
 */
export function casingWarning(tokenizer: Tokenizer): string | undefined {
  const { vocabulary, lowerCase } = tokenizer;
  // [CLS] and [unused1] are names, not text.
  const cased = vocabulary.pieces.find((piece) =>
    /\p{Lu}/u.test(piece) && !/^\[.*\]$/.test(piece)
  );
  if (lowerCase && cased !== undefined) {
    return `The vocabulary is cased (it holds "${cased}") but the tokenizer ` +
      `lower-cases, so its capitalised words are never used`;
  }
  if (!lowerCase && cased === undefined) {
    return `The vocabulary is uncased but the tokenizer keeps capitals, ` +
      `so every capitalised word becomes [UNK]`;
  }
  return undefined;
}
