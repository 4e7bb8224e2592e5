/** Train and validation split: at random, stratified by class, by group; k folds. @module */

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

/** How to cut into folds. */
export type KFoldOptions = {
  /** Number of folds, at least 2. */
  folds: number;
  /** Chooses the folds; default 42. */
  seed?: number;
  /** The group of each example; no group is in two folds. */
  groups?: readonly unknown[];
};

/**
 * Cuts examples into folds for cross-validation, stratified by class. Without groups,
 * the sizes of the folds, and of each class in them, differ by one at most; groups are
 * placed as {@linkcode placeGroups} does.
 *
 * @example Each example is in one validation part
 * ```ts
 * import { kFolds } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const splits = kFolds([0, 0, 0, 0, 1, 1], { folds: 2 });
 * assert.deepEqual(splits.map(({ validation }) => validation.length), [3, 3]);
 * assert.deepEqual(splits[0]!.validation, splits[1]!.train);
 * ```
 *
 * @param labels The class of each example; or how many examples there are, for folds
 * without classes.
 * @param options How to cut.
 * @returns A split for each fold, which is its validation part.
 * @throws {RangeError} If there are fewer examples or groups than folds.
 */
export function kFolds(
  labels: readonly number[] | number,
  { folds, seed = 42, groups }: KFoldOptions,
): Split[] {
  const classes = typeof labels === "number"
    ? new Array<number>(labels).fill(0)
    : labels;
  const numUnits = groups ? new Set(groups).size : classes.length;
  const isCount = Number.isSafeInteger(folds) && folds >= 2;
  const numGrouped = groups?.length ?? classes.length;
  if (!isCount || numUnits < folds || numGrouped !== classes.length) {
    throw new RangeError(
      `Cannot cut examples into folds: there must be 2, 3 or more folds, an ` +
        `example or group for each, and a group for each example; found ` +
        `folds=${folds}, examples=${classes.length}` +
        (groups ? `, groups=${numUnits} for ${numGrouped} examples` : ""),
    );
  }
  const foldOf: number[] = groups
    ? placeGroups(
      groups,
      new Array<number>(folds).fill(1 / folds),
      classes,
      seed,
    )
    : new Array(classes.length);
  if (!groups) {
    // Dealt to the folds in turn, one class after the other.
    [...Map.groupBy(classes.keys(), (index) => classes[index]!)]
      .sort(([a], [b]) => a - b)
      .flatMap(([, members], index) =>
        randomStream(seed, index).shuffle(members)
      )
      .forEach((example, turn) => foldOf[example] = turn % folds);
  }
  return Array.from({ length: folds }, (_, fold) => {
    const parts = Map.groupBy(foldOf.keys(), (i) => foldOf[i] === fold);
    return { train: parts.get(false)!, validation: parts.get(true)! };
  });
}

/**
 * Places whole groups in parts: one by one, the largest first, each where the classes
 * then are nearest to the shares.
 *
 * @param groups The group of each example; at least as many groups as parts.
 * @param shares The share of each part.
 * @param labels The class of each example.
 * @param seed Decides between groups of one size.
 * @returns The part of each example; none is empty.
 */
export function placeGroups(
  groups: readonly unknown[],
  shares: readonly number[],
  labels: readonly number[],
  seed: number,
): number[] {
  const totals = Map.groupBy(labels, (label) => label);
  const filled = shares.map(() => new Map<number, number>());
  const partOf: number[] = new Array(groups.length);
  const members = [...Map.groupBy(groups.keys(), (index) => groups[index])]
    .map(([, indices]) => indices);
  const order = randomStream(seed).shuffle(members)
    .sort((a, b) => b.length - a.length);
  for (const [turn, group] of order.entries()) {
    const counts = [...Map.groupBy(group, (index) => labels[index]!)]
      .map(([label, indices]) => [label, indices.length] as const);
    const numEmpty = filled.filter(({ size }) => size === 0).length;
    const mustFill = order.length - turn <= numEmpty;
    // What the sum of (share of the class)² / (share of the part) grows by.
    const costs = filled.map((part, index) =>
      mustFill && part.size > 0
        ? Infinity
        : counts.reduce((sum, [label, count]) => {
          const grown = count * (2 * (part.get(label) ?? 0) + count);
          const total = totals.get(label)!.length;
          return sum + grown / (total * total) / shares[index]!;
        }, 0)
    );
    const best = costs.indexOf(Math.min(...costs));
    for (const [label, count] of counts) {
      filled[best]!.set(label, (filled[best]!.get(label) ?? 0) + count);
    }
    for (const index of group) partOf[index] = best;
  }
  return partOf;
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
