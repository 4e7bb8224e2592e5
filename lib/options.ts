/** Checks of options, made before work begins. @module */

import { distance } from "fastest-levenshtein";

/** One rule for one option. */
export type Rule = {
  readonly must: string;
  readonly holds: (value: number) => boolean;
};

/** The kinds of number that options are. */
export const RULES = {
  count: {
    must: "a whole number of at least 1",
    holds: (value) => Number.isSafeInteger(value) && value >= 1,
  },
  countOrNone: {
    must: "a whole number of at least 0",
    holds: (value) => Number.isSafeInteger(value) && value >= 0,
  },
  seed: {
    must: "a whole number in [0, 2147483647]",
    holds: (value) => isIndex(value, 2 ** 31),
  },
  positive: {
    must: "a finite number above 0",
    holds: (value) => Number.isFinite(value) && value > 0,
  },
  notNegative: {
    must: "a finite number of at least 0",
    holds: (value) => Number.isFinite(value) && value >= 0,
  },
  countOrEndless: {
    must: "a whole number of at least 1, or Infinity",
    holds: (value) =>
      value === Infinity || Number.isSafeInteger(value) && value >= 1,
  },
  share: {
    must: "a number in (0, 1]",
    holds: (value) => value > 0 && value <= 1,
  },
  belowOne: {
    must: "a number in [0, 1)",
    holds: (value) => value >= 0 && value < 1,
  },
  limit: { must: "above 0", holds: (value) => value > 0 },
} as const satisfies Record<string, Rule>;

/**
 * Checks one option.
 *
 * @param name Its name, for the message.
 * @param value Its value.
 * @param rule What it must be.
 * @throws {RangeError} If it is not.
 */
export function checkOption(name: string, value: number, rule: Rule): void {
  if (rule.holds(value)) return;
  throw new RangeError(
    `Cannot use ${name}: it must be ${rule.must}; found ${value}`,
  );
}

/**
 * Checks an option that is one of a few words: a notebook does not check types.
 *
 * @param name Its name, for the message.
 * @param value Its value.
 * @param choices The words.
 * @throws {RangeError} If it is none of them.
 */
export function checkChoice<T extends string>(
  name: string,
  value: T,
  choices: readonly T[],
): void {
  if (choices.includes(value)) return;
  const known = choices.map((choice) => `"${choice}"`).join(", ");
  throw new RangeError(
    `Cannot use ${name}: it must be one of ${known}; found ${
      JSON.stringify(value)
    }`,
  );
}

/**
 * Checks that all options are known: a notebook does not check types, and would ignore
 * a misspelled option in silence.
 *
 * @example
 * ```ts
 * import { checkKnownOptions } from "bertbook/options.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => checkKnownOptions("fine-tune", { weigthDecay: 0 }, ["epochs", "weightDecay"]),
 *   /did you mean "weightDecay"\?/,
 * );
 * ```
 *
 * @param action What cannot be done then, for the message: "load a model".
 * @param options The options.
 * @param known The names of all options.
 * @throws {TypeError} If the options are no object, or one is unknown.
 */
export function checkKnownOptions(
  action: string,
  options: object,
  known: readonly string[],
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${action}: its options must be an object; found ${
        JSON.stringify(options)
      }`,
    );
  }
  const unknown = Object.keys(options).find((option) =>
    !known.includes(option)
  );
  if (unknown === undefined) return;
  throw new TypeError(
    `Cannot ${action}: its options must be among ${known.join(", ")}; found ` +
      `"${unknown}"${didYouMean(unknown, known)}`,
  );
}

/**
 * The question "did you mean …?", if a known word is near.
 *
 * @example
 * ```ts
 * import { didYouMean } from "bertbook/options.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(didYouMean("trian", ["load", "train"]), '; did you mean "train"?');
 * assert.equal(didYouMean("foo", ["load", "train"]), "");
 * ```
 *
 * @param word What was typed; upper and lower case are the same.
 * @param known The words that it may be.
 * @returns The end of a message: empty if no word is within two edits, or a third of
 * its length, of what was typed. Half of a short word must be right.
 */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({
      name,
      edits: distance(word.toLowerCase(), name.toLowerCase()),
    }))
    .filter(({ name, edits }) =>
      edits <= Math.min(Math.max(2, name.length / 3), name.length / 2)
    )
    .toSorted((a, b) => a.edits - b.edits);
  return nearest === undefined ? "" : `; did you mean "${nearest.name}"?`;
}

function isIndex(value: number, below: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < below;
}
