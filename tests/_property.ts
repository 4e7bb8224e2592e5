/** Property tests: the same inputs in every run of the gate. @module */

import fc from "fast-check";
import { RUNS_ALL } from "./_tiers.ts";

const SEED = 42;

/**
 * Checks a property with a fixed seed, or, if `BERTBOOK_TEST_ALL` is 1, with a
 * new seed and 20 times as many runs.
 *
 * The message of a failure holds the seed and the path of the counterexample:
 * pass both as `parameters` to see it again.
 *
 * @param property A property of fast-check.
 * @param parameters fast-check's; 100 runs by default.
 * @throws If the property does not hold for the smallest counterexample found.
 */
export function assertAll<Inputs>(
  property: fc.IRawProperty<Inputs, false>,
  parameters: fc.Parameters<Inputs> = {},
): void {
  const { numRuns = 100 } = parameters;
  fc.assert(
    property,
    RUNS_ALL
      ? { ...parameters, numRuns: 20 * numRuns }
      : { seed: SEED, ...parameters, numRuns },
  );
}

/**
 * As {@linkcode assertAll}, for a property that waits.
 *
 * @param property An asynchronous property of fast-check.
 * @param numRuns 20 times as many in \`test --all\`.
 */
export async function assertAllLater<Inputs>(
  property: fc.IAsyncProperty<Inputs>,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    property,
    RUNS_ALL ? { numRuns: 20 * numRuns } : { seed: SEED, numRuns },
  );
}

/**
 * The seed of mutations, and their number: new, and 20 times as many, in `test --all`.
 *
 * @param seed That of every other run.
 * @param count The number in every other run.
 */
export function freshSeed(
  seed: number,
  count: number,
): { seed: number; count: number } {
  if (!RUNS_ALL) return { seed, count };
  return {
    seed: crypto.getRandomValues(new Uint32Array(1))[0]!,
    count: 20 * count,
  };
}
