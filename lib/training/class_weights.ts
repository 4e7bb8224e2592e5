/** How much an example of each class counts in the loss. @module */

import type { EncodedExample } from "../batches/batches.ts";
import { checkOption, RULES } from "../options.ts";

/**
 * The weights that make every class count alike, however many examples it has:
 * N / (C · Nᶜ).
 *
 * After King & Zeng (2001), "Logistic Regression in Rare Events Data"; the numbers are
 * those of scikit-learn's `class_weight="balanced"`.
 *
 * @example
 * ```ts
 * import { balancedWeights } from "bertbook/training/class_weights.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(balancedWeights([0, 1, 1, 1], 2), [2, 2 / 3]);
 * ```
 *
 * @param labels The class of each example, each in [0, C).
 * @param numClasses C.
 * @returns A weight for each class; 1 for one without examples.
 */
export function balancedWeights(
  labels: readonly number[],
  numClasses: number,
): number[] {
  const counts = Array<number>(numClasses).fill(0);
  for (const label of labels) counts[label]!++;
  return counts.map((count) =>
    count === 0 ? 1 : labels.length / (numClasses * count)
  );
}

/**
 * Settles the weights of a training.
 *
 * @param asked One for each class, or `"balanced"`.
 * @param classes Their names.
 * @param train The training examples.
 * @returns One for each class, or undefined if none are asked for.
 * @throws {RangeError} If there is not one above 0 for each class.
 */
export function resolveClassWeights(
  asked: readonly number[] | "balanced" | undefined,
  classes: readonly string[],
  train: readonly EncodedExample[],
): readonly number[] | undefined {
  if (asked === undefined) return undefined;
  if (asked === "balanced") {
    return balancedWeights(train.map(({ label }) => label), classes.length);
  }
  if (!Array.isArray(asked) || asked.length !== classes.length) {
    throw new RangeError(
      `Cannot weigh the classes as classWeights must be "balanced" or a number for ` +
        `each: current value is ${JSON.stringify(asked)}, the classes are ${
          classes.map((name) => `"${name}"`).join(", ")
        }`,
    );
  }
  for (const [i, weight] of asked.entries()) {
    checkOption(`classWeights[${i}]`, weight, RULES.positive);
  }
  return asked;
}
