/** The plainest tokenizer: a word is what stands between white space. @module */

/**
 * Splits at white space; case and punctuation stay as they are.
 *
 * @example
 * ```ts
 * import { splitAtWhitespace } from "bertbook/tokenizer/whitespace.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitAtWhitespace("Who 's there?"), ["Who", "'s", "there?"]);
 * ```
 *
 * @param text Any text.
 * @returns Its words, none empty.
 */
export function splitAtWhitespace(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}
