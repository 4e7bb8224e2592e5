/**
 * Sub-words as in the first Transformer: a tokenizer that can be undone exactly.
 *
 * The four phases are those of `SubwordTextEncoder` in tensor2tensor (Vaswani et al.,
 * 2018, "Tensor2Tensor for Neural Machine Translation"): split into runs, escape, take the
 * longest subtokens, and back by concatenation.
 *
 * @module
 */

/** The characters that escapes are written with. */
const ESCAPES = "\\_u;0123456789";

/** How often the list is made again from the split by the list before. */
const ROUNDS = 4;

/**
 * Phase 1: splits into runs of letters and digits, and runs of everything else.
 *
 * A single space between two words is dropped, as {@linkcode decodeSubwords} puts it back.
 *
 * @example
 * ```ts
 * import { splitRuns } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitRuns("so it is, is it?"), ["so", "it", "is", ", ", "is", "it", "?"]);
 * ```
 *
 * @param text Any text.
 * @returns Its runs, none empty.
 */
export function splitRuns(text: string): string[] {
  const runs = text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? [];
  const last = runs.length - 1;
  return runs.filter((run, i) => run !== " " || i === 0 || i === last);
}

/**
 * Phase 2: ends a token with `_`, and spells out what would be in the way of that or is
 * not in the alphabet.
 *
 * @example
 * ```ts
 * import { escapeToken } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeToken("café", new Set("caf")), "caf\\233;_");
 * assert.equal(escapeToken("_", new Set("\\u")), "\\u_");
 * ```
 *
 * @param token A run.
 * @param alphabet The characters that stay, or a list of subtokens with them.
 * @returns The token in characters of the alphabet, `_`, and those of escapes.
 */
export function escapeToken(
  token: string,
  alphabet: ReadonlySet<string>,
): string {
  const escaped = token.replaceAll("\\", "\\\\").replaceAll("_", "\\u");
  const letters = Array.from(
    escaped,
    (c) => alphabet.has(c) ? c : `\\${c.codePointAt(0)};`,
  );
  return letters.join("") + "_";
}

/** Undoes {@linkcode escapeToken}; the `_` at the end is already cut off. */
function unescapeToken(escaped: string): string {
  return escaped.replace(
    /\\(?:(\\|u)|(\d+);)/g,
    (_, kind: string | undefined, code: string) =>
      kind === undefined
        ? String.fromCodePoint(Number(code))
        : kind.replace("u", "_"),
  );
}

/**
 * Phase 3: from the left, always the longest subtoken in the list.
 *
 * @example
 * ```ts
 * import { longestSubtokens } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const list = new Set(["b", "a", "n", "_", "an", "ana"]);
 * assert.deepEqual(longestSubtokens("banana_", list), ["b", "ana", "n", "a", "_"]);
 * ```
 *
 * @param escaped A token from {@linkcode escapeToken}.
 * @param subtokens The list; it has every character of the token.
 * @returns Subtokens whose concatenation is the token.
 * @throws {RangeError} If a character is not in the list.
 */
export function longestSubtokens(
  escaped: string,
  subtokens: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  for (let start = 0, end = escaped.length; start < escaped.length;) {
    while (end > start && !subtokens.has(escaped.slice(start, end))) end--;
    if (end === start) {
      throw new RangeError(
        `Cannot split "${escaped}": the list of subtokens must have all its ` +
          `characters; found no "${escaped[start]}"`,
      );
    }
    found.push(escaped.slice(start, end));
    [start, end] = [end, escaped.length];
  }
  return found;
}

/**
 * Phases 1 to 3.
 *
 * @param text Any text.
 * @param subtokens From {@linkcode learnSubtokens}.
 * @returns Its subtokens.
 */
export function encodeSubwords(
  text: string,
  subtokens: ReadonlySet<string>,
): string[] {
  return splitRuns(text).flatMap((run) =>
    longestSubtokens(escapeToken(run, subtokens), subtokens)
  );
}

/**
 * Phase 4, the way back: concatenates, cuts at `_`, and takes back escapes and dropped
 * spaces.
 *
 * @example
 * ```ts
 * import { decodeSubwords, encodeSubwords, learnSubtokens } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const subtokens = learnSubtokens(["so it is"], { minCount: 2 });
 * const text = "So  _is_ it, Zoë?";
 * assert.equal(decodeSubwords(encodeSubwords(text, subtokens)), text);
 * ```
 *
 * @param subtokens From {@linkcode encodeSubwords}.
 * @returns The text, exactly.
 */
export function decodeSubwords(subtokens: readonly string[]): string {
  const runs = subtokens.join("").split("_").slice(0, -1).map(unescapeToken);
  return runs.map((run, i) =>
    i > 0 && isWord(run) && isWord(runs[i - 1]!) ? ` ${run}` : run
  ).join("");
}

function isWord(run: string): boolean {
  return /^[\p{L}\p{N}]/u.test(run);
}

/**
 * Learns a list of subtokens: the characters of the texts, and the strings that are
 * frequent where a subtoken of the list before begins.
 *
 * @param texts The training texts.
 * @param options `minCount`: how often a string must occur.
 * @returns The list.
 * @throws {RangeError} If `minCount` is no positive whole number.
 */
export function learnSubtokens(
  texts: readonly string[],
  { minCount }: { readonly minCount: number },
): Set<string> {
  if (!(Number.isInteger(minCount) && minCount >= 1)) {
    throw new RangeError(
      `Cannot learn subtokens: minCount must be a positive whole number; ` +
        `found ${minCount}`,
    );
  }
  // Longer strings are cut between UTF-16 units: no character may have two.
  const alphabet = [...new Set([ESCAPES, ...texts].join(""))]
    .filter((character) => character.length === 1);
  let subtokens = new Set(alphabet);
  const tokens = new Map<string, number>();
  for (const run of texts.flatMap(splitRuns)) {
    count(tokens, escapeToken(run, subtokens), 1);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const counts = countStrings(tokens, subtokens);
    subtokens = new Set(alphabet);
    const longestFirst = [...counts.keys()]
      .sort((a, b) => b.length - a.length);
    for (const string of longestFirst) {
      const times = counts.get(string)!;
      if (times < minCount) continue;
      subtokens.add(string);
      // Where the string is used, its beginnings are not.
      for (let end = 1; end < string.length; end++) {
        count(counts, string.slice(0, end), -times);
      }
    }
  }
  return subtokens;
}

/** The strings that begin where a subtoken begins, and how often they occur. */
function countStrings(
  tokens: ReadonlyMap<string, number>,
  subtokens: ReadonlySet<string>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [token, times] of tokens) {
    let start = 0;
    for (const subtoken of longestSubtokens(token, subtokens)) {
      for (let end = start + 1; end <= token.length; end++) {
        count(counts, token.slice(start, end), times);
      }
      start += subtoken.length;
    }
  }
  return counts;
}

function count(
  counts: Map<string, number>,
  string: string,
  times: number,
): void {
  counts.set(string, (counts.get(string) ?? 0) + times);
}
