/** Minimal pairs: one template that writes an acceptable and an unacceptable sentence. @module */

/** Two sentences that differ in one point of grammar (Warstadt et al., 2020, section 3). */
export type Pair = {
  readonly acceptable: string;
  readonly unacceptable: string;
};

/** The point of a template where the two sentences part. */
export type Choice = { readonly right: string; readonly wrong: string };

/** Words that are written with a vowel and spoken with a consonant, or the reverse. */
const SOUND = {
  consonant: /^(uni|use|euro|one\b)/i,
  vowel: /^(hour|honest|heir)/i,
};

/**
 * Marks where the two sentences of a pair part.
 *
 * @param right What the acceptable sentence says there.
 * @param wrong What the unacceptable sentence says there.
 * @returns The choice, for a template of `pair`.
 */
export function or(right: string, wrong: string): Choice {
  return { right, wrong };
}

/**
 * Writes both sentences of a minimal pair.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(pair`the keys ${or("are", "is")} old.`.unacceptable, "The keys is old.");
 * ```
 * @param parts The template's fixed text.
 * @param values Words, and at least one choice between two wordings.
 * @returns The two sentences, capitalised, with a or an as the next sound asks.
 */
export function pair(
  parts: TemplateStringsArray,
  ...values: (string | Choice)[]
): Pair {
  const write = (side: keyof Choice): string =>
    sentence(String.raw(
      { raw: parts },
      ...values.map((value) => typeof value === "string" ? value : value[side]),
    ));
  return { acceptable: write("right"), unacceptable: write("wrong") };
}

/** Tidies the spaces, picks a or an, and begins with a capital letter. */
function sentence(text: string): string {
  const spaced = text.replace(/\s+/g, " ").replace(/ (?=[.,?!])/g, "").trim();
  const articled = spaced.replace(/\b(a) (\w+)/gi, (phrase, article, next) => {
    const vowel = SOUND.vowel.test(next) ||
      (/^[aeiou]/i.test(next) && !SOUND.consonant.test(next));
    return vowel ? `${article}n ${next}` : phrase;
  });
  return articled[0]!.toUpperCase() + articled.slice(1);
}
