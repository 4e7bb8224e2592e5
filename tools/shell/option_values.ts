/** Option values of the command line: parsers for `npm:commander`. @module */

import { InvalidArgumentError } from "commander";
import { distance } from "fastest-levenshtein";

/** A command line that cannot be run: one line in the terminal, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the text behind an option. */
export type Parser<T> = (text: string) => T;

/**
 * The question "did you mean …?", if a known word is near.
 *
 * @example
 * ```ts
 * import { didYouMean } from "./option_values.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(didYouMean("trian", ["load", "train"]), '; did you mean "train"?');
 * assert.equal(didYouMean("foo", ["load", "train"]), "");
 * ```
 *
 * @param word What was typed.
 * @param known The words that it may be.
 * @returns The end of a message: empty if none is within two edits.
 */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, edits: distance(word, name) }))
    .filter(({ name, edits }) => edits <= Math.min(2, name.length / 2))
    .toSorted((a, b) => a.edits - b.edits);
  return nearest === undefined ? "" : `; did you mean "${nearest.name}"?`;
}

/** A parser of any text but the empty one. */
export function text(given: string): string {
  if (given !== "") return given;
  throw new InvalidArgumentError("it must not be empty");
}

/** A parser of one of some known words. */
export function oneOf<T extends string>(known: readonly T[]): Parser<T> {
  return (given) => {
    const found = known.find((name) => name === given);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(
      `it must be one of ${known.join(", ")}; found "${given}"` +
        didYouMean(given, known),
    );
  };
}

/** A parser of numbers from `least` to `most`. */
export function number(least: number, most: number): Parser<number> {
  return (given) => {
    const value = Number(given);
    if (given !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `it must be a number from ${least} to ${most}; found "${given}"`,
    );
  };
}

/** A parser of whole numbers from `least` to `most`. */
export function count(least: number, most: number): Parser<number> {
  return (given) => {
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `it must be a whole number from ${least} to ${most}; found "${given}"`,
    );
  };
}

/** A parser of `all`, which is infinitely many, or of a whole number. */
export function countOrAll(given: string): number {
  return given === "all" ? Infinity : count(1, 1_000_000)(given);
}

/** A parser of a list with commas: each item once, in their order. */
export function listOf<T>(item: Parser<T>): Parser<readonly T[]> {
  return (given) => [
    ...new Set(given.split(",").map((part) => item(part.trim()))),
  ];
}
