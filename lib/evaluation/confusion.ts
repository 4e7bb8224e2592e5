/** The confusion matrix: which class was taken for which. @module */

import { checkPaired } from "./check_predictions.ts";

/**
 * Counts how often each actual class received each prediction.
 *
 * @example
 * ```ts
 * import { confusionMatrix } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const predictions = [0, 1, 1, 1];
 * const labels = [0, 0, 1, 1];
 * assert.deepEqual(confusionMatrix(predictions, labels, 2), [[1, 1], [0, 2]]);
 * ```
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @param numClasses C: number of classes.
 * @returns Counts [actual][predicted], [C, C].
 * @throws {RangeError} If the lengths differ or a class is outside 0 … C - 1.
 */
export function confusionMatrix(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  numClasses: number,
): number[][] {
  checkPaired(predictions, labels);
  const matrix = Array.from(
    { length: numClasses },
    () => new Array<number>(numClasses).fill(0),
  );
  for (let i = 0; i < labels.length; i++) {
    const row = matrix[labels[i]!];
    if (row?.[predictions[i]!] === undefined) {
      throw new RangeError(
        `Cannot count example ${i}: its classes must be among 0 to ${
          numClasses - 1
        }; found prediction ${predictions[i]}, label ${labels[i]}`,
      );
    }
    row[predictions[i]!]! += 1;
  }
  return matrix;
}
