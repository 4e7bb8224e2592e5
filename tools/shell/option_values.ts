/** The values of options: words of a list, numbers of a range. @module */

import { closest } from "fastest-levenshtein";
import { UsageError } from "./command.ts";

/** Least and greatest value. */
export type Range = readonly [least: number, most: number];

/**
 * Reads a list with commas.
 *
 * @param text What stood behind the option.
 * @returns Each item once, in their order.
 */
export function itemsOf(text: string): string[] {
  return [...new Set(text.split(",").map((item) => item.trim()))];
}

/**
 * The value of an option that takes no list.
 *
 * @param option The option's name.
 * @param values What stood behind it.
 * @returns The one value.
 * @throws {UsageError} If there are several.
 */
export function onlyOne<T>(option: string, values: readonly T[]): T {
  const [first, ...others] = values;
  if (others.length === 0) return first!;
  throw new UsageError(
    `Cannot read --${option} as it takes one value: found ` +
      `"${values.join(",")}"; write --${option}=${first}`,
  );
}

/**
 * Reads a list of known words.
 *
 * @param option The option's name.
 * @param text What stood behind it.
 * @param known The words that it may be.
 * @returns Each word once, in their order.
 * @throws {UsageError} If a word is unknown; the nearest one is named.
 */
export function choicesOf<T extends string>(
  option: string,
  text: string,
  known: readonly T[],
): T[] {
  return itemsOf(text).map((item) => {
    const found = known.find((name) => name === item);
    if (found !== undefined) return found;
    throw new UsageError(
      `Cannot read --${option} as it must be one of ${
        known.join(", ")
      }: found ` +
        `"${item}"; did you mean ${closest(item, [...known])}?`,
    );
  });
}

/**
 * Reads a list of whole numbers.
 *
 * @param option The option's name.
 * @param text What stood behind it.
 * @param range What they must lie in.
 * @returns Each number once, in their order.
 * @throws {UsageError} If an item is no whole number in the range; the nearest one is
 * named.
 */
export function wholeNumbersOf(
  option: string,
  text: string,
  [least, most]: Range,
): number[] {
  return itemsOf(text).map((item) => {
    const value = Number(item);
    if (/^\d+$/.test(item) && value >= least && value <= most) return value;
    const nearest = Math.min(most, Math.max(least, Math.round(value)));
    const way = item === "" || Number.isNaN(nearest)
      ? "write it in digits"
      : `did you mean ${nearest}?`;
    throw new UsageError(
      `Cannot read --${option} as it must be a whole number from ${least} to ` +
        `${most}: found "${item}"; ${way}`,
    );
  });
}

/**
 * Reads a list of numbers.
 *
 * @param option The option's name.
 * @param text What stood behind it.
 * @param range What they must lie in.
 * @returns Each number once, in their order.
 * @throws {UsageError} If an item is no number in the range.
 */
export function numbersOf(
  option: string,
  text: string,
  [least, most]: Range,
): number[] {
  const values = itemsOf(text).map((item) => {
    const value = Number(item);
    if (item !== "" && value >= least && value <= most) return value;
    throw new UsageError(
      `Cannot read --${option} as it must be a number from ${least} to ${most}: ` +
        `found "${item}"`,
    );
  });
  return [...new Set(values)];
}
