/** Train and validation split, at random or stratified by class. @module */

import { randomStream } from "../engine/random/stream.ts";

/** Indices of the examples of each part, ascending. */
export type Split = { train: number[]; validation: number[] };

/** How to split. */
export type SplitOptions = {
  /** Share of the validation part, between 0 and 1. */
  fraction: number;
  /** Chooses the split. */
  seed: number;
};

/**
 * Draws the validation part at random.
 *
 * @example CoLA's 8,551 training sentences
 * ```ts
 * import { split } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { train, validation } = split(8_551, { fraction: 0.1, seed: 42 });
 * assert.deepEqual([train.length, validation.length], [7_695, 856]);
 * ```
 *
 * @param count Number of examples.
 * @param options Share and seed.
 * @returns Every index once, ascending; the sampler shuffles them.
 * @throws {RangeError} If a part would be empty.
 */
export function split(count: number, options: SplitOptions): Split {
  const indices = Array.from({ length: count }, (_, index) => index);
  const size = validationSize(count, options.fraction);
  const order = randomStream(options.seed).shuffle(indices);
  return sorted(order.slice(size), order.slice(0, size));
}

/**
 * Draws the validation part at random, with the classes in the same proportion
 * in both parts, as nearly as whole examples allow (largest remainders).
 *
 * @param labels The class of each example.
 * @param options Share and seed.
 * @returns Every index once; parts of the same sizes as {@linkcode split}.
 * @throws {RangeError} If a part would be empty.
 */
export function stratifiedSplit(
  labels: readonly number[],
  options: SplitOptions,
): Split {
  const { fraction, seed } = options;
  const size = validationSize(labels.length, fraction);
  const classes = [...Map.groupBy(labels.keys(), (index) => labels[index]!)]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => members);
  const quotas = apportion(classes.map(({ length }) => length), size);
  const orders = classes
    .map((members, index) => randomStream(seed, index).shuffle(members));
  return sorted(
    orders.flatMap((order, index) => order.slice(quotas[index])),
    orders.flatMap((order, index) => order.slice(0, quotas[index])),
  );
}

/** Examples in the validation part: the share, rounded up. */
function validationSize(count: number, fraction: number): number {
  // The subtraction undoes a rounding error just above a whole number.
  const size = Math.ceil(count * fraction - 1e-9);
  if (size >= 1 && size < count) return size;
  throw new RangeError(
    `Cannot split examples: each part must have at least one; ` +
      `found count=${count}, fraction=${fraction}`,
  );
}

/** Divides `total` in proportion to `sizes`, largest remainders first. */
function apportion(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => size * total / all);
  const quotas = exact.map(Math.floor);
  const left = total - quotas.reduce((sum, quota) => sum + quota, 0);
  const byRemainder = [...exact.keys()]
    .sort((a, b) => (exact[b]! - quotas[b]!) - (exact[a]! - quotas[a]!));
  for (const index of byRemainder.slice(0, left)) quotas[index]!++;
  return quotas;
}

function sorted(train: number[], validation: number[]): Split {
  const ascending = (a: number, b: number): number => a - b;
  return {
    train: train.sort(ascending),
    validation: validation.sort(ascending),
  };
}
