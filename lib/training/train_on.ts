/** The training loop: yields its progress instead of printing it. @module */

import { yieldToEventLoop } from "../engine/event_loop.ts";
import type { PyTree } from "../engine/py_tree.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import { TrainingDivergedError } from "./diverged.ts";
import { learningRateAt, type Schedule } from "./schedule.ts";
import {
  type PlainBatch,
  type StepPlan,
  stepTaker,
  type Task,
} from "./take_step.ts";

export type { PlainBatch, Task } from "./take_step.ts";

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
export type TrainPlan = StepPlan & {
  readonly schedule: Schedule;
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
 * Trains any model on any loss, in place, on the batches of one epoch, yielding
 * after every step.
 *
 * Break out of the loop to stop early: no tensor of a batch outlives its step.
 *
 * @param task What is trained. Its learner changes.
 * @param batches Plain arrays, made one at a time as they are needed.
 * @param position The epoch and the steps already taken.
 * @param plan Rates, clipping, seed and signal.
 * @yields One {@linkcode TrainStep} for each batch, or for every
 * `plan.accumulate` batches.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not
 * finite; the weights do not move.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export async function* trainOn<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  task: Task<Params, Plain, Batch, Config>,
  batches: Iterable<Plain>,
  position: TrainPosition,
  plan: TrainPlan,
): AsyncGenerator<TrainStep, void> {
  const { epoch, stepsDone } = position;
  const { schedule, signal, accumulate = 1 } = plan;
  const { totalSteps } = schedule;
  const taker = stepTaker(task, plan);
  let step = stepsDone;
  try {
    for (const parts of groupsOf(batches, accumulate)) {
      signal?.throwIfAborted();
      step++;
      const start = performance.now();
      const learningRate = learningRateAt(step, schedule);
      const outcome = await taker.take(parts, { step, learningRate });
      if (!Number.isFinite(outcome.loss + outcome.gradientNorm)) {
        const indices = parts.flatMap(({ indices }) => indices);
        throw new TrainingDivergedError({ step, epoch, ...outcome, indices });
      }
      const seconds = (performance.now() - start) / 1000;
      yield {
        kind: "step",
        step,
        totalSteps,
        epoch,
        ...outcome,
        learningRate,
        seconds,
      };
      // The engine blocks while it computes: here timers and pictures get their turn.
      await yieldToEventLoop();
    }
  } finally {
    taker.dispose();
  }
}

/** Groups of `size`, the last one of what is left. */
function* groupsOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
