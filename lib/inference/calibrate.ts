/** Calibration of a model: its temperature, fitted on the validation set. @module */

import type { EncodedExample } from "../batches/batches.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import {
  expectedCalibrationError,
  reliabilityBins,
} from "../evaluation/calibration.ts";
import { logLoss, softmax } from "../evaluation/probabilities.ts";
import { fitTemperature } from "../evaluation/temperature.ts";
import { predict, type PredictOptions } from "./predict.ts";

/** How well probabilities fit the share of right predictions. */
export type CalibrationScores = {
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** The expected calibration error over 10 bins. */
  readonly calibrationError: number;
};

/** A temperature, and what it changes on the set that it was fitted on. */
export type Calibration = {
  readonly temperature: number;
  /** At the temperature 1. */
  readonly before: CalibrationScores;
  readonly after: CalibrationScores;
};

/**
 * Fits the temperature of a classifier on its validation set, and sets it in
 * `model.inference`: `classify` uses it, and it is saved with the model.
 *
 * No prediction changes: see `fitTemperature`. That the calibration error is lower must
 * be checked on other examples than these.
 *
 * @param model The classifier; its parameters do not change.
 * @param validation Encoded examples that it was not trained on.
 * @param options Batch size and precision.
 * @returns The temperature, and the scores before and after on these examples.
 * @throws As `predict` and `fitTemperature` do; the model then stays as it is.
 */
export async function calibrate(
  model: ClassifierModel,
  validation: readonly EncodedExample[],
  options: PredictOptions = {},
): Promise<Calibration> {
  const { logits } = await predict(model, validation, options);
  const labels = validation.map(({ label }) => label);
  const temperature = fitTemperature(logits, labels);
  model.inference = { ...model.inference, temperature };
  const scoresAt = (temperature: number): CalibrationScores => {
    const scaled = logits.map((row) => row.map((logit) => logit / temperature));
    const bins = reliabilityBins(scaled.map(softmax), labels);
    return {
      loss: logLoss(scaled, labels),
      calibrationError: expectedCalibrationError(bins),
    };
  };
  return { temperature, before: scoresAt(1), after: scoresAt(temperature) };
}
