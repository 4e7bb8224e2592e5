/** A fine-tuning that is tested after every epoch. @module */

import {
  type EpochEvent,
  fineTune,
  type FineTuneOptions,
} from "../../lib/training/fine_tune.ts";
import { predict } from "../../lib/inference/predict.ts";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import type { ColaTask } from "./cola_task.ts";

/** The parts that judge a model. */
export const JUDGES = ["validation", "inDomain", "outOfDomain"] as const;

/** One of {@linkcode JUDGES}. */
export type Judge = (typeof JUDGES)[number];

/** What came of an epoch. */
export type JudgedEpoch = {
  readonly end: EpochEvent;
  /** Of each step, in nats. */
  readonly losses: readonly number[];
  /** By the clock, tracing and padding with it, validation without. */
  readonly trainingSeconds: number;
  /** The classes that the model predicts in each part. */
  readonly classes: Readonly<Record<Judge, readonly number[]>>;
};

/**
 * Fine-tunes, and predicts the classes of every part with the weights of every
 * epoch.
 *
 * @param model The classifier; it changes.
 * @param task What it learns from, and what judges it.
 * @param options The recipe.
 * @yields An epoch.
 */
export async function* judgedEpochs(
  model: ClassifierModel,
  task: ColaTask,
  options: FineTuneOptions,
): AsyncGenerator<JudgedEpoch, void> {
  const { batchSize, precision = "float32" } = options;
  const classesOf = async (
    examples: readonly EncodedExample[],
  ): Promise<number[]> =>
    (await predict(model, examples, { batchSize, precision })).predictions;
  let start = performance.now();
  let losses: number[] = [];
  for await (const event of fineTune(model, task, options)) {
    if (event.kind === "step") {
      losses.push(event.loss);
      continue;
    }
    if (event.kind !== "epoch") continue;
    const seconds = (performance.now() - start) / 1000;
    yield {
      end: event,
      losses,
      trainingSeconds: seconds - event.validationSeconds,
      classes: {
        validation: await classesOf(task.validation),
        inDomain: await classesOf(task.inDomain),
        outOfDomain: await classesOf(task.outOfDomain),
      },
    };
    start = performance.now();
    losses = [];
  }
}
