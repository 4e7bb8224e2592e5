/** Statistics of a few measurements: median, range, mean, deviation. @module */

/** The median of some values, and their range. */
export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
};

/**
 * Summarizes values.
 *
 * @param values At least one, in any order.
 * @returns Median (of an even number, the mean of the middle two) and range.
 * @throws {RangeError} If there are no values.
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) {
    throw new RangeError(
      "Cannot summarize values: there must be at least one; found none",
    );
  }
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * Compares a baseline with Bertbook round by round: what slows the machine down for a
 * while slows both, and leaves their ratio.
 *
 * @param baseline The baseline's times, round by round.
 * @param bertbook Bertbook's times, round by round.
 * @returns The ratio of the medians of all times, and the range of the rounds' ratios.
 */
export function ratioOf(
  baseline: readonly (readonly number[])[],
  bertbook: readonly (readonly number[])[],
): Spread {
  const ratio = (a: readonly number[], b: readonly number[]): number =>
    spreadOf(a).median / spreadOf(b).median;
  const each = baseline.map((times, i) => ratio(times, bertbook[i]!));
  return { ...spreadOf(each), median: ratio(baseline.flat(), bertbook.flat()) };
}

/** The sum. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The mean of at least one value. */
export function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

/** The standard deviation with n − 1 degrees of freedom; 0 for a single value. */
export function standardDeviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.map((value) => (value - mean) ** 2);
  return Math.sqrt(sumOf(squares) / Math.max(1, values.length - 1));
}

/**
 * Mean and standard deviation over seeds, as a cell of a table.
 *
 * @param values At least one; of a single one there is no deviation.
 * @param digits Digits after the point.
 */
export function meanText(values: readonly number[], digits: number): string {
  const mean = meanOf(values).toFixed(digits);
  return values.length === 1
    ? mean
    : `${mean} ± ${standardDeviationOf(values).toFixed(digits)}`;
}
