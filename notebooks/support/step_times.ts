/** Step times: how long an epoch takes, by how its batches are formed. @module */

import { batchTensors, splitBatch } from "../../lib/batches/batch_tensors.ts";
import type { Batch, EncodedExample } from "../../lib/batches/batches.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import { activeVocabulary } from "../../lib/training/active_vocabulary.ts";
import {
  ADAMW_DEFAULTS,
  initOptimizerState,
} from "../../lib/training/adamw.ts";
import { classificationStep } from "../../lib/training/tasks/sequence_classification.ts";
import { trainEpoch } from "../../lib/training/train_epoch.ts";
import { makeTrainable } from "../../lib/training/train_step.ts";

/** A way to form the batches of an epoch. */
export type Batches = (examples: readonly EncodedExample[]) => Iterable<Batch>;

/** What an epoch takes. */
export type EpochTime = {
  readonly way: string;
  readonly steps: number;
  /** Positions that are computed per example, padding included. */
  readonly positionsPerExample: number;
  /** The mean of the measured steps, times the steps of an epoch. */
  readonly seconds: number;
};

/**
 * Measures some training steps for each way, on batches that are spread over an epoch.
 * They are taken three times, and the fastest time counts.
 *
 * @param model The model; it changes.
 * @param examples The examples of an epoch.
 * @param ways How their batches are formed, by names.
 * @param numMeasured How many steps to measure.
 * @returns The time of an epoch for each way, an estimate.
 */
export async function timeEpochs(
  model: ClassifierModel,
  examples: readonly EncodedExample[],
  ways: Readonly<Record<string, Batches>>,
  numMeasured = 3,
): Promise<EpochTime[]> {
  makeTrainable(model.params);
  const active = activeVocabulary(model.params, model.config, examples);
  const { params, config } = active;
  const state = { params, optimizerState: initOptimizerState(params) };
  const task = {
    trainStep: classificationStep,
    config,
    split: splitBatch<Batch>,
    tensorsOf: (batch: Batch) => batchTensors(batch, config),
  };
  const schedule = {
    name: "constant",
    learningRate: 1e-5,
    warmupSteps: 0,
    totalSteps: Infinity,
  } as const;
  const settings = {
    schedule,
    adamW: ADAMW_DEFAULTS,
    maxGradNorm: 1,
    precision: "float32",
    seed: 1,
  } as const;
  const times: EpochTime[] = [];
  try {
    for (const [way, batchesOf] of Object.entries(ways)) {
      const batches = [...batchesOf(active.examples)];
      const length = Math.min(numMeasured, batches.length);
      const measured = Array.from(
        { length },
        (_, i) => batches[Math.floor((i + 0.5) * batches.length / length)]!,
      );
      // The first pass compiles; other programs may slow one of the others down.
      const passes: number[] = [];
      for (let pass = 0; pass < 3; pass++) {
        const position = { epoch: 1, stepsDone: 0 };
        const steps = trainEpoch(task, state, measured, position, settings);
        let seconds = 0;
        for await (const step of steps) seconds += step.seconds;
        passes.push(seconds);
      }
      const positions = batches.map(({ inputIds }) => inputIds.length)
        .reduce((sum, count) => sum + count, 0);
      times.push({
        way,
        steps: batches.length,
        positionsPerExample: positions / examples.length,
        seconds: Math.min(...passes) / length * batches.length,
      });
    }
    return times;
  } finally {
    disposeTree(state.optimizerState);
    active.dispose();
  }
}
