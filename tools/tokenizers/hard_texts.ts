/** Random texts that break tokenizers, from a seed. @module */

import { SPECIAL_TOKENS } from "../../lib/tokenizer/vocabulary.ts";

/** The part of a random stream that the texts need. */
type Random = { integer(below: number): number };

/** Makes one piece of text of a kind. */
type Fragment = (random: Random) => string;

/** One of the items. */
function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)]!;
}

/** `least` up to `most` results of `make`, joined. */
function some(least: number, most: number, make: Fragment): Fragment {
  return (random) => {
    const count = least + random.integer(most - least + 1);
    return Array.from({ length: count }, () => make(random)).join("");
  };
}

/** A character between two code points, both included. */
function between(first: number, last: number): Fragment {
  return (random) =>
    String.fromCodePoint(first + random.integer(last - first + 1));
}

/** A character of any of the ranges, each as likely as the others. */
function among(...ranges: [number, number][]): Fragment {
  return (random) => between(...pick(random, ranges))(random);
}

const letter = between(0x61, 0x7a);
const mark = among([0x300, 0x36f], [0x20d0, 0x20f0], [0xfe20, 0xfe2f]);
const person = between(0x1f466, 0x1f469);
const skin = between(0x1f3fb, 0x1f3ff);
const special: Fragment = (random) => pick(random, SPECIAL_TOKENS);

/** The kinds of text, by their difficulty. */
export const FRAGMENTS: Readonly<Record<string, Fragment>> = {
  word: some(1, 9, letter),
  capitals: some(1, 6, among([0x41, 0x5a], [0x61, 0x7a], [0x30, 0x39])),
  accented: some(1, 8, among([0x61, 0x7a], [0xc0, 0x24f], [0x1e00, 0x1eff])),
  decomposed: (random) =>
    some(1, 8, among([0x61, 0x7a], [0xc0, 0x24f]))(random).normalize("NFD"),
  stackedMarks: (random) => letter(random) + some(1, 6, mark)(random),
  han: some(1, 5, among([0x4e00, 0x9fff], [0x3400, 0x4dbf])),
  // The edges of the ranges that count as Han, from both sides.
  hanEdges: (random) =>
    String.fromCodePoint(
      pick(random, [0x3400, 0x4dc0, 0x4e00, 0x9fff, 0xf900, 0xfaff]) -
        random.integer(2),
    ),
  hanAbovePlane: some(1, 3, among([0x20000, 0x2ceaf], [0x2f800, 0x2fa1f])),
  kana: some(1, 6, among([0x3040, 0x30ff], [0x31f0, 0x31ff])),
  hangul: some(1, 5, among([0xac00, 0xd7a3], [0x1100, 0x11ff])),
  emoji: some(1, 3, among([0x1f300, 0x1faff], [0x2600, 0x27bf])),
  family: (random) =>
    `${person(random)}${skin(random)}\u200d${person(random)}\ufe0f`,
  flag: some(2, 2, between(0x1f1e6, 0x1f1ff)),
  zeroWidth: (random) =>
    letter(random) +
    among([0x200b, 0x200f], [0x2060, 0x206f], [0xfeff, 0xfeff])(random) +
    letter(random),
  control: some(1, 3, among([0x00, 0x1f], [0x7f, 0x9f])),
  whiteSpace: some(
    1,
    3,
    among([0x09, 0x0d], [0x20, 0x20], [0x2000, 0x200a], [0x2028, 0x202f]),
  ),
  rareSpace: (random) =>
    pick(random, ["\u0085", "\u00a0", "\u1680", "\u180e", "\u205f", "\u3000"]),
  hebrew: some(1, 6, between(0x591, 0x5f4)),
  arabic: some(1, 8, among([0x600, 0x6ff], [0xfb50, 0xfdff])),
  indic: some(1, 6, among([0x900, 0x97f], [0xe00, 0xe5b], [0xf00, 0xfda])),
  greek: some(1, 8, among([0x386, 0x3ff], [0x1f00, 0x1fff])),
  // A capital sigma is lower-cased by its position in the word.
  sigma: (random) => pick(random, ["ΟΔΟΣ", "Σ", "ΣΑΣ.", "ΑΣ̈", "Σ'Σ", "σΣ1Σ"]),
  caseTrap: (random) =>
    pick(random, ["İstanbul", "ẞß", "ﬁﬂ", "ǅ", "ŉ", "ΐ", "K", "Å", "ı"]),
  compatibility: some(1, 4, among([0xff00, 0xffef], [0x2100, 0x218f])),
  mathematical: some(1, 6, between(0x1d400, 0x1d7ff)),
  symbols: some(1, 4, among([0x2000, 0x2bff], [0xa1, 0xbf], [0x20a0, 0x20bf])),
  punctuation: some(
    1,
    12,
    among([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  ),
  continuation: (random) => `##${some(0, 4, letter)(random)}`,
  privateUse: some(1, 2, among([0xe000, 0xf8ff], [0xf0000, 0x10fffd])),
  loneSurrogate: (random) =>
    String.fromCharCode(0xd800 + random.integer(0x800)) + letter(random),
  unassigned: among([0x378, 0x379], [0xe0080, 0xe00ff], [0x2fe0, 0x2fef]),
  replacement: () => "\ufffd",
  anyCharacter: some(1, 4, between(0, 0x10ffff)),
  // Around 100 characters, from which on a word becomes [UNK].
  longWord: some(95, 105, letter),
  longAstralWord: some(95, 105, between(0x1d400, 0x1d7ff)),
  hugeWord: (random) => letter(random).repeat(200 + random.integer(2000)),
  specialToken: special,
  glued: (random) => letter(random) + special(random) + letter(random),
  smallSpecial: (random) => special(random).toLowerCase(),
  brokenSpecial: (random) => special(random).replace("]", "\u200b]"),
  nestedSpecial: (random) => `[${special(random)}`,
};

/**
 * Makes texts from fragments of every kind, glued or spaced at random.
 *
 * @param count How many texts.
 * @param random The source of choices; the same source makes the same texts.
 * @returns The texts, [count].
 */
export function hardTexts(count: number, random: Random): string[] {
  const fragments = Object.values(FRAGMENTS);
  return Array.from({ length: count }, () =>
    Array.from(
      { length: 1 + random.integer(6) },
      () => pick(random, fragments)(random),
    ).join(pick(random, ["", " ", " ", "  "])));
}
