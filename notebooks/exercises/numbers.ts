/** Judging numbers, lists of numbers and matrices in answers. @module */

import type { Verdict } from "./exercise.ts";

/** A number, a list of numbers, or a matrix. */
export type Numbers = number | readonly Numbers[];

/** What rounding may change. */
const TOLERANCE = 1e-6;

/**
 * Compares what an answer returned with what it should have returned.
 *
 * @param call The call, as a reader would write it, such as `f([1, 2])`.
 * @param actual What the answer returned.
 * @param expected What is right.
 * @returns What is wrong, or undefined.
 */
export function judgeNumbers(
  call: string,
  actual: unknown,
  expected: Numbers,
): Verdict {
  if (isSame(actual, expected)) return undefined;
  return `${call} must be ${inWords(expected)}; found ${inWords(actual)}.`;
}

/**
 * Says whether an answer is a function.
 *
 * @param answer The answer.
 * @param signature What it takes, such as `(x) => …`.
 */
export function judgeFunction(answer: unknown, signature: string): Verdict {
  if (typeof answer === "function") return undefined;
  return `The answer must be a function, ${signature}; found ${
    inWords(answer)
  }.`;
}

function isSame(actual: unknown, expected: Numbers): boolean {
  if (typeof expected === "number") {
    return typeof actual === "number" &&
      (actual === expected ||
        Math.abs(actual - expected) <=
          TOLERANCE * Math.max(1, Math.abs(expected)));
  }
  return Array.isArray(actual) && actual.length === expected.length &&
    expected.every((each, i) => isSame(actual[i], each));
}

/** A value in few characters: at most six digits for each number. */
function inWords(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return `[${value.map(inWords).join(", ")}]`;
  if (typeof value === "function") return "a function";
  return JSON.stringify(value) ?? String(value);
}
