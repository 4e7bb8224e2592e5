/**
 * The steps of one epoch: batches → steps, each reported after the weights have moved.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import type { Precision } from "../engine/precision.ts";
import type { PyTree } from "../engine/py_tree.ts";
import { defaultMicroBatches, numWorkers } from "../engine/shared_work.ts";
import { skipKeys } from "../engine/dropout_mask.ts";
import { disposeTree, type TensorTree } from "../engine/tensor_tree.ts";
import { type AdamWRates, adamWRates } from "./adamw.ts";
import { ownPart } from "./data_parallel.ts";
import { type BatchMemory, outOfMemoryError } from "./memory.ts";
import { learningRateAt, type Schedule } from "./schedule.ts";
import {
  compiledApplySums,
  type CompiledTrainStep,
  initGradientSums,
  type MicroBatches,
  microBatchWeights,
  type StepOutcome,
  type TrainState,
  type UpdateSettings,
} from "./train_step.ts";

/** What a step minimizes, and how its batches become tensors. */
export type StepTask<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
> = {
  /** From `compileTrainStep`. */
  readonly trainStep: CompiledTrainStep<Params, Batch, Config>;
  /** The plain values that the loss function is given. */
  readonly config: Config;
  /** Puts a micro-batch on the engine; the step disposes it. */
  readonly tensorsOf: (plain: Plain) => Batch;
  /**
   * Splits a batch into at most this number of micro-batches; default: it stays whole.
   * Batches of one shape are split into micro-batches of the same shapes.
   */
  readonly split?: (plain: Plain, count: number) => readonly Plain[];
  /**
   * What the mean loss of a batch is a mean over, as the weight of a micro-batch or an
   * accumulated batch; default the number of its examples.
   */
  readonly weightOf?: (plain: Plain) => number;
  /** The memory that a batch takes; without it, no batch is refused as too large. */
  readonly memoryOf?: (plain: Plain) => BatchMemory;
};

/** A batch as plain arrays; `indices` are its examples, for the message of an error. */
export type PlainBatch = { readonly indices: readonly number[] };

/** What the steps of a training have in common. */
export type StepOptions = UpdateSettings & {
  readonly schedule: Schedule;
  /** Of matrix products. */
  readonly precision: Precision;
  /** Decides the dropout masks together with the number of the step; an int32. */
  readonly seed: number;
  /** Number of batches in each step; default 1. */
  readonly gradientAccumulationSteps?: number;
  /** Number of micro-batches of each batch; default one for each worker's replica. */
  readonly numMicroBatches?: number | undefined;
  /** Checked before each step. */
  readonly signal?: AbortSignal | undefined;
};

/** The position of an epoch in a training. */
export type TrainPosition = {
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps taken before this epoch. */
  readonly stepsDone: number;
  /** Steps of this epoch that were taken already; default 0. */
  readonly skip?: number;
};

/** One step of the optimizer, reported after the weights have moved. */
export type StepEvent = {
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
  /** The learning rate of this step. */
  readonly learningRate: number;
  /** Time from the plain arrays of the batch to the moved weights. */
  readonly seconds: number;
};

/**
 * Trains any model on any loss, in place, on the batches of one epoch, yielding after
 * every step.
 *
 * Break out of the loop to stop early: no tensor of a batch outlives its step.
 *
 * @param task What is minimized.
 * @param state Parameters and moments. They change.
 * @param batches Plain arrays, made one at a time as they are needed.
 * @param position The epoch and the steps already taken.
 * @param options Learning rates, clipping, seed and signal.
 * @yields One {@linkcode StepEvent} for each batch, or for every
 * `gradientAccumulationSteps` batches.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not
 * finite; the weights do not move.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export async function* trainEpoch<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  task: StepTask<Params, Plain, Batch, Config>,
  state: TrainState<Params>,
  batches: Iterable<Plain>,
  position: TrainPosition,
  options: StepOptions,
): AsyncGenerator<StepEvent, void> {
  const { epoch, stepsDone, skip = 0 } = position;
  const { schedule, signal, gradientAccumulationSteps = 1 } = options;
  const { totalSteps } = schedule;
  const steps = new Steps(task, state, options);
  let step = stepsDone;
  try {
    for (const group of groupsOf(batches, gradientAccumulationSteps)) {
      signal?.throwIfAborted();
      step++;
      if (step <= stepsDone + skip) {
        steps.skip(group);
        continue;
      }
      const start = performance.now();
      const learningRate = learningRateAt(step, schedule);
      const outcome = await steps.take(group, step, learningRate)
        .catch((error) => {
          throw task.memoryOf === undefined ? error : outOfMemoryError(
            error,
            group.map(task.memoryOf),
            gradientAccumulationSteps,
          );
        });
      if (!Number.isFinite(outcome.loss + outcome.gradientNorm)) {
        const indices = group.flatMap(({ indices }) => indices);
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
      await yieldToEventLoop();
    }
  } finally {
    steps.dispose();
  }
}

/** Takes steps, and owns every tensor that they need. */
class Steps<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
> {
  /** Only with gradient accumulation. */
  readonly #sums;
  readonly #settings: UpdateSettings;
  #mostExamples = 0;
  /** How many dropouts a micro-batch has, once that is needed. */
  #numDropouts: number | undefined;

  constructor(
    private readonly task: StepTask<Params, Plain, Batch, Config>,
    private readonly state: TrainState<Params>,
    private readonly options: StepOptions,
  ) {
    if (numWorkers() > 1 && task.split === undefined) {
      throw new RangeError(
        `Cannot train on ${numWorkers()} workers: batches must be split among them; ` +
          `found a task whose batches stay whole; train it in one process`,
      );
    }
    const { gradientAccumulationSteps = 1 } = options;
    const { adamW, maxGradNorm, lrMultipliers, noDecay } = options;
    const { reducePrecision } = options;
    this.#settings = {
      adamW,
      maxGradNorm,
      lrMultipliers,
      noDecay,
      reducePrecision,
    };
    this.#sums = gradientAccumulationSteps > 1
      ? initGradientSums(state.params)
      : undefined;
  }

  dispose(): void {
    disposeTree(this.#sums ?? []);
  }

  /** Passes over a step that an earlier process took. */
  skip([plain]: readonly Plain[]): void {
    this.#mostExamples = Math.max(this.#mostExamples, plain!.indices.length);
  }

  /**
   * Takes a step.
   *
   * @param group One batch, or the batches of an accumulated step.
   * @param step Its number, from 1.
   * @param learningRate Its learning rate.
   * @returns Mean loss and gradient norm; if they are not finite, nothing moved.
   */
  async take(
    group: readonly Plain[],
    step: number,
    learningRate: number,
  ): Promise<{ readonly loss: number; readonly gradientNorm: number }> {
    const { loss, gradientNorm } = tf.tidy(() => {
      const rates = adamWRates(step, learningRate, this.options.adamW);
      return this.#sums === undefined
        ? this.#takeWhole(group[0]!, rates, step)
        : this.#takeAccumulated(group, rates, step);
    });
    const read = [loss, gradientNorm].map((scalar) => scalar.data<"float32">());
    const [[lossValue], [norm]] = await Promise.all(read) as [
      Float32Array,
      Float32Array,
    ];
    tf.dispose([loss, gradientNorm]);
    return { loss: lossValue!, gradientNorm: norm! };
  }

  #takeWhole(plain: Plain, rates: AdamWRates, step: number): StepOutcome {
    const { task, state, options } = this;
    const { batch, seed } = this.#tensorsOf(plain, step);
    const { length } = plain.indices;
    this.#mostExamples = Math.max(this.#mostExamples, length);
    const settings = { ...this.#settings, config: task.config };
    return task.trainStep[options.precision](
      state,
      batch,
      { rates, seed },
      // The last batch of an epoch may have a shape that occurs once.
      length < this.#mostExamples ? { ...settings, unfused: true } : settings,
    );
  }

  #takeAccumulated(
    group: readonly Plain[],
    rates: AdamWRates,
    step: number,
  ): StepOutcome {
    const { task, state, options } = this;
    const { params } = state;
    const { gradientAccumulationSteps = 1, precision } = options;
    const { loss, gradients } = this.#sums!;
    const counts = group.map((plain) => this.#weightOf(plain));
    // If nothing counts, as in texts without a token to mask, the loss is 0.
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    const touched: Record<string, tf.Variable> = {};
    for (const [i, plain] of group.entries()) {
      // The number of the batch in the run, so that no two have the same masks.
      const number = (step - 1) * gradientAccumulationSteps + i + 1;
      const { batch, seed } = this.#tensorsOf(plain, number);
      const weight = tf.scalar(counts[i]! / total);
      const { paths } = task.trainStep.accumulate[precision](
        { params, sums: { loss, gradients } },
        batch,
        { weight, seed },
        task.config,
      );
      for (const path of paths) touched[path] = gradients[path]!;
    }
    return compiledApplySums(
      state,
      { loss, gradients: touched },
      rates,
      this.#settings,
    );
  }

  /**
   * This worker's part of a batch, and the seed of its dropout masks; the tidy around a
   * step frees both.
   */
  #tensorsOf(
    plain: Plain,
    number: number,
  ): { readonly batch: MicroBatches<Batch>; readonly seed: tf.Tensor1D } {
    const { task, state, options } = this;
    const { split = (plain) => [plain], tensorsOf } = task;
    const all = split(plain, options.numMicroBatches ?? defaultMicroBatches());
    const weights = all.map((each) => this.#weightOf(each));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const { microBatches, first, counts } = ownPart(all, weights);
    const batch = {
      microBatches: microBatches.map(tensorsOf),
      weights: microBatchWeights(counts, total),
    };
    if (first > 0) {
      this.#numDropouts ??= task.trainStep.numDropouts(
        state.params,
        batch.microBatches[0]!,
        task.config,
      );
    }
    // Masks follow the number of the micro-batch, whichever worker computes it.
    const skipped = first * (this.#numDropouts ?? 0);
    const seed = [skipKeys(options.seed, skipped), number];
    return { batch, seed: tf.tensor1d(seed, "int32") };
  }

  #weightOf(plain: Plain): number {
    const { weightOf = ({ indices }: Plain) => indices.length } = this.task;
    return weightOf(plain);
  }
}

/** Groups of `size`; the last has the rest. */
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

/** The step at which loss or gradients stopped being finite. */
export type Divergence = {
  /** The step that was not taken, from 1. */
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly gradientNorm: number;
  /** The batch, as positions of its examples: enough to run the step again. */
  readonly indices: readonly number[];
};

/** Thrown before the weights move: they are still those of the last good step. */
export class TrainingDivergedError extends RangeError {
  /** The name of the class. */
  override readonly name = "TrainingDivergedError";
  /** The step at which it happened. */
  readonly divergence: Divergence;

  /**
   * Makes the error of a step.
   *
   * @param divergence The step at which it happened.
   */
  constructor(divergence: Divergence) {
    const { step, epoch, loss, gradientNorm, indices } = divergence;
    super(
      `Cannot continue training: loss and gradients must be finite; found loss ` +
        `${loss}, gradient norm ${gradientNorm} at step ${step} (epoch ${epoch}, ` +
        `examples ${
          indices.join(", ")
        }); lower the learning rate. This step has changed no weight; after an ` +
        `evaluation, the model has the weights of the best one`,
    );
    this.divergence = divergence;
  }
}
