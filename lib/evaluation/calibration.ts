/** Whether a classifier is as often right as it is sure. @module */

import { checkPaired } from "./check_predictions.ts";
import { predictedClass } from "./probabilities.ts";

/** Predictions of similar confidence. */
export type ReliabilityBin = {
  /** Confidences in (low, high]; the first bin holds 0 as well. */
  low: number;
  high: number;
  /** Predictions in the bin. */
  count: number;
  /** Mean confidence in the bin; NaN where it is empty. */
  confidence: number;
  /** Share of right predictions in the bin; NaN where it is empty. */
  accuracy: number;
};

/**
 * Groups predictions by confidence, for a reliability diagram.
 *
 * Guo et al. (2017), "On Calibration of Modern Neural Networks", section 2.
 *
 * @param probabilities One row for each example, [N, C].
 * @param labels Actual classes, [N].
 * @param options `numBins`: M, bins of equal width over [0, 1]; 10 by default.
 * @returns The bins from low to high, [M].
 * @throws {RangeError} If the lengths differ, `numBins` is below 1 or a
 * confidence is outside [0, 1].
 */
export function reliabilityBins(
  probabilities: readonly (readonly number[])[],
  labels: ArrayLike<number>,
  options: { numBins?: number } = {},
): ReliabilityBin[] {
  const { numBins = 10 } = options;
  checkPaired(probabilities, labels);
  if (!(Number.isInteger(numBins) && numBins >= 1)) {
    throw new RangeError(
      `Cannot form bins: numBins must be a whole number from 1; ` +
        `found ${numBins}`,
    );
  }
  const totals = Array.from(
    { length: numBins },
    () => ({ count: 0, confidence: 0, right: 0 }),
  );
  for (const [i, row] of probabilities.entries()) {
    const prediction = predictedClass(row);
    const confidence = row[prediction]!;
    // Single precision may round a sure prediction to slightly above 1.
    if (!(confidence >= 0 && confidence <= 1 + 1e-6)) {
      throw new RangeError(
        `Cannot form bins: confidences must be within 0 and 1; ` +
          `found ${confidence} for example ${i}; apply softmax to logits first`,
      );
    }
    const above = Math.ceil(confidence * numBins) - 1;
    // Of 100 bins, 0.55 · 100 rounds to above 55, yet 0.55 is the upper end of one.
    const place = confidence <= above / numBins ? above - 1 : above;
    const bin = totals[Math.min(Math.max(place, 0), numBins - 1)]!;
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += prediction === labels[i] ? 1 : 0;
  }
  return totals.map(({ count, confidence, right }, m) => ({
    low: m / numBins,
    high: (m + 1) / numBins,
    count,
    confidence: confidence / count,
    accuracy: right / count,
  }));
}

/**
 * The expected calibration error: the mean distance of accuracy and confidence
 * over the bins, each counting by its predictions.
 *
 * ECE = Σ |Bₘ| / N · |acc(Bₘ) − conf(Bₘ)|, Guo et al. (2017), equation 3.
 *
 * @example Right once in two times, but quite sure
 * ```ts
 * import { expectedCalibrationError, reliabilityBins } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const bins = reliabilityBins([[0.25, 0.75], [0.25, 0.75]], [1, 0]);
 * assert.equal(expectedCalibrationError(bins), 0.25);
 * ```
 *
 * @param bins Bins of {@linkcode reliabilityBins}, [M].
 * @returns A distance in [0, 1]; 0 without predictions.
 */
export function expectedCalibrationError(
  bins: readonly ReliabilityBin[],
): number {
  const filled = bins.filter(({ count }) => count > 0);
  const total = filled.reduce((sum, { count }) => sum + count, 0);
  return filled.reduce(
    (error, { count, accuracy, confidence }) =>
      error + count / total * Math.abs(accuracy - confidence),
    0,
  );
}
