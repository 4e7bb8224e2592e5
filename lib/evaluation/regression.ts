/** Regression metrics: correlations and the mean squared error. @module */

import { checkPaired, checkSome } from "./check_predictions.ts";
import { pearsonCorrelation, rankCorrelation } from "./correlation.ts";

/** How near predicted values are to the actual ones. */
export type RegressionMetrics = {
  /** Mean squared error. */
  readonly loss: number;
  /** Pearson's correlation; 0 if it is undefined. */
  readonly pearson: number;
  /** Spearman's correlation, that of the ranks; 0 if it is undefined. */
  readonly spearman: number;
};

/**
 * Metrics of regression. Of several values for each example, the correlations are means
 * over the values.
 *
 * @param values Predicted values, one row for each example, [N, C].
 * @param targets Actual values, [N, C].
 * @returns The metrics by their names.
 * @throws {RangeError} If the sizes differ, there is no example, or a value is not a
 * number.
 */
export function regressionMetrics(
  values: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): RegressionMetrics {
  checkPaired(values, targets);
  checkSome(targets);
  values.forEach((row, i) => checkPaired(row, targets[i]!));
  const [predicted, actual] = [values.flat(), targets.flat()];
  const errors = predicted.map((value, i) => value - actual[i]!);
  const columns = targets[0]!.map((_, c) =>
    [values, targets].map((rows) => rows.map((row) => row[c]!))
  );
  return {
    loss: mean(errors.map((error) => error * error)),
    pearson: mean(columns.map(([a, b]) => pearsonCorrelation(a!, b!))),
    spearman: mean(columns.map(([a, b]) => rankCorrelation(a!, b!))),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
