/** Temperature scaling: one number that makes a classifier as sure as it is right. @module */

import { exp } from "../exact_math.ts";
import { checkPaired, checkSome } from "./check_predictions.ts";

/** Newton's method stops at relative changes of no more than this. */
const TOLERANCE = 1e-10;

/**
 * The temperature T that minimizes the log loss of softmax(logits / T).
 *
 * Guo et al. (2017), section 4.2. The order of the logits stays, so no prediction
 * changes; above 1, T makes every prediction less sure. The loss is convex in β = 1 / T:
 * its derivative, the mean of E[z] − z[label] under softmax(β z), rises, and its only
 * zero is found by Newton's method, with bisection for steps that leave the interval.
 *
 * @example Right three times of four, at odds of e² to 1 instead of 3 to 1
 * ```ts
 * import { fitTemperature } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const logits = [[2, 0], [2, 0], [2, 0], [2, 0]];
 * const temperature = fitTemperature(logits, [0, 0, 0, 1]);
 * assert.ok(Math.abs(temperature - 2 / Math.log(3)) < 1e-9);
 * ```
 *
 * @param logits One row for each example of the validation set, [N, C].
 * @param labels Actual classes, [N].
 * @returns The temperature, above 0.
 * @throws {RangeError} If the lengths differ, there is no example, a label has no logit,
 * or no temperature is the best: if every prediction is right, or the logits of the
 * labels are not above the mean.
 */
export function fitTemperature(
  logits: readonly (readonly number[])[],
  labels: readonly number[],
): number {
  checkPaired(logits, labels);
  checkSome(labels);
  const rows = logits.map((row, i) => {
    const actual = row[labels[i]!];
    if (actual === undefined || !row.every(Number.isFinite)) {
      throw new RangeError(
        `Cannot fit a temperature: example ${i} must have a label among 0 to ${
          row.length - 1
        } and finite logits; found label ${labels[i]}, logits [${
          row.join(", ")
        }]`,
      );
    }
    return row.map((logit) => logit - actual);
  });
  checkHasMinimum(rows);
  let [low, high] = [0, 1];
  while (derivatives(rows, high).first < 0) [low, high] = [high, 2 * high];
  let inverse = (low + high) / 2; // β
  for (;;) {
    const { first, second } = derivatives(rows, inverse);
    if (first < 0) low = inverse;
    else high = inverse;
    const newton = inverse - first / second;
    const next = low < newton && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - inverse) <= TOLERANCE * inverse) return 1 / next;
    inverse = next;
  }
}

/**
 * The first two derivatives of the loss by β: means of the expectation and of the
 * variance of the logits.
 *
 * @param rows Logits minus that of the label, [N, C].
 */
function derivatives(
  rows: readonly (readonly number[])[],
  inverse: number,
): { first: number; second: number } {
  let first = 0, second = 0;
  for (const row of rows) {
    const largest = Math.max(...row);
    const powers = row.map((z) => exp(inverse * (z - largest)));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const mean = powers.reduce((sum, p, c) => sum + p * row[c]!, 0) / total;
    first += mean;
    const squares = row.map((z) => (z - mean) * (z - mean));
    second += powers.reduce((sum, p, c) => sum + p * squares[c]!, 0) / total;
  }
  return { first: first / rows.length, second: second / rows.length };
}

/** The loss must fall at β = 0 and rise for great β. */
function checkHasMinimum(rows: readonly (readonly number[])[]): void {
  if (!rows.some((row) => row.some((z) => z > 0))) {
    throw new RangeError(
      `Cannot fit a temperature: at least one prediction must be wrong, or else the ` +
        `loss falls with the temperature down to 0; found all ${rows.length} right; ` +
        `use more validation examples`,
    );
  }
  if (derivatives(rows, 0).first >= 0) {
    throw new RangeError(
      `Cannot fit a temperature: the logits of the labels must be above the others ` +
        `on average, or else the loss falls as the temperature rises; found that they ` +
        `are not; check that the labels are those of the examples`,
    );
  }
}
