/**
 * Index shuffle: a random permutation of 0, 1, … n − 1 that is computed index by index,
 * so that an order of any length takes no memory.
 *
 * A Feistel network (Luby & Rackoff, 1988, "How to Construct Pseudorandom Permutations
 * from Pseudorandom Functions") permutes the numbers of an even number of bits. A result
 * that is not below n is permuted again until one is: cycle walking (Black & Rogaway,
 * 2002, "Ciphers with Arbitrary Finite Domains", section 3).
 *
 * @module
 */

import { randomStream } from "./stream.ts";

/** Four are enough for cryptography with perfect round functions; ours are fast. */
const ROUNDS = 8;

/**
 * Makes a random permutation.
 *
 * @example Every index once
 * ```ts
 * import { indexShuffle } from "bertbook/engine/random/index_shuffle.ts";
 * import assert from "node:assert/strict";
 *
 * const shuffled = indexShuffle(5, 42, 1);
 * const order = [0, 1, 2, 3, 4].map(shuffled);
 * assert.deepEqual(order.toSorted(), [0, 1, 2, 3, 4]);
 * ```
 *
 * @param count n, from 1 to 2⁵³ − 1.
 * @param seed The seed, and up to three counters, of a `randomStream`: they alone decide
 * the permutation.
 * @returns The value at an index, both in [0, n).
 */
export function indexShuffle(
  count: number,
  ...seed: Parameters<typeof randomStream>
): (index: number) => number {
  const random = randomStream(...seed);
  const keys = Array.from({ length: ROUNDS }, () => random.integer(2 ** 32));
  let bits = 1; // of each half
  while (2 ** (2 * bits) < count) bits++;
  const size = 2 ** bits;
  const permute = (value: number): number => {
    let left = Math.floor(value / size), right = value % size;
    for (const key of keys) {
      [left, right] = [right, left ^ (mix(right ^ key) & (size - 1))];
    }
    return left * size + right;
  };
  return (index) => {
    let value = permute(index);
    while (value >= count) value = permute(value);
    return value;
  };
}

/** The finalizer of MurmurHash3 (Appleby, 2011): each bit depends on all. */
function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
