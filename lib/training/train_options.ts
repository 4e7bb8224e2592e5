/** Training options, with their defaults filled in and checked. @module */

import { numBatches } from "../batches/batches.ts";
import { differences } from "../checkpoint/differences.ts";
import type { Checkpoints } from "../checkpoint/training_runs.ts";
import { accelerator } from "../engine/accelerator.ts";
import { checkPrecision, type Precision } from "../engine/precision.ts";
import { currentCluster, defaultMicroBatches } from "../engine/shared_work.ts";
import {
  choosePrecision,
  type PrecisionChoice,
} from "../model/choose_precision.ts";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "../options.ts";
import { ADAMW_DEFAULTS } from "./adamw.ts";
import { plain } from "./run_description.ts";
import { DECAYS, type ScheduleName } from "./schedule.ts";
import type { StepOptions } from "./train_epoch.ts";

/** The options of any training; Devlin et al. (2019), appendix A.3, has usual values. */
export type TrainOptions = {
  readonly epochs: number;
  readonly batchSize: number;
  /** The highest learning rate of the schedule. */
  readonly learningRate: number;
  /** β₁ of AdamW, in [0, 1); default 0.9. */
  readonly beta1?: number;
  /** β₂ of AdamW, in [0, 1); default 0.999. */
  readonly beta2?: number;
  /** ε of AdamW; default 1e-8. */
  readonly epsilon?: number;
  /** λ of AdamW, for kernels and embeddings; default 0.01. */
  readonly weightDecay?: number;
  /** Steps over which the learning rate rises from 0; default 0. */
  readonly warmupSteps?: number;
  /** The course of the learning rate after the warm-up; default `"linear"`. */
  readonly schedule?: ScheduleName;
  /** Norm to which longer gradients are clipped; default 1. */
  readonly maxGradNorm?: number;
  /**
   * Number of batches in each step, for batches that would not fit into memory: a step
   * then has `gradientAccumulationSteps · batchSize` examples. Default 1.
   */
  readonly gradientAccumulationSteps?: number;
  /** Decides the order of the examples and the dropout masks. */
  readonly seed: number;
  /**
   * Of matrix products; default `"float32"`. `"auto"` takes what is faster here, by the
   * measurement of `choosePrecision`; with `checkpoints`, it continues in the precision
   * of a stopped training, and the first of the events says why.
   */
  readonly precision?: Precision | "auto";
  /**
   * Into how many micro-batches each batch is split, which are computed in parallel;
   * default one for each operation that the engine runs at a time (`interOpThreads`), on
   * each worker. It decides dropout masks and rounding, so the same number gives the same
   * bits on another number of threads.
   */
  readonly numMicroBatches?: number;
  /**
   * In which several workers send and sum up their gradients; default `"float32"`.
   * `"bfloat16"` sends half as much, and rounds every partial sum to 8 binary digits.
   */
  readonly reducePrecision?: Precision;
  /** Ends the training between two steps. */
  readonly signal?: AbortSignal;
  /**
   * From `checkpointsIn`: saves the state of the training now and then, and continues
   * where an earlier process was stopped. Default none.
   */
  readonly checkpoints?: Checkpoints;
};

/** The names of all options of {@linkcode TrainOptions}. */
const TRAIN_OPTION_NAMES: Readonly<Record<keyof TrainOptions, true>> = {
  epochs: true,
  batchSize: true,
  learningRate: true,
  beta1: true,
  beta2: true,
  epsilon: true,
  weightDecay: true,
  warmupSteps: true,
  schedule: true,
  maxGradNorm: true,
  gradientAccumulationSteps: true,
  seed: true,
  precision: true,
  numMicroBatches: true,
  reducePrecision: true,
  signal: true,
  checkpoints: true,
};

/** The options of a training, all of them decided. */
export type ResolvedTrainOptions = StepOptions & {
  /** Why this precision, if it was chosen. */
  readonly precisionReason?: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly checkpoints: Checkpoints | undefined;
  /** The user's choices. */
  readonly given: TrainOptions;
};

/** Options before the engine runs, which chooses the precision if asked to. */
export type CheckedTrainOptions = Omit<ResolvedTrainOptions, "precision"> & {
  readonly precision: Precision | "auto";
};

/**
 * Decides what depends on the machine: the precision, if it is `"auto"`, and the default
 * of `numMicroBatches`. In a cluster, worker 0 decides for all.
 *
 * @param options From {@linkcode resolveTrainOptions}; the engine runs.
 * @returns The options, all of them decided.
 * @throws {RangeError} If worker 0 chose a precision that this worker does not have.
 */
export async function withMachineDefaults<O extends CheckedTrainOptions>(
  options: O,
): Promise<
  & Omit<O, "precision" | "numMicroBatches">
  & Pick<ResolvedTrainOptions, "precision">
  & { readonly numMicroBatches: number }
> {
  const cluster = currentCluster();
  const isFirst = cluster === undefined || cluster.index === 0;
  const isAuto = options.precision === "auto";
  const own: Partial<PrecisionChoice> & { readonly numMicroBatches: number } = {
    numMicroBatches: defaultMicroBatches(),
    ...isAuto && isFirst && await continuedOrChosen({
      ...options,
      numMicroBatches: options.numMicroBatches ?? defaultMicroBatches(),
    }),
  };
  const text = cluster?.exchange(JSON.stringify(own))[0];
  const first = text === undefined ? own : JSON.parse(text) as typeof own;
  const { numMicroBatches = first.numMicroBatches } = options;
  const { precision = "float32", reason } = isAuto
    ? first
    : { precision: options.precision as Precision };
  if (isAuto) checkPrecision(precision);
  return {
    ...options,
    numMicroBatches,
    precision,
    ...reason !== undefined && { precisionReason: reason },
  };
}

/** The precision of the training that continues, or the fastest here. */
async function continuedOrChosen(
  options: CheckedTrainOptions,
): Promise<Pick<PrecisionChoice, "precision" | "reason">> {
  const stopped = await stoppedPrecision(options);
  return stopped === undefined ? await choosePrecision() : {
    precision: stopped,
    reason: `${stopped}: so did the training begin that continues`,
  };
}

/** The precision of a stopped training whose other options are the same. */
async function stoppedPrecision(
  options: CheckedTrainOptions,
): Promise<Precision | undefined> {
  const stopped = await options.checkpoints?.stopped?.();
  const before = stopped?.["options"] as { precision: Precision } | undefined;
  if (before === undefined) return undefined;
  const { precision } = before;
  const canCompute = precision === "float32" ||
    accelerator()?.multipliesBfloat16 === true;
  const now = plain({ ...options, precision });
  return canCompute && differences(before, now).length === 0
    ? precision
    : undefined;
}

/**
 * Checks the options of a training and fills in the defaults.
 *
 * @param action What cannot be done with wrong options, for messages.
 * @param options The user's choices.
 * @param task `numExamples`; the names of the function's other options; `warmupRatio`:
 * the default of `warmupSteps` as a share of all steps, by default 0.
 * @returns All options, and the number of steps.
 * @throws {RangeError} If an option is out of its range.
 * @throws {TypeError} If an option is unknown.
 */
export function resolveTrainOptions(
  action: string,
  options: TrainOptions,
  task: {
    readonly numExamples: number;
    readonly otherOptions?: readonly string[];
    readonly warmupRatio?: number;
  },
): CheckedTrainOptions {
  const { numExamples, otherOptions = [], warmupRatio = 0 } = task;
  checkKnownOptions(action, options, [
    ...Object.keys(TRAIN_OPTION_NAMES),
    ...otherOptions,
  ]);
  const { epochs, batchSize, learningRate, seed } = options;
  const { signal, checkpoints, numMicroBatches, reducePrecision } = options;
  const {
    beta1 = ADAMW_DEFAULTS.beta1,
    beta2 = ADAMW_DEFAULTS.beta2,
    epsilon = ADAMW_DEFAULTS.epsilon,
    weightDecay = ADAMW_DEFAULTS.weightDecay,
    schedule = "linear",
    maxGradNorm = 1,
    gradientAccumulationSteps = 1,
    precision = "float32",
  } = options;
  checkOption("epochs", epochs, RULES.count);
  checkOption("batchSize", batchSize, RULES.count);
  checkOption(
    "gradientAccumulationSteps",
    gradientAccumulationSteps,
    RULES.count,
  );
  checkOption("learningRate", learningRate, RULES.positive);
  checkOption("beta1", beta1, RULES.belowOne);
  checkOption("beta2", beta2, RULES.belowOne);
  checkOption("epsilon", epsilon, RULES.positive);
  checkOption("weightDecay", weightDecay, RULES.notNegative);
  checkOption("maxGradNorm", maxGradNorm, RULES.limit);
  checkOption("seed", seed, RULES.seed);
  if (numMicroBatches !== undefined) {
    checkOption("numMicroBatches", numMicroBatches, RULES.count);
  }
  checkChoice("schedule", schedule, Object.keys(DECAYS) as ScheduleName[]);
  checkChoice("precision", precision, ["float32", "bfloat16", "auto"]);
  if (precision !== "auto") checkPrecision(precision);
  if (reducePrecision !== undefined) {
    checkChoice("reducePrecision", reducePrecision, ["float32", "bfloat16"]);
  }
  const stepsPerEpoch = Math.ceil(
    numBatches(numExamples, batchSize) / gradientAccumulationSteps,
  );
  const totalSteps = epochs * stepsPerEpoch;
  const { warmupSteps = Math.floor(totalSteps * warmupRatio) } = options;
  checkOption("warmupSteps", warmupSteps, RULES.countOrNone);
  if (warmupSteps > totalSteps) {
    throw new RangeError(
      `Cannot warm up: warmupSteps must not exceed the steps of the training; ` +
        `found warmupSteps=${warmupSteps}, steps=${totalSteps}`,
    );
  }
  return {
    adamW: { beta1, beta2, epsilon, weightDecay },
    maxGradNorm,
    schedule: { name: schedule, learningRate, warmupSteps, totalSteps },
    seed,
    precision,
    signal,
    epochs,
    batchSize,
    gradientAccumulationSteps,
    numMicroBatches,
    reducePrecision,
    stepsPerEpoch,
    checkpoints,
    given: options,
  };
}
