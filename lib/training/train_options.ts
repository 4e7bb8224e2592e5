/** The recipe of any training, with its defaults filled in and checked. @module */

import { numBatches } from "../batches/batches.ts";
import { ADAMW_DEFAULTS } from "./adamw.ts";
import { checkChoice, checkOption, RULES } from "../options.ts";
import { checkPrecision, type Precision } from "../engine/precision.ts";
import type { ScheduleName } from "./schedule.ts";
import type { TrainPlan } from "./train_on.ts";

/** What a user chooses; Devlin et al. (2019), appendix A.3, names the usual values. */
export type TrainOptions = {
  readonly epochs: number;
  readonly batchSize: number;
  /** The highest rate of the schedule. */
  readonly learningRate: number;
  /** ε of AdamW; default 1e-8. */
  readonly epsilon?: number;
  /** λ of AdamW, for kernels and embeddings; default 0.01. */
  readonly weightDecay?: number;
  /** Steps over which the rate climbs from 0; default 0. */
  readonly warmupSteps?: number;
  /** Default `"linear"`. */
  readonly schedule?: ScheduleName;
  /** Longest gradient that passes unclipped; default 1. */
  readonly maxGradNorm?: number;
  /** Fixes the order of the examples and the dropout masks. */
  readonly seed: number;
  /** Of matrix products; default `"float32"`. */
  readonly precision?: Precision;
  /** Ends the training between two steps. */
  readonly signal?: AbortSignal;
};

/** Everything that is settled before the first step. */
export type ResolvedTrainOptions = TrainPlan & {
  readonly epochs: number;
  readonly batchSize: number;
  readonly gradientAccumulationSteps: number;
  readonly stepsPerEpoch: number;
};

/**
 * Settles a training: defaults and the number of steps.
 *
 * @param count Training examples.
 * @param options The user's choices.
 * @param special What differs: `gradientAccumulationSteps`, the batches whose gradients make one
 * step, 1 by default; `warmupShare`, the steps over which the rate climbs if the
 * user does not say, as a share of all, 0 by default.
 * @returns The plan.
 * @throws {RangeError} If an option is out of its range.
 */
export function resolveTrainOptions(
  count: number,
  options: TrainOptions,
  special: { gradientAccumulationSteps?: number; warmupShare?: number } = {},
): ResolvedTrainOptions {
  const { epochs, batchSize, learningRate, seed, signal } = options;
  const {
    epsilon = ADAMW_DEFAULTS.epsilon,
    weightDecay = ADAMW_DEFAULTS.weightDecay,
    schedule = "linear",
    maxGradNorm = 1,
    precision = "float32",
  } = options;
  const { gradientAccumulationSteps = 1, warmupShare = 0 } = special;
  checkOption("epochs", epochs, RULES.count);
  checkOption("batchSize", batchSize, RULES.count);
  checkOption("accumulate", gradientAccumulationSteps, RULES.count);
  checkOption("learningRate", learningRate, RULES.positive);
  checkOption("epsilon", epsilon, RULES.positive);
  checkOption("weightDecay", weightDecay, RULES.notNegative);
  checkOption("maxGradNorm", maxGradNorm, RULES.limit);
  checkOption("seed", seed, RULES.seed);
  checkChoice("schedule", schedule, ["linear", "cosine", "constant"]);
  checkChoice("precision", precision, ["float32", "bfloat16"]);
  checkPrecision(precision);
  const stepsPerEpoch = Math.ceil(numBatches(count, batchSize) / gradientAccumulationSteps);
  const totalSteps = epochs * stepsPerEpoch;
  const { warmupSteps = Math.floor(totalSteps * warmupShare) } = options;
  checkWarmup(warmupSteps, totalSteps);
  return {
    adamW: { ...ADAMW_DEFAULTS, epsilon, weightDecay },
    maxGradNorm,
    schedule: { name: schedule, learningRate, warmupSteps, totalSteps },
    seed,
    precision,
    signal,
    epochs,
    batchSize,
    gradientAccumulationSteps,
    stepsPerEpoch,
  };
}

/**
 * Checks that the rate's climb ends within the training.
 *
 * @param warmupSteps Steps over which the rate climbs.
 * @param totalSteps Steps of the training.
 * @throws {RangeError} If the climb is no number of steps, or longer than the training.
 */
function checkWarmup(warmupSteps: number, totalSteps: number): void {
  checkOption("warmupSteps", warmupSteps, RULES.countOrNone);
  if (warmupSteps <= totalSteps) return;
  throw new RangeError(
    `Cannot warm up as warmupSteps must not exceed the steps of the training: ` +
      `current values are warmupSteps=${warmupSteps}, steps=${totalSteps}`,
  );
}
