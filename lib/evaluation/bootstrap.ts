/** How far a metric would move on another sample of the same size. @module */

/** An interval around a statistic. */
export type Interval = {
  low: number;
  high: number;
  /** The statistic of each round, ascending. */
  samples: number[];
};

/**
 * The percentile bootstrap interval: draws as many examples as there are, with
 * replacement, many times, and cuts both tails off the statistic's values.
 *
 * Efron (1979); Efron and Tibshirani (1993), section 13.3. Quantiles are
 * interpolated linearly, as NumPy does (type 7 of Hyndman and Fan, 1996).
 *
 * @example
 * ```ts
 * import { bootstrapInterval, randomStream } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const right = [1, 1, 0, 1, 1, 0, 1, 1];
 * const share = (indices: number[]): number =>
 *   indices.reduce((total, i) => total + right[i]!, 0) / indices.length;
 * const { low, high } = bootstrapInterval(8, share, { random: randomStream(7) });
 * assert.ok(low < 0.75 && 0.75 < high);
 * ```
 *
 * @param count N: number of examples.
 * @param statistic The metric on the drawn examples, given by their indices.
 * @param options `random`: source of the draws; `rounds`: 1,000 by default;
 * `confidence`: share of the rounds inside the interval, 0.95 by default.
 * @returns The interval.
 * @throws {RangeError} If there is no example or no round, or `confidence` is
 * outside (0, 1).
 */
export function bootstrapInterval(
  count: number,
  statistic: (indices: number[]) => number,
  options: {
    random: { integer(below: number): number };
    rounds?: number;
    confidence?: number;
  },
): Interval {
  const { random, rounds = 1000, confidence = 0.95 } = options;
  if (!(count >= 1 && rounds >= 1 && confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `Cannot draw samples: count and rounds must be at least 1 and ` +
        `confidence between 0 and 1; found count=${count}, ` +
        `rounds=${rounds}, confidence=${confidence}`,
    );
  }
  const samples = Array.from(
    { length: rounds },
    () => statistic(Array.from({ length: count }, () => random.integer(count))),
  );
  return intervalOf(samples, confidence);
}

/**
 * The interval between the tails of some samples.
 *
 * @param samples At least one, in any order.
 * @param confidence The share of them that it holds.
 * @returns The interval.
 */
export function intervalOf(
  samples: readonly number[],
  confidence = 0.95,
): Interval {
  const sorted = samples.toSorted((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return {
    low: quantile(sorted, tail),
    high: quantile(sorted, 1 - tail),
    samples: sorted,
  };
}

/** The value below which a share of the sorted values lies. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
