/** The progress display of a fine-tuning run. @module */

import type { EpochEvent, FitEvent } from "../../lib/training/events.ts";
import type { ClassificationMetrics } from "../../lib/evaluation/metrics.ts";
import type { Broadcast } from "../../lib/views/show.ts";
import { type Progress, progress } from "./progress.ts";

/** A display of the events of `fineTune`. */
export type TrainingProgress = {
  /** Shows the state of training. */
  update(event: FitEvent<ClassificationMetrics>): Promise<void>;
  /** Shows the last step. */
  finish(): Promise<void>;
};

/**
 * Opens a display with one line for every 40 batches, as the tutorials print, and
 * one for every epoch, which says whether the model is the best so far.
 *
 * @param totalSteps How many steps the run will take.
 * @param options `broadcast`: where to show; the running kernel if not given.
 */
export function trainingProgress(
  totalSteps: number,
  options: { broadcast?: Broadcast } = {},
): TrainingProgress {
  const bar: Progress = progress({
    title: "Training",
    total: totalSteps,
    ...options,
  });
  let validationMcc: number | undefined;
  return {
    async update(event): Promise<void> {
      if (event.kind === "start") return await bar.start(event);
      if (event.kind === "epoch") {
        validationMcc = event.validationMcc;
        bar.note(epochLine(event));
        return;
      }
      if (event.kind === "evaluation") return;
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

function epochLine(end: EpochEvent<ClassificationMetrics>): string {
  const sentences = [
    `Epoch ${end.epoch} ends`,
    `Training loss ${end.trainingLoss.toFixed(4)}`,
    `Validation loss ${end.validationLoss.toFixed(4)}`,
    `Validation accuracy ${end.validationAccuracy.toFixed(4)}`,
    ...(end.best ? ["New best model"] : []),
  ];
  return `${sentences.join(". ")}.`;
}
