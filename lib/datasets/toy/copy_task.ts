/** The copy task: the smallest test of whether a sequence model learns. @module */

/** The id between the original and its copy. */
export const SEPARATOR = 0;

/**
 * Random symbols, a separator, and the same symbols again.
 *
 * No symbol can be guessed from its neighbours, so a model that copies correctly
 * looks back by exactly `length` + 1 positions. A classic test of memory: Graves, Wayne
 * and Danihelka (2014), "Neural Turing Machines", section 4.1.
 *
 * @example Two symbols
 * ```ts
 * import { copySequences } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const random = { integer: () => 4 };
 * const sizes = { numSymbols: 9, length: 2 };
 * const [sequence] = copySequences(1, { ...sizes, random });
 * assert.deepEqual(sequence, { inputIds: [5, 5, 0, 5, 5], promptLength: 3 });
 * ```
 *
 * @param count Number of sequences.
 * @param options `numSymbols` different symbols, with ids 1, 2, …; `length` symbols
 * to copy; the random stream.
 * @returns Ids, and how many of them are given: all up to the separator.
 */
export function copySequences(
  count: number,
  options: {
    numSymbols: number;
    length: number;
    random: { integer(below: number): number };
  },
): { inputIds: number[]; promptLength: number }[] {
  const { numSymbols, length, random } = options;
  return Array.from({ length: count }, () => {
    const symbols = Array.from(
      { length },
      () => 1 + random.integer(numSymbols),
    );
    return {
      inputIds: [...symbols, SEPARATOR, ...symbols],
      promptLength: length + 1,
    };
  });
}
