/** How far two lists of numbers agree. @module */

/**
 * The correlation of the ranks of two lists: 1 where both have the same order, −1
 * where the orders are opposite.
 *
 * Spearman (1904), "The Proof and Measurement of Association between Two Things".
 * Equal values share the mean of their ranks.
 *
 * @example
 * ```ts
 * import { rankCorrelation } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rankCorrelation([1, 2, 3], [10, 20, 1_000]), 1);
 * ```
 *
 * @param a Numbers, [N].
 * @param b As many numbers, [N].
 * @returns A correlation in [-1, 1]; 0 where a list has only equal values.
 * @throws {RangeError} If the lengths differ or a value is not a number.
 */
export function rankCorrelation(
  a: readonly number[],
  b: readonly number[],
): number {
  if (a.length !== b.length || [...a, ...b].some(Number.isNaN)) {
    throw new RangeError(
      `Cannot correlate lists: they must be equally long, and of numbers; ` +
        `found ${a.length} and ${b.length} values`,
    );
  }
  const [x, y] = [centred(ranks(a)), centred(ranks(b))];
  const spread = Math.sqrt(dot(x, x) * dot(y, y));
  // Rounding may leave the range by a hair.
  return spread === 0 ? 0 : Math.max(-1, Math.min(1, dot(x, y) / spread));
}

/** The rank of each value, from 1; equal values share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const last = new Map(sorted.map((value, index) => [value, index]));
  const first = new Map(
    sorted.map((value, index) => [value, index] as const).reverse(),
  );
  return values.map((value) => 1 + (first.get(value)! + last.get(value)!) / 2);
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
