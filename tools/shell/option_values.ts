/** Option values of the command line: parsers for `npm:commander`. @module */

import { InvalidArgumentError } from "commander";
import { didYouMean } from "../../lib/options.ts";

/** A command line that cannot be run: one line in the terminal, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the text behind an option. */
export type Parser<T> = (text: string) => T;

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
