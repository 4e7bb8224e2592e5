/** The recipe of a fine-tuning run, with its defaults filled in and checked. @module */

import type { Batch, EncodedExample } from "../batches/batches.ts";
import { type TrainingOrder, trainingOrder } from "../batches/sampler.ts";
import { checkChoice, checkOption, RULES } from "../options.ts";
import { checkExamples, type ModelSizes } from "../batches/check_examples.ts";
import { BATCHES_OF, type Layout } from "../batches/layout.ts";
import {
  planTraining,
  type SettledPlan,
  type TrainOptions,
} from "./train_options.ts";
import { weightsOf } from "./class_weights.ts";
import { checkFreeze, type FrozenPart } from "./freeze.ts";
import { layerRates } from "./layer_decay.ts";
import type { ClassifierPlan } from "./train.ts";

/** What a user chooses. */
export type FineTuneOptions = TrainOptions & {
  /** Default `"random"`; `"length-grouped"` pads less. */
  readonly order?: TrainingOrder;
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
   * memory; a step then learns from `accumulate · batchSize` examples. Default 1.
   */
  readonly accumulate?: number;
  /** What "best" means on the validation set; default `"mcc"`. */
  readonly metricForBestModel?: "mcc" | "loss" | "accuracy";
};

/** What there is to learn from, and to be judged by. */
export type FineTuneData = {
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
};

/** Everything that is settled before the first step. */
export type FineTunePlan = ClassifierPlan & SettledPlan & {
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
export function planFineTuning(
  model: ModelSizes,
  data: FineTuneData,
  options: FineTuneOptions,
): FineTunePlan {
  const { seed, batchSize } = options;
  const {
    order = "random",
    layout = "packed",
    metricForBestModel = "mcc",
    checkpointFolder,
    freeze = [],
    accumulate = 1,
    layerwiseLrDecay = 1,
    patience = Infinity,
  } = options;
  const plan = planTraining(data.train.length, options, { accumulate });
  checkOption("layerwiseLrDecay", layerwiseLrDecay, RULES.share);
  checkOption("patience", patience, RULES.countOrEndless);
  checkChoice("order", order, ["random", "length-grouped"]);
  checkChoice("layout", layout, ["packed", "padded"]);
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
    factors: layerRates(layerwiseLrDecay, model.config),
    classWeights: weightsOf(options.classWeights, model.labels, data.train),
    freeze,
    patience,
    metricForBestModel,
    checkpointFolder,
    batchesOf: (examples, epoch) =>
      BATCHES_OF[layout](examples, model.config, {
        batchSize,
        order: trainingOrder(order, lengths, { seed, epoch, batchSize }),
      }),
  };
}
