/**
 * Pretraining: masked language modelling, and next-sentence prediction for a model that
 * has its head.
 *
 * Devlin et al. (2019), section 3.1 and appendix A.2.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import { ensureEngine } from "../engine/start_engine.ts";
import {
  type MaskedInput,
  maskedTensors,
  splitBatch,
} from "../batches/batch_tensors.ts";
import {
  type EncodedExample,
  IGNORE_INDEX,
  paddingOf,
} from "../batches/batches.ts";
import { checkAlive, checkExamples } from "../batches/check_examples.ts";
import {
  checkMlmProbability,
  type MaskedBatch,
  maskedBatchesOf,
  type MaskingOptions,
} from "../batches/masking.ts";
import { sampleOrder, type SamplerName } from "../batches/sampler.ts";
import type { BertConfig } from "../model/config.ts";
import { HEADS } from "../model/heads/heads.ts";
import { predictMaskedTokens } from "../model/heads/masked_lm.ts";
import {
  hasNextSentenceHead,
  predictPretrainingTasks,
  type PretrainableParams,
} from "../model/heads/pretraining.ts";
import type { Dropout } from "../ops/dropout.ts";
import { checkChoice, checkOption, RULES } from "../options.ts";
import {
  evaluatePretraining,
  type PretrainingMetrics,
} from "./evaluate_pretraining.ts";
import { type PretrainableModel } from "../checkpoint/pretrained.ts";
import type { TrainingRecord } from "../checkpoint/receipt.ts";
import type { EvaluationOptions, FitEvent } from "./events.ts";
import { fit } from "./fit.ts";
import { batchMemory } from "./memory.ts";
import { describeRun } from "./run_description.ts";
import { labelledCrossEntropy, pretrainingLoss } from "./losses.ts";
import { noDecayPaths } from "./parameter_groups.ts";
import { NEXT_SENTENCE_LABELS } from "./tasks/next_sentence.ts";
import {
  type CheckedTrainOptions,
  resolveTrainOptions,
  type TrainOptions,
  withMachineDefaults,
} from "./train_options.ts";
import { compileTrainStep, makeTrainable } from "./train_step.ts";

/**
 * The options of pretraining. Each epoch masks other tokens; by default, the learning
 * rate rises over a tenth of all steps.
 */
export type PretrainOptions =
  & TrainOptions
  & MaskingOptions
  & EvaluationOptions<PretrainingMetrics>
  & {
    /** Default `"random"`; `"length-grouped"` pads less. */
    readonly sampler?: SamplerName;
  };

/** The names of the options that not every training has. */
const PRETRAIN_OPTIONS: Readonly<
  Record<Exclude<keyof PretrainOptions, keyof TrainOptions>, true>
> = {
  mlmProbability: true,
  wholeWordMasking: true,
  evalSteps: true,
  metricForBestModel: true,
  patience: true,
  sampler: true,
};

/** Sentences or pairs; the label is the class of a pair, and 0 of a single sentence. */
export type PretrainData = {
  readonly train: readonly EncodedExample[];
  /** Held out; the same tokens are masked at each evaluation. */
  readonly validation: readonly EncodedExample[];
};

/**
 * The loss of a batch: of its masked tokens, and of its pairs if the model has a head for
 * them.
 *
 * @param params A model of masked language modelling.
 * @param batch The masked sequences, and the original tokens.
 * @param config The sizes that `params` were made with.
 * @param dropout The dropout of the step.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function maskedLmLoss(
  params: PretrainableParams,
  { input, maskedPositions, maskedLabels, nextSentenceLabels }: MaskedInput,
  config: BertConfig,
  dropout: Dropout,
): tf.Scalar {
  const options = { dropout, positions: maskedPositions };
  if (hasNextSentenceHead(params)) {
    const output = predictPretrainingTasks(params, input, config, options);
    return pretrainingLoss(output, { maskedLabels, nextSentenceLabels });
  }
  const { logits } = predictMaskedTokens(params, input, config, options);
  return labelledCrossEntropy(logits, maskedLabels);
}

/** A step of pretraining at each precision, compiled. */
const pretrainingStep = compileTrainStep(maskedLmLoss, "pretraining step");

/**
 * Pretrains a model in place, yielding every step, every evaluation and every epoch's
 * end.
 *
 * Each epoch masks other tokens. The parameters of the model become variables. However
 * the loop ends, the model then has the weights of its best evaluation, or the latest
 * ones if there was none. The same seed gives the same bits.
 *
 * @param model From `loadModel("masked-lm" | "pretraining", …)`, or new. It changes.
 * @param data Sentences for the one, pairs for the other.
 * @param options The recipe.
 * @returns A generator of events; break out of it to stop early.
 * @throws {RangeError} At once, if an option is out of its range or an example does
 * not fit the model.
 * @throws {TypeError} At once, if an option is unknown, an example is not encoded, or the
 * model has been disposed.
 * @throws {RangeError} Before the first step, if its batches cannot fit into memory.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function pretrain(
  model: PretrainableModel,
  data: PretrainData,
  options: PretrainOptions,
): AsyncGenerator<FitEvent<PretrainingMetrics>, void> {
  const { train, validation } = data;
  checkAlive(model.params, "pretrain");
  const sizes = { config: model.config, labels: NEXT_SENTENCE_LABELS };
  checkExamples(train, sizes, "training");
  checkExamples(validation, sizes, "validation");
  const resolved = resolveTrainOptions("pretrain", options, {
    numExamples: train.length,
    otherOptions: Object.keys(PRETRAIN_OPTIONS),
    warmupRatio: 0.1,
  });
  const { mlmProbability = 0.15, wholeWordMasking = false } = options;
  const { evalSteps = Infinity, patience = Infinity } = options;
  const { metricForBestModel = "loss", sampler = "random" } = options;
  checkMlmProbability(mlmProbability);
  checkOption("evalSteps", evalSteps, RULES.countOrEndless);
  checkOption("patience", patience, RULES.countOrEndless);
  checkChoice("metricForBestModel", metricForBestModel, METRICS);
  checkChoice("sampler", sampler, ["random", "length-grouped"]);
  return run(model, data, {
    ...resolved,
    noDecay: noDecayPaths(HEADS[model.head].parameters(model.config, 0)),
    mlmProbability,
    wholeWordMasking,
    evalSteps,
    patience,
    metricForBestModel,
    sampler,
  });
}

const METRICS = ["loss", "perplexity", "accuracy", "pairAccuracy"] as const;

async function* run(
  model: PretrainableModel,
  data: PretrainData,
  resolved:
    & CheckedTrainOptions
    & Required<Omit<PretrainOptions, keyof TrainOptions>>,
): AsyncGenerator<FitEvent<PretrainingMetrics>, void> {
  await ensureEngine();
  const options = await withMachineDefaults(resolved);
  const { train, validation } = data;
  const { config, tokenizer } = model;
  const params: PretrainableParams = model.params;
  const { seed, batchSize, precision, sampler } = options;
  const { mlmProbability, wholeWordMasking } = options;
  const lengths = train.map(({ inputIds }) => inputIds.length);
  makeTrainable(params);
  const whole = {
    params,
    trainStep: pretrainingStep,
    config,
    batches: (epoch: number) =>
      maskedBatchesOf(train, {
        batchSize,
        seed,
        epoch,
        mlmProbability,
        wholeWordMasking,
        vocabulary: tokenizer.vocabulary,
        order: sampleOrder(sampler, lengths, { seed, epoch, batchSize }),
        ...paddingOf(config),
      }),
    tensorsOf: (batch: MaskedBatch) => maskedTensors(batch, config),
    memoryOf: (batch: MaskedBatch) =>
      batchMemory(config, batch, batch.maskedLabels.length),
    evaluate: async () => ({
      metrics: await evaluatePretraining(model, validation, { precision }),
    }),
    describe: () =>
      describeRun({
        ...model,
        task: model.head,
        options,
        data,
        stopped: model.training,
      }),
    onRecord: (training: TrainingRecord) => model.training = training,
  };
  // The loss of masked tokens is a mean over tokens, that of pairs one over pairs: no
  // weight of a micro-batch is right for both, so a batch of pairs stays whole.
  const task = hasNextSentenceHead(params)
    ? whole
    : { ...whole, split: splitBatch<MaskedBatch>, weightOf: numMaskedTokens };
  yield* fit(task, options);
}

/** The number of masked tokens of a batch. */
function numMaskedTokens({ maskedLabels }: MaskedBatch): number {
  return maskedLabels.filter((label) => label !== IGNORE_INDEX).length;
}
