/**
 * Counter-based random stream: a seed and a few counters (epoch, step, purpose) give the
 * numbers, the same on every platform.
 *
 * The generator is Philox 4x32-10: Salmon, Moraes, Dror and Shaw (2011), "Parallel
 * Random Numbers: As Easy as 1, 2, 3", section 3.3.
 *
 * @module
 */

import { cos, log } from "../../exact_math.ts";
import { philox } from "./philox.ts";

/** Random numbers in a fixed order. */
export type RandomStream = {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform among 0, 1, … `below` − 1. */
  integer(below: number): number;
  /** A shuffled copy; every order is equally likely. */
  shuffle<T>(items: readonly T[]): T[];
  /** Normal with mean 0 and variance 1. */
  normal(): number;
};

const MAX_COUNTERS = 3;
const TWO_32 = 2 ** 32;

/**
 * Opens the stream of a seed and its counters.
 *
 * @example The same seed and epoch give the same order
 * ```ts
 * import { randomStream } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const order = (epoch: number) => randomStream(42, epoch).shuffle([0, 1, 2, 3, 4]);
 * assert.deepEqual(order(1), order(1));
 * assert.notDeepEqual(order(1), order(2));
 * ```
 *
 * @param seed A whole number from 0 to 2⁵³ − 1.
 * @param counters Up to three whole numbers from 0 to 2³² − 1; another list, or
 * another length of it, is another stream.
 * @returns The stream, at its start.
 * @throws {RangeError} If the seed or a counter is not such a number.
 */
export function randomStream(
  seed: number,
  ...counters: number[]
): RandomStream {
  checkNumbers(seed, counters);
  // The seed fills 53 of the key's 64 bits, the number of counters two more.
  const key = [
    seed >>> 0,
    (Math.floor(seed / TWO_32) | (counters.length << 30)) >>> 0,
  ] as const;
  const [a = 0, b = 0, c = 0] = counters;
  let block = 0;
  const words = new Uint32Array(4);
  let next = 4;

  /** 32 random bits. */
  const word = (): number => {
    if (next === 4) {
      words.set([block++, a, b, c]);
      philox(words, ...key);
      next = 0;
    }
    return words[next++]!;
  };
  const uniform = (): number => {
    const high = word() >>> 5, low = word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
  const integer = (below: number): number => {
    checkBelow(below);
    // Words past the last whole multiple of `below` would favour small results.
    const fair = TWO_32 - TWO_32 % below;
    let value = word();
    while (value >= fair) value = word();
    return value % below;
  };
  return {
    uniform,
    integer,
    shuffle: <T>(items: readonly T[]): T[] => {
      // Durstenfeld (1964), "Algorithm 235: Random permutation".
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
    normal: () => {
      // Box and Muller (1958); 1 − u is never 0, so the logarithm is finite.
      const radius = Math.sqrt(-2 * log(1 - uniform()));
      return radius * cos(2 * Math.PI * uniform());
    },
  };
}

/** Refuses seeds and counters that would be cut to fewer bits in silence. */
function checkNumbers(seed: number, counters: readonly number[]): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot open a random stream: the seed must be a whole number from 0 to ` +
        `2^53 - 1; found ${seed}`,
    );
  }
  const right = counters.length <= MAX_COUNTERS &&
    counters.every((value) => value === value >>> 0);
  if (right) return;
  throw new RangeError(
    `Cannot open a random stream: at most ${MAX_COUNTERS} counters must be ` +
      `whole numbers from 0 to 2^32 - 1; found [${counters}]`,
  );
}

/** Refuses an empty or a too large range. */
function checkBelow(below: number): void {
  if (Number.isInteger(below) && below >= 1 && below <= TWO_32) return;
  throw new RangeError(
    `Cannot draw an integer: its bound must be a whole number from 1 to 2^32; ` +
      `found ${below}`,
  );
}
