/** What several checks say: about an answer's kind, and about numbers. @module */

import type { Verdict } from "./exercise.ts";

/** Says that an answer must be a function. */
export function judgeFunction(answer: unknown): Verdict {
  if (typeof answer === "function") return undefined;
  return `The answer must be a function; it is ${kindOf(answer)}.`;
}

/**
 * Judges a number, up to rounding.
 *
 * @param what What it is, such as "the loss of p = 0.5".
 * @param found What the answer gives.
 * @param expected The right number.
 */
export function judgeNumber(
  what: string,
  found: unknown,
  expected: number,
): Verdict {
  if (typeof found !== "number") {
    return `${what} must be a number; it is ${kindOf(found)}.`;
  }
  if (Math.abs(found - expected) <= 1e-6) return undefined;
  return `${what} must be ${shown(expected)}; it is ${shown(found)}.`;
}

/** Judges a list of numbers; see {@linkcode judgeNumber}. */
export function judgeNumbers(
  what: string,
  found: unknown,
  expected: readonly number[],
): Verdict {
  if (!Array.isArray(found)) {
    return `${what} must be a list of numbers; it is ${kindOf(found)}.`;
  }
  if (found.length !== expected.length) {
    return `${what} must have ${expected.length} entries; it has ${found.length}.`;
  }
  return firstVerdict(
    expected.map((value, i) =>
      judgeNumber(`Entry ${i} of ${lowerCase(what)}`, found[i], value)
    ),
  );
}

/** Judges a list of lists of numbers; see {@linkcode judgeNumber}. */
export function judgeMatrix(
  what: string,
  found: unknown,
  expected: readonly (readonly number[])[],
): Verdict {
  if (!Array.isArray(found)) {
    return `${what} must be a list of rows; it is ${kindOf(found)}.`;
  }
  if (found.length !== expected.length) {
    return `${what} must have ${expected.length} rows; it has ${found.length}.`;
  }
  return firstVerdict(
    expected.map((row, i) =>
      judgeNumbers(`Row ${i} of ${lowerCase(what)}`, found[i], row)
    ),
  );
}

function firstVerdict(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => verdict !== undefined);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
}

const lowerCase = (text: string): string =>
  text.charAt(0).toLowerCase() + text.slice(1);

/** At most four decimals. */
const shown = (value: number): string => String(Number(value.toFixed(4)));
