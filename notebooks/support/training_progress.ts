/** The progress display of a fine-tuning run. @module */

import { words } from "../../lib/printable.ts";
import type {
  EpochEvent,
  FitEvent,
  Metrics,
} from "../../lib/training/events.ts";
import type { Broadcast } from "../../lib/views/show.ts";
import { clock, type Progress, progress } from "./progress.ts";

/** A display of the events of `fineTune`. */
export type TrainingProgress = {
  /** Shows the state of training. */
  update(event: FitEvent<Metrics>): Promise<void>;
  /** Shows the last step and, if it was that of the training, the total time. */
  finish(): Promise<void>;
};

/**
 * Opens a display with one line for every 40 batches, as the tutorials print, and
 * one for every epoch, which has its metrics and says whether the model is the best so
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

/** What the tutorials print of a classification, of which more is known. */
const TUTORIALS = ["validationLoss", "validationAccuracy", "validationMcc"];

/** The metrics of the end of an epoch, by their names in words; the loss first. */
function validationMetrics(
  end: EpochEvent<Metrics>,
): [name: string, value: number][] {
  const metrics = new Map(
    Object.entries(end).filter(([name, value]) =>
      name.startsWith("validation") && name !== "validationSeconds" &&
      value !== undefined
    ),
  );
  const names = metrics.has("validationMcc")
    ? TUTORIALS
    : new Set(["validationLoss", ...metrics.keys()]);
  return Array.from(names, (name) => [words(name), Number(metrics.get(name))]);
}

function epochLine(end: EpochEvent<Metrics>): string {
  const sentences = [
    `Epoch ${end.epoch} ends`,
    `Training loss ${end.trainingLoss.toFixed(4)}`,
    ...validationMetrics(end).map(([name, value]) =>
      `V${name.slice(1)} ${value.toFixed(4)}`
    ),
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
  epochs: readonly EpochEvent<Metrics>[],
): Record<string, string | number>[] {
  return epochs.map((epoch) => ({
    epoch: epoch.epoch,
    "training loss": epoch.trainingLoss.toFixed(3),
    ...Object.fromEntries(
      validationMetrics(epoch).map(([name, value]) => [name, value.toFixed(3)]),
    ),
    "training time": `${epoch.trainingSeconds.toFixed(1)} s`,
    "validation time": `${epoch.validationSeconds.toFixed(1)} s`,
  }));
}
