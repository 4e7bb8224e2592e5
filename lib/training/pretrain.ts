/**
 * Pretraining: a model guesses hidden words, and judges pairs where it has the head.
 *
 * Devlin et al. (2019), section 3.1 and appendix A.2.
 *
 * @module
 */

import type { EncodedExample } from "../batches/batches.ts";
import {
  cutMaskedBatch,
  IGNORE_INDEX,
  type MaskedBatch,
  maskedBatchesOf,
} from "../batches/masked_batches.ts";
import { checkShare, type MaskingOptions } from "../batches/masking.ts";
import { type TrainingOrder, trainingOrder } from "../batches/sampler.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { disposeTree } from "../engine/tensor_tree.ts";
import { initOptimizerState } from "./adamw.ts";
import { checkChoice } from "../options.ts";
import { checkExamples } from "../batches/check_examples.ts";
import { keptInMemory } from "./kept_weights.ts";
import { lengthMultiple } from "../batches/layout.ts";
import { trainOn, type TrainStep } from "./train_on.ts";
import {
  planTraining,
  type SettledPlan,
  type TrainOptions,
} from "./train_options.ts";
import { makeTrainable } from "./variables.ts";
import {
  judgePretraining,
  PAIR_LABELS,
  type PretrainingScores,
} from "./judge_pretraining.ts";
import { judgesPairs } from "../model/heads/pretraining.ts";
import { maskedTensors, pretrainingStep } from "./pretraining.ts";
import { type PretrainableModel } from "../checkpoint/pretrained.ts";

/**
 * What a user chooses. Other words are hidden in each epoch; if `warmupSteps` is left
 * out, the rate climbs over a tenth of all steps.
 */
export type PretrainOptions = TrainOptions & MaskingOptions & {
  /** Default `"random"`; `"length-grouped"` pads less. */
  readonly order?: TrainingOrder;
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
  /** Mean loss of the epoch's steps, with dropout, in nats; pairs are part of it. */
  readonly trainingLoss: number;
  /** Sum of the steps' seconds. */
  readonly trainingSeconds: number;
  /** Whether no epoch before had a lower loss of held-out words. */
  readonly best: boolean;
};

/**
 * Pretrains a model in place, yielding every step and every epoch's end.
 *
 * Other words are hidden in each epoch. The parameters of the model become variables.
 * However the loop ends, the model then holds the weights of the epoch that guessed
 * the held-out words best, or the latest ones if no epoch was finished. The same seed
 * gives the same bits.
 *
 * @param model From `loadModel("masked-lm" | "pretraining", …)`, or new. It changes.
 * @param data Sentences for the one, pairs for the other.
 * @param options The recipe.
 * @returns A generator of events; break out of it to stop early.
 * @throws {RangeError} At once, if an option is out of its range or an example does
 * not fit the model.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function pretrain(
  model: PretrainableModel,
  data: PretrainData,
  options: PretrainOptions,
): AsyncGenerator<TrainStep | PretrainEpoch, void> {
  const sizes = { config: model.config, labels: PAIR_LABELS };
  checkExamples(data.train, sizes, "training");
  checkExamples(data.validation, sizes, "validation");
  const { share = 0.15, order = "random" } = options;
  checkShare(share);
  checkChoice("order", order, ["random", "length-grouped"]);
  const count = data.train.length;
  const plan = planTraining(count, options, { warmupShare: 0.1 });
  return run(model, data, { ...options, order }, plan);
}

/** Cuts batches where the loss is that of words alone, and weighs them by words. */
const WORDS_ALONE = {
  cut: cutMaskedBatch,
  weightOf: ({ words }: MaskedBatch) =>
    words.filter((word) => word !== IGNORE_INDEX).length,
};

async function* run(
  model: PretrainableModel,
  { train, validation }: PretrainData,
  options: PretrainOptions & { readonly order: TrainingOrder },
  plan: SettledPlan,
): AsyncGenerator<TrainStep | PretrainEpoch, void> {
  const { config, params, tokenizer } = model;
  const { epochs, batchSize, stepsPerEpoch, seed } = plan;
  const lengths = train.map(({ inputIds }) => inputIds.length);
  await ensureEngine();
  makeTrainable(params);
  const state = { params, optimizerState: initOptimizerState(params) };
  const task = {
    ...{ state, config, step: pretrainingStep },
    tensorsOf: (batch: MaskedBatch) => maskedTensors(batch, config),
    // The loss of words is a mean over words, that of pairs is one over pairs: no
    // share is right for both.
    ...(judgesPairs(params) ? {} : WORDS_ALONE),
  };
  const bestWeights = keptInMemory(params);
  let lowest = Infinity;
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const batches = maskedBatchesOf(train, {
        ...options,
        vocabulary: tokenizer.vocabulary,
        epoch,
        order: trainingOrder(options.order, lengths, {
          seed,
          epoch,
          batchSize,
        }),
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
      const best = scores.loss < lowest;
      if (best) {
        lowest = scores.loss;
        await bestWeights.keep();
      }
      yield {
        kind: "epoch",
        epoch,
        trainingLoss,
        trainingSeconds,
        best,
        ...scores,
      };
    }
  } finally {
    disposeTree(state.optimizerState);
    await bestWeights.restore();
  }
}
