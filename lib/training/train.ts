/** The training loop: yields its progress instead of printing it. @module */

import * as tf from "@tensorflow/tfjs";
import { setImmediate } from "node:timers/promises";
import type { Batch } from "../data/batches.ts";
import type { CallTree } from "../engine/call_tree.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import type { BertConfig } from "../model/config.ts";
import { adamWRates } from "./adamw.ts";
import { batchTensors } from "./batch_tensors.ts";
import { type ClassifierLearner, compiledStep } from "./classification.ts";
import { TrainingDivergedError } from "./diverged.ts";
import type { Precision } from "./precision.ts";
import { learningRateAt, type Schedule } from "./schedule.ts";
import type { CompiledStep, Learner, UpdateSettings } from "./step.ts";

/** One optimizer step, reported after the weights have moved. */
export type TrainStep = {
  readonly kind: "step";
  /** Counts from 1 across epochs. */
  readonly step: number;
  readonly totalSteps: number;
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean loss of the batch before the step, in nats. */
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** The rate that this step used. */
  readonly learningRate: number;
  /** From the batch's plain arrays to the moved weights. */
  readonly seconds: number;
};

/** How a training goes, whatever it lowers. */
export type TrainPlan = UpdateSettings & {
  readonly schedule: Schedule;
  readonly precision: Precision;
  /** Fixes the dropout masks together with the step; an int32. */
  readonly seed: number;
  /** Looked at before each step. */
  readonly signal?: AbortSignal | undefined;
};

/** How a classifier is trained. */
export type ClassifierPlan = TrainPlan & {
  /** The sizes of the classifier. */
  readonly config: BertConfig;
};

/** Where a training stands. */
export type TrainPosition = {
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps taken before this epoch. */
  readonly stepsDone: number;
};

/** What is trained: a model, its loss, and how its batches become tensors. */
export type Task<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends CallTree,
> = {
  /** Parameters and moments. They change. */
  readonly learner: Learner<Params>;
  /** From `compileStep`. */
  readonly step: CompiledStep<Params, Batch, Config>;
  /** The plain values that the objective is given. */
  readonly config: Config;
  /** Puts a batch on the engine; the loop disposes it. */
  readonly tensorsOf: (plain: Plain) => Batch & Disposable;
};

/** A batch as plain arrays; `indices` name its examples, should it go wrong. */
export type PlainBatch = { readonly indices: readonly number[] };

/**
 * Trains a classifier in place on the batches of one epoch, yielding after every
 * step.
 *
 * Break out of the loop to stop early: no tensor of a batch outlives its step.
 *
 * @param learner Parameters and moments. They change.
 * @param batches Plain arrays, made one at a time as they are needed.
 * @param position The epoch and the steps already taken.
 * @param plan Sizes, rates, clipping, seed and signal.
 * @returns A generator of one {@linkcode TrainStep} for each batch.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not
 * finite; the weights do not move.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function train(
  learner: ClassifierLearner,
  batches: Iterable<Batch>,
  position: TrainPosition,
  plan: ClassifierPlan,
): AsyncGenerator<TrainStep, void> {
  const { config } = plan;
  const tensorsOf = (batch: Batch) => batchTensors(batch, config);
  const task = { learner, step: compiledStep, config, tensorsOf };
  return trainOn(task, batches, position, plan);
}

/**
 * {@linkcode train} for any model and any loss.
 *
 * @param task What is trained. Its learner changes.
 * @param batches Plain arrays, made one at a time as they are needed.
 * @param position The epoch and the steps already taken.
 * @param plan Rates, clipping, seed and signal.
 * @yields One {@linkcode TrainStep} for each batch.
 * @throws As {@linkcode train} does.
 */
export async function* trainOn<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends CallTree,
>(
  task: Task<Params, Plain, Batch, Config>,
  batches: Iterable<Plain>,
  position: TrainPosition,
  plan: TrainPlan,
): AsyncGenerator<TrainStep, void> {
  const { epoch } = position;
  const { schedule, signal } = plan;
  let step = position.stepsDone;
  for (const batch of batches) {
    signal?.throwIfAborted();
    step++;
    const start = performance.now();
    const learningRate = learningRateAt(step, schedule);
    const { loss, gradientNorm } = await take(task, batch, {
      step,
      learningRate,
    }, plan);
    if (!Number.isFinite(loss + gradientNorm)) {
      const { indices } = batch;
      throw new TrainingDivergedError({
        step,
        epoch,
        loss,
        gradientNorm,
        indices,
      });
    }
    const seconds = (performance.now() - start) / 1000;
    const { totalSteps } = schedule;
    yield {
      kind: "step",
      step,
      totalSteps,
      epoch,
      loss,
      gradientNorm,
      learningRate,
      seconds,
    };
    // The engine blocks while it computes: here timers and pictures get their turn.
    await setImmediate();
  }
}

/** Takes one step and reads its two numbers; owns every tensor that the step needs. */
async function take<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends CallTree,
>(
  { learner, step, config, tensorsOf }: Task<Params, Plain, Batch, Config>,
  plain: Plain,
  now: { step: number; learningRate: number },
  { adamW, clipNorm, precision, seed: run }: TrainPlan,
): Promise<{ loss: number; gradientNorm: number }> {
  using batch = tensorsOf(plain);
  const rates = adamWRates(now.step, now.learningRate, adamW);
  const seed = tf.tensor1d([run, now.step], "int32");
  const settings = { config, adamW, clipNorm };
  const control = { rates, seed };
  const outcome = step[precision](learner, batch, control, settings);
  const [loss, norm] = await Promise.all([
    outcome.loss.data<"float32">(),
    outcome.gradientNorm.data<"float32">(),
  ]);
  tf.dispose([rates, seed, outcome]);
  return { loss: loss[0]!, gradientNorm: norm[0]! };
}
