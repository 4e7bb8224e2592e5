/** The training loop of a classifier. @module */

import type { Batch } from "../batches/batches.ts";
import { cutBatch } from "../batches/cut_batch.ts";
import type { BertConfig } from "../model/config.ts";
import {
  trainOn,
  type TrainPlan,
  type TrainPosition,
  type StepEvent,
} from "./train_on.ts";
import { batchTensors } from "../batches/batch_tensors.ts";
import { type ClassifierTrainState, compiledStep } from "./classification.ts";

/** How a classifier is trained. */
export type ClassifierPlan = TrainPlan & {
  /** The sizes of the classifier. */
  readonly config: BertConfig;
  /** How much an example of each class counts in the loss; left out, all alike. */
  readonly classWeights?: readonly number[] | undefined;
};

/**
 * Trains a classifier in place on the batches of one epoch, yielding after every
 * step.
 *
 * Break out of the loop to stop early: no tensor of a batch outlives its step.
 *
 * @param state Parameters and moments. They change.
 * @param batches Plain arrays, made one at a time as they are needed.
 * @param position The epoch and the steps already taken.
 * @param plan Sizes, rates, clipping, seed and signal.
 * @returns A generator of one {@linkcode StepEvent} for each batch, or for every
 * `plan.accumulate` batches.
 * @throws As {@linkcode trainOn} does.
 */
export function train(
  state: ClassifierTrainState,
  batches: Iterable<Batch>,
  position: TrainPosition,
  plan: ClassifierPlan,
): AsyncGenerator<StepEvent, void> {
  const { config, classWeights } = plan;
  const task = {
    state,
    step: compiledStep,
    config,
    cut: cutBatch,
    tensorsOf: (batch: Batch) => batchTensors(batch, config, classWeights),
    weightOf: ({ labels }: Batch) =>
      labels.reduce((sum, label) => sum + (classWeights?.[label] ?? 1), 0),
  };
  return trainOn(task, batches, position, plan);
}
