/**
 * Pretraining: a model guesses hidden words, and judges pairs where it has the head.
 *
 * Devlin et al. (2019), section 3.1 and appendix A.2.
 *
 * @module
 */

import { type EncodedExample, numBatches } from "../data/batches.ts";
import { maskedBatchesOf } from "../data/masked_batches.ts";
import { checkShare, type MaskingOptions } from "../data/masking.ts";
import { lengthGroupedOrder, randomOrder } from "../data/sampler.ts";
import { disposeTree } from "../engine/tensor_tree.ts";
import { ADAMW_DEFAULTS, initSlots } from "../training/adamw.ts";
import {
  checkChoice,
  checkExamples,
  checkOption,
  checkWarmup,
  RULES,
} from "../training/check.ts";
import { lengthMultiple } from "../training/layout.ts";
import { checkPrecision, type Precision } from "../training/precision.ts";
import type { ScheduleName } from "../training/schedule.ts";
import {
  trainOn,
  type TrainPlan,
  type TrainStep,
} from "../training/train_on.ts";
import { makeTrainable } from "../training/variables.ts";
import {
  judgePretraining,
  PAIR_LABELS,
  type PretrainingScores,
} from "./judge_pretraining.ts";
import {
  maskedTensors,
  type PretrainableModel,
  pretrainingStep,
} from "./pretraining.ts";

/** What a user chooses. */
export type PretrainOptions = MaskingOptions & {
  readonly epochs: number;
  readonly batchSize: number;
  /** The highest rate of the schedule. */
  readonly learningRate: number;
  /** λ of AdamW, for kernels and embeddings; default 0.01. */
  readonly weightDecay?: number;
  /** Steps over which the rate climbs from 0; default a tenth of all. */
  readonly warmupSteps?: number;
  /** Default `"linear"`. */
  readonly schedule?: ScheduleName;
  /** Longest gradient that passes unclipped; default 1. */
  readonly clipNorm?: number;
  /** Fixes the order of the examples, the hidden words and the dropout masks. */
  readonly seed: number;
  /** Default `"random"`; `"length-grouped"` pads less. */
  readonly order?: "random" | "length-grouped";
  /** Of matrix products; default `"float32"`. */
  readonly precision?: Precision;
  /** Ends the training between two steps. */
  readonly signal?: AbortSignal;
};

/** Sentences or pairs; the label is the class of a pair, and 0 where there is none. */
export type PretrainData = {
  readonly train: readonly EncodedExample[];
  /** Held out; the same words are hidden after each epoch. */
  readonly validation: readonly EncodedExample[];
};

/** What an epoch came to. */
export type PretrainEpoch = PretrainingScores & {
  readonly kind: "epoch";
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean loss of the epoch's steps, with dropout; pairs are part of it. */
  readonly trainingLoss: number;
  /** Sum of the steps' seconds. */
  readonly trainingSeconds: number;
};

/**
 * Pretrains a model in place, yielding every step and every epoch's end.
 *
 * Other words are hidden in each epoch. The parameters of the model become variables,
 * and at the end hold the latest weights. The same seed gives the same bits.
 *
 * @param model From `loadModel("masked-lm" | "pretraining", …)`, or new. It changes.
 * @param data Sentences for the one, pairs for the other.
 * @param options The recipe.
 * @returns A generator of events; break out of it to stop early.
 * @throws {RangeError} At once, if an option is out of its range or an example does
 * not fit the model.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 */
export function pretrain(
  model: PretrainableModel,
  data: PretrainData,
  options: PretrainOptions,
): AsyncGenerator<TrainStep | PretrainEpoch, void> {
  const sizes = { config: model.config, labels: PAIR_LABELS };
  checkExamples(data.train, sizes, "training");
  checkExamples(data.validation, sizes, "validation");
  return run(model, data, options, planOf(data.train.length, options));
}

async function* run(
  model: PretrainableModel,
  { train, validation }: PretrainData,
  options: PretrainOptions,
  plan: TrainPlan,
): AsyncGenerator<TrainStep | PretrainEpoch, void> {
  const { config, params, tokenizer } = model;
  const { epochs, batchSize, seed, order = "random" } = options;
  const stepsPerEpoch = numBatches(train.length, batchSize);
  const lengths = train.map(({ ids }) => ids.length);
  makeTrainable(params);
  const learner = { params, slots: initSlots(params) };
  const task = {
    ...{ learner, config, step: pretrainingStep },
    tensorsOf: (batch: Parameters<typeof maskedTensors>[0]) =>
      maskedTensors(batch, config),
  };
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const batches = maskedBatchesOf(train, {
        ...options,
        vocabulary: tokenizer.vocabulary,
        epoch,
        order: order === "random"
          ? randomOrder(train.length, { seed, epoch })
          : lengthGroupedOrder(lengths, { seed, epoch, batchSize }),
        multipleOf: lengthMultiple(config),
      });
      const position = { epoch, stepsDone: (epoch - 1) * stepsPerEpoch };
      let trainingLoss = 0, trainingSeconds = 0;
      for await (const step of trainOn(task, batches, position, plan)) {
        trainingLoss += step.loss / stepsPerEpoch;
        trainingSeconds += step.seconds;
        yield step;
      }
      const { precision } = plan;
      const scores = await judgePretraining(model, validation, { precision });
      yield { kind: "epoch", epoch, trainingLoss, trainingSeconds, ...scores };
    }
  } finally {
    disposeTree(learner.slots);
  }
}

/** Settles rates and steps, and refuses what makes no sense. */
function planOf(count: number, options: PretrainOptions): TrainPlan {
  const { epochs, batchSize, learningRate, seed, share = 0.15 } = options;
  const {
    weightDecay = ADAMW_DEFAULTS.weightDecay,
    schedule = "linear",
    clipNorm = 1,
    precision = "float32",
    order = "random",
    signal,
  } = options;
  checkOption("epochs", epochs, RULES.count);
  checkOption("batchSize", batchSize, RULES.count);
  checkOption("learningRate", learningRate, RULES.positive);
  checkOption("weightDecay", weightDecay, RULES.notNegative);
  checkOption("clipNorm", clipNorm, RULES.limit);
  checkOption("seed", seed, RULES.seed);
  checkChoice("schedule", schedule, ["linear", "cosine", "constant"]);
  checkChoice("order", order, ["random", "length-grouped"]);
  checkChoice("precision", precision, ["float32", "bfloat16"]);
  checkPrecision(precision);
  checkShare(share);
  const totalSteps = epochs * numBatches(count, batchSize);
  const { warmupSteps = Math.floor(totalSteps / 10) } = options;
  checkWarmup(warmupSteps, totalSteps);
  return {
    adamW: { ...ADAMW_DEFAULTS, weightDecay },
    clipNorm,
    schedule: { name: schedule, learningRate, warmupSteps, totalSteps },
    seed,
    precision,
    signal,
  };
}
