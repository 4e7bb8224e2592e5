/** The training loop: yields its progress instead of printing it. @module */

import * as tf from "@tensorflow/tfjs";
import { setImmediate } from "node:timers/promises";
import type { Batch } from "../data/batches.ts";
import { adamWRates } from "./adamw.ts";
import { batchTensors } from "./batch_tensors.ts";
import { TrainingDivergedError } from "./diverged.ts";
import type { Precision } from "./precision.ts";
import { learningRateAt, type Schedule } from "./schedule.ts";
import { compiledStep, type Learner, type StepSettings } from "./step.ts";

/** One optimizer step, reported after the weights have moved. */
export type TrainStep = {
  readonly kind: "step";
  /** Counts from 1 across epochs. */
  readonly step: number;
  readonly totalSteps: number;
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean cross-entropy of the batch before the step, in nats. */
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** The rate that this step used. */
  readonly learningRate: number;
  /** From the batch's plain arrays to the moved weights. */
  readonly seconds: number;
};

/** What {@linkcode train} follows. */
export type TrainPlan = StepSettings & {
  readonly schedule: Schedule;
  readonly precision: Precision;
  /** Fixes the dropout masks together with the step; an int32. */
  readonly seed: number;
  /** Looked at before each step. */
  readonly signal?: AbortSignal | undefined;
};

/** Where a training stands. */
export type TrainPosition = {
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps taken before this epoch. */
  readonly stepsDone: number;
};

/**
 * Trains in place on the batches of one epoch, yielding after every step.
 *
 * Break out of the loop to stop early: no tensor of a batch outlives its step.
 *
 * @param learner Parameters and moments. They change.
 * @param batches Plain arrays, made one at a time as they are needed.
 * @param position The epoch and the steps already taken.
 * @param plan Sizes, rates, clipping, seed and signal.
 * @yields One {@linkcode TrainStep} for each batch.
 * @throws {TrainingDivergedError} If loss or gradients are not finite; the
 * weights do not move.
 * @throws The signal's reason, once it is aborted.
 */
export async function* train(
  learner: Learner,
  batches: Iterable<Batch>,
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
    const { loss, gradientNorm } = await take(learner, batch, {
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
async function take(
  learner: Learner,
  plain: Batch,
  now: { step: number; learningRate: number },
  plan: TrainPlan,
): Promise<{ loss: number; gradientNorm: number }> {
  using batch = batchTensors(plain, plan.config);
  const rates = adamWRates(now.step, now.learningRate, plan.adamW);
  const seed = tf.tensor1d([plan.seed, now.step], "int32");
  const { input, labels } = batch;
  const { config, adamW, clipNorm, precision } = plan;
  const outcome = compiledStep[precision](
    learner,
    { input, labels },
    { rates, seed },
    { config, adamW, clipNorm },
  );
  const [loss, norm] = await Promise.all([
    outcome.loss.data<"float32">(),
    outcome.gradientNorm.data<"float32">(),
  ]);
  tf.dispose([rates, seed, outcome]);
  return { loss: loss[0]!, gradientNorm: norm[0]! };
}
