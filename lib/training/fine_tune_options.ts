/** The recipe of a fine-tuning run, with its defaults filled in and checked. @module */

import type { Batch, EncodedExample } from "../batches/batches.ts";
import { type SamplerName, sampleOrder } from "../batches/sampler.ts";
import { checkChoice, checkOption, RULES } from "../options.ts";
import { checkExamples, type ModelSizes } from "../batches/check_examples.ts";
import { BATCHES_OF, type Batching } from "../batches/layout.ts";
import {
  resolveTrainOptions,
  type ResolvedTrainOptions,
  type TrainOptions,
} from "./train_options.ts";
import { resolveClassWeights } from "./class_weights.ts";
import { checkFreeze, type FrozenPart } from "./freeze.ts";
import { layerwiseLrMultipliers } from "./layer_decay.ts";
import type { ClassifierPlan } from "./train.ts";

/** What a user chooses. */
export type FineTuneOptions = TrainOptions & {
  /** Default `"random"`; `"length-grouped"` pads less. */
  readonly order?: SamplerName;
  /**
   * `"packed"`, the default, puts short examples into one row; `"padded"` gives each
   * a row of its own. The numbers are the same but for rounding and dropout's masks.
   */
  readonly batching?: Batching;
  /** Where the best epoch is saved; left out, it is kept in memory. */
  readonly checkpointFolder?: string;
  /**
   * Parts that stay as they are: `"embeddings"`, and encoder layers by number,
   * from 0. Default none.
   */
  readonly freeze?: readonly FrozenPart[];
  /**
   * Each layer's learning rate is that of the layer above it, times this number in
   * (0, 1]; default 1. See `layerwiseLrMultipliers`.
   */
  readonly layerwiseLrDecay?: number;
  /**
   * How much an example of each class counts in the training loss, in the order of
   * the labels; `"balanced"` makes the classes count alike. Left out, examples do.
   */
  readonly classWeights?: readonly number[] | "balanced";
  /** Epochs in a row without a new best one that end the training; default none. */
  readonly patience?: number;
  /**
   * Batches whose gradients make one step, for batches that would not fit into
   * memory; a step then learns from `gradientAccumulationSteps · batchSize` examples. Default 1.
   */
  readonly gradientAccumulationSteps?: number;
  /** What "best" means on the validation set; default `"mcc"`. */
  readonly metricForBestModel?: "mcc" | "loss" | "accuracy";
};

/** What there is to learn from, and to be judged by. */
export type FineTuneData = {
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
};

/** Everything that is settled before the first step. */
export type FineTunePlan = ClassifierPlan & ResolvedTrainOptions & {
  readonly metricForBestModel: "mcc" | "loss" | "accuracy";
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
export function resolveFineTuneOptions(
  model: ModelSizes,
  data: FineTuneData,
  options: FineTuneOptions,
): FineTunePlan {
  const { seed, batchSize } = options;
  const {
    order = "random",
    batching = "packed",
    metricForBestModel = "mcc",
    checkpointFolder,
    freeze = [],
    gradientAccumulationSteps = 1,
    layerwiseLrDecay = 1,
    patience = Infinity,
  } = options;
  const plan = resolveTrainOptions(data.train.length, options, { gradientAccumulationSteps });
  checkOption("layerwiseLrDecay", layerwiseLrDecay, RULES.share);
  checkOption("patience", patience, RULES.countOrEndless);
  checkChoice("order", order, ["random", "length-grouped"]);
  checkChoice("batching", batching, ["packed", "padded"]);
  checkChoice("metricForBestModel", metricForBestModel, [
    "mcc",
    "loss",
    "accuracy",
  ]);
  checkFreeze(freeze, model.config);
  checkExamples(data.train, model, "training");
  checkExamples(data.validation, model, "validation");
  const lengths = data.train.map(({ inputIds }) => inputIds.length);
  return {
    ...plan,
    config: model.config,
    lrMultipliers: layerwiseLrMultipliers(layerwiseLrDecay, model.config),
    classWeights: resolveClassWeights(options.classWeights, model.labels, data.train),
    freeze,
    patience,
    metricForBestModel,
    checkpointFolder,
    batchesOf: (examples, epoch) =>
      BATCHES_OF[batching](examples, model.config, {
        batchSize,
        order: sampleOrder(order, lengths, { seed, epoch, batchSize }),
      }),
  };
}
