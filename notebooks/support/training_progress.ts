/** The progress display of a fine-tuning run. @module */

import type { EpochEvent, FitEvent } from "../../lib/training/events.ts";
import type { ClassificationMetrics } from "../../lib/evaluation/metrics.ts";
import type { Broadcast } from "../../lib/views/show.ts";
import { clock, type Progress, progress } from "./progress.ts";

/** A display of the events of `fineTune`. */
export type TrainingProgress = {
  /** Shows the state of training. */
  update(event: FitEvent<ClassificationMetrics>): Promise<void>;
  /** Shows the last step and, if it was that of the training, the total time. */
  finish(): Promise<void>;
};

/**
 * Opens a display with one line for every 40 batches, as the tutorials print, and
 * one for every epoch, which has its scores and says whether the model is the best so
 * far.
 *
 * @param totalSteps How many steps the run will take.
 * @param options `title`: what is trained, default "Training". `broadcast`: where to
 * show; the running kernel if not given. `now`: milliseconds since any moment.
 */
export function trainingProgress(
  totalSteps: number,
  options: { title?: string; broadcast?: Broadcast; now?: () => number } = {},
): TrainingProgress {
  const bar: Progress = progress({
    title: "Training",
    total: totalSteps,
    ...options,
  });
  const { now = () => performance.now() } = options;
  const start = now();
  let isComplete = false;
  return {
    async update(event): Promise<void> {
      if (event.kind === "start") return await bar.start(event);
      if (event.kind === "epoch") return bar.note(epochLine(event));
      if (event.kind === "evaluation") return;
      const { step, epoch, loss } = event;
      isComplete = step === totalSteps;
      await bar.update(step, { epoch: String(epoch), loss });
    },
    finish: () => {
      const [hours, ...rest] = clock((now() - start) / 1000).split(":");
      const took = [Number(hours), ...rest].join(":");
      return bar.finish(
        isComplete
          ? `Training complete! Total training took ${took} (h:mm:ss).`
          : undefined,
      );
    },
  };
}

function epochLine(end: EpochEvent<ClassificationMetrics>): string {
  const sentences = [
    `Epoch ${end.epoch} ends`,
    `Training loss ${end.trainingLoss.toFixed(4)}`,
    `Validation loss ${end.validationLoss.toFixed(4)}`,
    `Validation accuracy ${end.validationAccuracy.toFixed(4)}`,
    `Validation MCC ${end.validationMcc.toFixed(4)}`,
    ...(end.best ? ["New best model"] : []),
  ];
  return `${sentences.join(". ")}.`;
}

/**
 * The table of training statistics that the tutorials print: one row for each epoch.
 *
 * @param epochs The ends of the epochs.
 * @returns Rows for `show()`.
 */
export function epochTable(
  epochs: readonly EpochEvent<ClassificationMetrics>[],
): Record<string, string | number>[] {
  return epochs.map((epoch) => ({
    epoch: epoch.epoch,
    "training loss": epoch.trainingLoss.toFixed(3),
    "validation loss": epoch.validationLoss.toFixed(3),
    "validation accuracy": epoch.validationAccuracy.toFixed(3),
    "validation MCC": epoch.validationMcc.toFixed(3),
    "training time": `${epoch.trainingSeconds.toFixed(1)} s`,
    "validation time": `${epoch.validationSeconds.toFixed(1)} s`,
  }));
}
