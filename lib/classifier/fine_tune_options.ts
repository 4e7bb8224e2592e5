/** The recipe of a fine-tuning run, with its defaults filled in and checked. @module */

import {
  type Batch,
  type EncodedExample,
  numBatches,
} from "../data/batches.ts";
import { lengthGroupedOrder, randomOrder } from "../data/sampler.ts";
import { ADAMW_DEFAULTS } from "../training/adamw.ts";
import {
  checkChoice,
  checkExamples,
  checkOption,
  checkWarmup,
  type ModelSizes,
  RULES,
} from "../training/check.ts";
import { BATCHES_OF, type Layout } from "../training/layout.ts";
import { checkPrecision, type Precision } from "../training/precision.ts";
import type { ScheduleName } from "../training/schedule.ts";
import { weightsOf } from "./class_weights.ts";
import { checkFreeze, type FrozenPart } from "./freeze.ts";
import { layerRates } from "./layer_decay.ts";
import type { ClassifierPlan } from "./train.ts";

/** What a user chooses; Devlin et al. (2019), appendix A.3, names the usual values. */
export type FineTuneOptions = {
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
  readonly clipNorm?: number;
  /** Fixes the order of the examples and the dropout masks. */
  readonly seed: number;
  /** Default `"random"`; `"length-grouped"` pads less. */
  readonly order?: "random" | "length-grouped";
  /**
   * `"packed"`, the default, puts short examples into one row; `"padded"` gives each
   * a row of its own. The numbers are the same but for rounding and dropout's masks.
   */
  readonly layout?: Layout;
  /** Where the best epoch is saved; left out, it is kept in memory. */
  readonly checkpointFolder?: string;
  /**
   * Parts that stay as they are: `"embeddings"`, and encoder layers by number,
   * from 0. Default none.
   */
  readonly freeze?: readonly FrozenPart[];
  /**
   * Each layer's learning rate is that of the layer above it, times this number in
   * (0, 1]; default 1. See `layerRates`.
   */
  readonly layerDecay?: number;
  /**
   * How much an example of each class counts in the training loss, in the order of
   * the labels; `"balanced"` makes the classes count alike. Left out, examples do.
   */
  readonly classWeights?: readonly number[] | "balanced";
  /** Epochs in a row without a new best one that end the training; default none. */
  readonly patience?: number;
  /** Of matrix products; default `"float32"`. */
  readonly precision?: Precision;
  /**
   * Batches whose gradients make one step, for batches that would not fit into
   * memory; a step then learns from `accumulate · batchSize` examples. Default 1.
   */
  readonly accumulate?: number;
  /** Ends the training between two steps. */
  readonly signal?: AbortSignal;
  /** What "best" means on the validation set; default `"mcc"`. */
  readonly selectBy?: "mcc" | "loss" | "accuracy";
};

/** What there is to learn from, and to be judged by. */
export type FineTuneData = {
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
};

/** Everything that is settled before the first step. */
export type FineTunePlan = ClassifierPlan & {
  readonly epochs: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly selectBy: "mcc" | "loss" | "accuracy";
  readonly checkpointFolder: string | undefined;
  readonly freeze: readonly FrozenPart[];
  readonly patience: number;
  /** The batches of an epoch, of training examples in their own order. */
  readonly batchesOf: (
    examples: readonly EncodedExample[],
    epoch: number,
  ) => Generator<Batch>;
};

/**
 * Settles a run: defaults, number of steps, order of the examples.
 *
 * @param model Its config and class names.
 * @param data The examples.
 * @param options The user's choices.
 * @returns The plan.
 * @throws {RangeError} If an option is out of its range, or an example does not
 * fit the model.
 */
export function planFineTuning(
  model: ModelSizes,
  data: FineTuneData,
  options: FineTuneOptions,
): FineTunePlan {
  const { epochs, batchSize, learningRate, seed, signal } = options;
  const {
    epsilon = ADAMW_DEFAULTS.epsilon,
    weightDecay = ADAMW_DEFAULTS.weightDecay,
    warmupSteps = 0,
    clipNorm = 1,
    schedule = "linear",
    order = "random",
    layout = "packed",
    selectBy = "mcc",
    checkpointFolder,
    freeze = [],
    precision = "float32",
    accumulate = 1,
    layerDecay = 1,
    patience = Infinity,
  } = options;
  checkOption("epochs", epochs, RULES.count);
  checkOption("batchSize", batchSize, RULES.count);
  checkOption("layerDecay", layerDecay, RULES.share);
  checkOption("patience", patience, RULES.countOrEndless);
  checkOption("accumulate", accumulate, RULES.count);
  checkOption("learningRate", learningRate, RULES.positive);
  checkOption("epsilon", epsilon, RULES.positive);
  checkOption("weightDecay", weightDecay, RULES.notNegative);
  checkOption("clipNorm", clipNorm, RULES.limit);
  checkOption("seed", seed, RULES.seed);
  checkChoice("schedule", schedule, ["linear", "cosine", "constant"]);
  checkChoice("order", order, ["random", "length-grouped"]);
  checkChoice("layout", layout, ["packed", "padded"]);
  checkChoice("selectBy", selectBy, ["mcc", "loss", "accuracy"]);
  checkChoice("precision", precision, ["float32", "bfloat16"]);
  checkPrecision(precision);
  checkFreeze(freeze, model.config);
  checkExamples(data.train, model, "training");
  checkExamples(data.validation, model, "validation");
  const classWeights = weightsOf(
    options.classWeights,
    model.labels,
    data.train,
  );
  const count = data.train.length;
  const stepsPerEpoch = Math.ceil(numBatches(count, batchSize) / accumulate);
  const totalSteps = epochs * stepsPerEpoch;
  checkWarmup(warmupSteps, totalSteps);
  const lengths = data.train.map(({ ids }) => ids.length);
  return {
    config: model.config,
    adamW: { ...ADAMW_DEFAULTS, epsilon, weightDecay },
    clipNorm,
    factors: layerRates(layerDecay, model.config),
    classWeights,
    schedule: { name: schedule, learningRate, warmupSteps, totalSteps },
    seed,
    precision,
    freeze,
    patience,
    signal,
    epochs,
    batchSize,
    accumulate,
    stepsPerEpoch,
    selectBy,
    checkpointFolder,
    batchesOf: (examples, epoch) =>
      BATCHES_OF[layout](examples, model.config, {
        batchSize,
        order: order === "random"
          ? randomOrder(count, { seed, epoch })
          : lengthGroupedOrder(lengths, { seed, epoch, batchSize }),
      }),
  };
}
