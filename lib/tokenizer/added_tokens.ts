/**
 * Added tokens, the special ones among them: kept whole wherever a text has them written
 * out, before it is split into words.
 *
 * The rules are those of `AddedVocabulary` in Python's `tokenizers` 0.23.3.
 *
 * @module
 */

import { LETTER } from "./unicode.ts";

/** A token beside the word pieces, and where a text has it. */
export type AddedToken = {
  readonly content: string;
  /** Whether decoding can skip it. */
  readonly special: boolean;
  /** Whether it is looked for in the normalized text, in its normalized spelling. */
  readonly normalized: boolean;
  /** Whether it is none inside a word. */
  readonly singleWord: boolean;
  /** Whether it takes the white space before it. */
  readonly lstrip: boolean;
  /** Whether it takes the white space after it. */
  readonly rstrip: boolean;
};

/**
 * A special token as BERT's are: found exactly as it is written, anywhere.
 *
 * @param content How it is written.
 * @returns The token.
 */
export function specialToken(content: string): AddedToken {
  const flags = { singleWord: false, lstrip: false, rstrip: false };
  return { content, special: true, normalized: false, ...flags };
}

/** An added token where a text has it, with the white space that it takes. */
export type FoundToken = { readonly token: AddedToken; readonly text: string };

/** A part of a text: plain text, or an added token. */
export type Section = string | FoundToken;

const SYNTAX = /[\\^$.*+?()[\]{}|\/]/g;
const BEGINS_WITH_LETTER = new RegExp(`^[${LETTER}]`, "v");
// With the flag "u", V8 15.0 finds no letter above U+FFFF at the end.
const ENDS_WITH_LETTER = new RegExp(`[${LETTER}]$`, "v");

/**
 * Makes a function that cuts texts before and after each added token; of tokens that
 * begin at the same place it takes the longest.
 *
 * @example
 * ```ts
 * import { specialToken, tokenFinder } from "bertbook/tokenizer/added_tokens.ts";
 * import assert from "node:assert/strict";
 *
 * const mask = specialToken("[MASK]");
 * assert.deepEqual(tokenFinder([mask])("a [MASK]"), [
 *   "a ",
 *   { token: mask, text: "[MASK]" },
 * ]);
 * ```
 *
 * @param tokens The tokens.
 * @param spellingOf How the texts spell the content of a token; default as it is.
 * @returns The function; its result has no empty text, and all of it is the text.
 */
export function tokenFinder(
  tokens: readonly AddedToken[],
  spellingOf: (content: string) => string = (content) => content,
): (text: string) => Section[] {
  const bySpelling = new Map<string, AddedToken>();
  for (const token of tokens) {
    const spelling = spellingOf(token.content);
    if (!bySpelling.has(spelling)) bySpelling.set(spelling, token);
  }
  bySpelling.delete("");
  if (bySpelling.size === 0) return (text) => text === "" ? [] : [text];
  const longestFirst = [...bySpelling.keys()]
    .sort((a, b) => b.length - a.length)
    .map((spelling) => spelling.replace(SYNTAX, "\\$&"));
  const pattern = new RegExp(longestFirst.join("|"), "gu");
  return (text) => {
    const sections: Section[] = [];
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      const token = bySpelling.get(match[0])!;
      const before = text.slice(0, match.index);
      const after = text.slice(match.index + match[0].length);
      if (
        token.singleWord &&
        (ENDS_WITH_LETTER.test(before.slice(-2)) ||
          BEGINS_WITH_LETTER.test(after))
      ) continue;
      const start = (token.lstrip ? before.trimEnd() : before).length;
      const stop = text.length -
        (token.rstrip ? after.trimStart() : after).length;
      if (end < start) sections.push(text.slice(end, start));
      sections.push({ token, text: text.slice(Math.max(start, end), stop) });
      end = stop;
    }
    if (end < text.length) sections.push(text.slice(end));
    return sections;
  };
}
