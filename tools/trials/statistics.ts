/** Many times → the few figures of a row. @module */

/** The middle of some figures, and how far they spread. */
export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
};

/**
 * Sums figures up.
 *
 * @param values At least one, in any order.
 * @returns Median (of an even number, the mean of the middle two), least and greatest.
 * @throws {RangeError} If there are no values.
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) {
    throw new RangeError(
      "Cannot sum figures up as there must be at least one: found none",
    );
  }
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * Compares two contestants that took turns, round by round: what slows the
 * machine down for a while slows both of them, and leaves the ratio.
 *
 * @param rounds Of a contestant, the times of each round.
 * @param ours The same of the one it is compared with.
 * @returns The ratio of all times' medians; least and greatest of the rounds'.
 */
export function ratioOf(
  rounds: readonly (readonly number[])[],
  ours: readonly (readonly number[])[],
): Spread {
  const ratio = (a: readonly number[], b: readonly number[]): number =>
    spreadOf(a).median / spreadOf(b).median;
  const each = rounds.map((times, i) => ratio(times, ours[i]!));
  return { ...spreadOf(each), median: ratio(rounds.flat(), ours.flat()) };
}

/**
 * The mean.
 *
 * @param values At least one.
 */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The standard deviation that a sample suggests, with n − 1 below the line.
 *
 * @param values At least one; a single one gives 0.
 */
export function standardDeviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.map((value) => (value - mean) ** 2);
  const freedom = Math.max(1, values.length - 1);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / freedom);
}
