/** Metrics: predictions and labels in, one number out. @module */

import { checkPaired, checkSome } from "./check_predictions.ts";
import { classificationReport } from "./report.ts";

/**
 * The share of predictions that are right.
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @returns A share in [0, 1].
 * @throws {RangeError} If the lengths differ or there is no example.
 */
export function accuracy(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  checkPaired(predictions, labels);
  checkSome(labels);
  return countRight(predictions, labels) / labels.length;
}

/**
 * The correlation of predictions and labels: 1 for all right, 0 for guessing,
 * -1 for all wrong. Unlike accuracy it earns nothing by always naming the
 * commonest class, so CoLA is scored by it (Warstadt et al., 2019).
 *
 * Matthews (1975); for more than two classes R_K of Gorodkin (2004), equation 8.
 *
 * @example
 * ```ts
 * import { matthewsCorrelation } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(matthewsCorrelation([1, 0, 1, 0], [1, 0, 1, 0]), 1);
 * assert.equal(matthewsCorrelation([1, 1, 1, 1], [1, 0, 1, 0]), 0);
 * ```
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @returns A correlation in [-1, 1]; 0 where it is undefined: without examples,
 * and where all predictions or all labels are of one class (as in scikit-learn).
 * @throws {RangeError} If the lengths differ.
 */
export function matthewsCorrelation(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  checkPaired(predictions, labels);
  const total = labels.length;
  const actual = countClasses(labels);
  const predicted = countClasses(predictions);
  const covariance = countRight(predictions, labels) * total -
    dot(predicted, actual);
  const spread = (total * total - dot(predicted, predicted)) *
    (total * total - dot(actual, actual));
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
}

/**
 * The mean of the F₁ scores of all classes that occur, in labels or in predictions, as
 * scikit-learn's `f1_score(average="macro")`.
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @returns A score in [0, 1].
 * @throws {RangeError} If the lengths differ or there is no example.
 */
export function macroF1(
  predictions: readonly number[],
  labels: readonly number[],
): number {
  checkPaired(predictions, labels);
  checkSome(labels);
  const classes = [...new Set([...predictions, ...labels])];
  const rowOf = new Map(classes.map((label, row) => [label, row]));
  const [predicted, actual] = [predictions, labels]
    .map((each) => each.map((label) => rowOf.get(label)!));
  return classificationReport(predicted!, actual!, classes.length).macro.fScore;
}

/**
 * Why the Matthews correlation is undefined, if it is.
 *
 * @param predictions Predicted classes of the validation examples, [N].
 * @param labels Actual classes, [N].
 * @returns A sentence for the reader; undefined if there are two classes on each side.
 */
export function undefinedMccWarning(
  predictions: readonly number[],
  labels: readonly number[],
): string | undefined {
  for (const [side, classes] of Object.entries({ labels, predictions })) {
    if (classes.some((value) => value !== classes[0])) continue;
    return `The Matthews correlation is 0 by definition, as all validation ${side} ` +
      `are of class ${classes[0]}`;
  }
}

/** The metrics of a sequence classifier. */
export type ClassificationMetrics = {
  /** Mean cross-entropy without dropout, in nats. */
  readonly loss: number;
  /** Matthews correlation; 0 if it is undefined. */
  readonly mcc: number;
  readonly accuracy: number;
  /** Mean of the F₁ scores of the classes. */
  readonly macroF1: number;
};

/** All of them that need only the predicted classes; higher is better. */
const METRICS: Record<
  Exclude<keyof ClassificationMetrics, "loss">,
  (predictions: readonly number[], labels: readonly number[]) => number
> = { mcc: matthewsCorrelation, accuracy, macroF1 };

/** The names for `metricForBestModel`, the default first. */
export const METRIC_NAMES = [...Object.keys(METRICS), "loss"] as readonly (
  keyof ClassificationMetrics
)[];

/**
 * Evaluates predictions by every metric.
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @returns The metrics by their names; only the loss needs more than the classes.
 * @throws {RangeError} If the lengths differ or there is no example.
 */
export function predictionMetrics(
  predictions: readonly number[],
  labels: readonly number[],
): Omit<ClassificationMetrics, "loss"> {
  const scores = Object.entries(METRICS)
    .map(([name, metric]) => [name, metric(predictions, labels)]);
  return Object.fromEntries(scores);
}

/**
 * The Matthews correlation of each batch: how far it scatters on few examples.
 *
 * @param predictions Predicted classes, [N].
 * @param labels Actual classes, [N].
 * @param batchSize B: examples a batch; the last batch may be smaller.
 * @returns One correlation for each batch, [⌈N / B⌉].
 * @throws {RangeError} If the lengths differ or the batch size is below 1.
 */
export function mccPerBatch(
  predictions: readonly number[],
  labels: readonly number[],
  batchSize: number,
): number[] {
  checkPaired(predictions, labels);
  if (!(batchSize >= 1)) {
    throw new RangeError(
      `Cannot form batches: batchSize must be at least 1; found ${batchSize}`,
    );
  }
  const correlations: number[] = [];
  for (let start = 0; start < labels.length; start += batchSize) {
    const end = start + batchSize;
    correlations.push(
      matthewsCorrelation(
        predictions.slice(start, end),
        labels.slice(start, end),
      ),
    );
  }
  return correlations;
}

/** How many predictions equal their label. */
function countRight(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    if (predictions[i] === labels[i]) right++;
  }
  return right;
}

/** How often each class occurs. */
function countClasses(classes: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < classes.length; i++) {
    const label = classes[i]!;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

/** Σ over the classes of the product of two counts. */
function dot(a: Map<number, number>, b: Map<number, number>): number {
  let total = 0;
  for (const [label, count] of a) total += count * (b.get(label) ?? 0);
  return total;
}
