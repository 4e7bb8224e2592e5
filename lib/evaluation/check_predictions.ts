/** Checks of predictions and labels, which every metric needs. @module */

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
