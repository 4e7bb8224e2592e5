/** The confusion matrix: which class was taken for which. @module */

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

/**
 * Writes a confusion matrix as CSV, one row for each actual class.
 *
 * @param matrix Counts [actual][predicted], [C, C].
 * @param classNames Names of the classes, [C].
 * @returns The table, with the names in the first row and column.
 * @throws {RangeError} If the names do not match the matrix.
 */
export function confusionCsv(
  matrix: readonly (readonly number[])[],
  classNames: readonly string[],
): string {
  if (matrix.length !== classNames.length) {
    throw new RangeError(
      `Cannot write a confusion matrix: each class must have a name; ` +
        `found ${matrix.length} classes and ${classNames.length} names`,
    );
  }
  const names = classNames.map((name) => `"${name.replaceAll('"', '""')}"`);
  const rows = matrix.map((counts, i) => [names[i], ...counts].join(","));
  return [["actual", ...names].join(","), ...rows].join("\n") + "\n";
}

/**
 * Checks that every prediction has its label.
 *
 * @param predictions One entry for each example, [N].
 * @param labels One entry for each example, [N].
 * @throws {RangeError} If the lengths differ.
 */
export function checkPaired(
  predictions: ArrayLike<unknown>,
  labels: ArrayLike<unknown>,
): void {
  if (predictions.length !== labels.length) {
    throw new RangeError(
      `Cannot compare predictions with labels: their numbers must be equal; ` +
        `found ${predictions.length} predictions and ${labels.length} labels`,
    );
  }
}

/**
 * Checks that there is something to take a mean of.
 *
 * @param labels One entry for each example, [N].
 * @throws {RangeError} If N is 0.
 */
export function checkSome(labels: ArrayLike<unknown>): void {
  if (labels.length === 0) {
    throw new RangeError(
      `Cannot score predictions: there must be at least one example; found 0`,
    );
  }
}
