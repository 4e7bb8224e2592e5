/** What every list of the lexicon is made of: words that are either shared or held out. @module */

/** A word of an open class; a held-out word is only ever seen out of domain. */
export type Entry = { readonly heldOut: boolean };

/**
 * Turns a list of words into entries.
 *
 * @example Words after the bar are held out
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(entries("cat dog | owl", (noun) => ({ noun })).at(-1), { noun: "owl", heldOut: true });
 * ```
 * @param words The words, separated by white space, or by commas if some are phrases.
 * @param describe What the lexicon knows about one word.
 * @returns One entry a word, in the same order.
 */
export function entries<T extends object>(
  words: string,
  describe: (word: string) => T,
): readonly (T & Entry)[] {
  const separator = words.includes(",") ? /,\s*/ : /\s+/;
  return words.replace(/\s+/g, " ").split("|").flatMap((side, index) =>
    side.trim().split(separator).filter((word) => word !== "")
      .map((word) => ({ ...describe(word), heldOut: index === 1 }))
  );
}
