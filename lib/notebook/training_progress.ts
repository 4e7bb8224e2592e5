/** The progress display of a fine-tuning run. @module */

import type { EpochEnd, TrainStep } from "../training/fine_tune.ts";
import { type Progress, progress } from "./progress.ts";

/** A display that is told every event of `fineTune`. */
export type TrainingProgress = {
  /** Shows where training stands. */
  update(event: TrainStep | EpochEnd): Promise<void>;
  /** Shows the last step. */
  finish(): Promise<void>;
};

/**
 * Opens a display with one line for every 40 batches, as the tutorials print.
 *
 * @param totalSteps How many steps the run will take.
 */
export function trainingProgress(totalSteps: number): TrainingProgress {
  const bar: Progress = progress({ title: "Training", total: totalSteps });
  let validationMcc: number | undefined;
  return {
    async update(event): Promise<void> {
      if (event.kind === "epoch") {
        validationMcc = event.validationMcc;
        return;
      }
      const { step, epoch, loss } = event;
      await bar.update(step, {
        epoch: String(epoch),
        loss,
        ...(validationMcc === undefined
          ? {}
          : { "validation MCC": validationMcc }),
      });
    },
    finish: () => bar.finish(),
  };
}
