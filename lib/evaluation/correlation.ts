/** Correlation of two lists of numbers: of the values, and of their ranks. @module */

/**
 * Pearson's correlation: the covariance over the product of the standard deviations.
 *
 * The numbers are those of SciPy's `pearsonr`, which gives NaN instead of 0.
 *
 * @example
 * ```ts
 * import { pearsonCorrelation } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(pearsonCorrelation([1, 2, 3], [8, 6, 4]), -1);
 * ```
 *
 * @param a Numbers, [N].
 * @param b As many numbers, [N].
 * @returns A correlation in [-1, 1]; 0 where a list has only equal values.
 * @throws {RangeError} If the lengths differ or a value is not a number.
 */
export function pearsonCorrelation(
  a: readonly number[],
  b: readonly number[],
): number {
  checkLists(a, b);
  // The mean of equal values may differ from them by rounding.
  if (areEqual(a) || areEqual(b)) return 0;
  const [x, y] = [centred(a), centred(b)];
  const spread = Math.sqrt(dot(x, x) * dot(y, y));
  // Rounding may leave the range by a hair.
  return spread === 0 ? 0 : Math.max(-1, Math.min(1, dot(x, y) / spread));
}

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
  checkLists(a, b);
  return pearsonCorrelation(ranks(a), ranks(b));
}

function checkLists(a: readonly number[], b: readonly number[]): void {
  if (a.length === b.length && ![...a, ...b].some(Number.isNaN)) return;
  throw new RangeError(
    `Cannot correlate lists: they must be equally long, and of numbers; ` +
      `found ${a.length} and ${b.length} values`,
  );
}

function areEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
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
