/** Training and evaluation of a causal language model. @module */

import * as tf from "@tensorflow/tfjs";
import { describeRun } from "./run_description.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import {
  type NextTokenInput,
  nextTokenTensors,
  splitBatch,
} from "../batches/batch_tensors.ts";
import { IGNORE_INDEX } from "../batches/batches.ts";
import { checkAlive } from "../batches/check_examples.ts";
import {
  lengthFor,
  nextTokenBatches,
  type TokenSequence,
} from "../batches/next_token.ts";
import { randomOrder } from "../batches/sampler.ts";
import { exp } from "../exact_math.ts";
import { type LanguageModel, languageModel } from "../model/language_model.ts";
import {
  type TransformerConfig,
  transformerParameters,
  type TransformerParams,
} from "../model/transformer.ts";
import type { Dropout } from "../ops/dropout.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import { compileSums, sumOverBatches, tokenSums } from "./evaluate.ts";
import { fit } from "./fit.ts";
import { batchMemory } from "./memory.ts";
import { tokenLoss } from "./losses.ts";
import { noDecayPaths } from "./parameter_groups.ts";
import type { StepEvent } from "./train_epoch.ts";
import {
  type CheckedTrainOptions,
  resolveTrainOptions,
  type TrainOptions,
  withMachineDefaults,
} from "./train_options.ts";
import { compileTrainStep, makeTrainable } from "./train_step.ts";

/**
 * Mean cross-entropy of the next tokens of a batch.
 *
 * @param params A language model.
 * @param batch The tokens, and the token after each, [B, T].
 * @param config The sizes and choices that `params` were made with.
 * @param dropout The dropout of the step; default none.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function nextTokenLoss(
  params: TransformerParams,
  { inputIds, labels }: NextTokenInput,
  config: TransformerConfig,
  dropout?: Dropout,
): tf.Scalar {
  return tf.tidy(() =>
    tokenLoss(languageModel(params, inputIds, config, dropout).logits, labels)
  );
}

const languageModelStep = compileTrainStep(
  nextTokenLoss,
  "language model step",
);

/**
 * Trains a language model in place, yielding after every step.
 *
 * @param model Its parameters become variables, and change.
 * @param sequences The training sequences.
 * @param options The recipe.
 * @returns A generator of steps; break out of it to stop early.
 * @throws {RangeError} At once, if an option is out of its range or a sequence does
 * not fit the model.
 * @throws {TypeError} At once, if an option is unknown, a sequence is not encoded, or the
 * model has been disposed.
 * @throws {RangeError} Before the first step, if its batches cannot fit into memory.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function trainLanguageModel(
  model: LanguageModel,
  sequences: readonly TokenSequence[],
  options: TrainOptions,
): AsyncGenerator<StepEvent, void> {
  checkAlive(model.params, "train");
  const length = lengthFor(sequences, model.config);
  const numExamples = sequences.length;
  const resolved = resolveTrainOptions("train a language model", options, {
    numExamples,
  });
  const noDecay = noDecayPaths(transformerParameters(model.config));
  return run(model, sequences, length, { ...resolved, noDecay });
}

async function* run(
  { params, config }: LanguageModel,
  sequences: readonly TokenSequence[],
  length: number,
  resolved: CheckedTrainOptions,
): AsyncGenerator<StepEvent, void> {
  await ensureEngine();
  const options = await withMachineDefaults(resolved);
  const { batchSize, seed } = options;
  makeTrainable(params);
  const events = fit({
    params,
    trainStep: languageModelStep,
    config,
    batches: (epoch) => {
      const order = randomOrder(sequences.length, { seed, epoch });
      return nextTokenBatches(sequences, { batchSize, length, order });
    },
    split: splitBatch,
    tensorsOf: nextTokenTensors,
    weightOf: ({ labels }) =>
      labels.filter((token) => token !== IGNORE_INDEX).length,
    memoryOf: (batch) => batchMemory(config, batch, batch.labels.length),
    describe: () =>
      describeRun({
        task: "language model",
        options,
        config,
        data: { train: sequences },
        params,
      }),
  }, options);
  for await (const event of events) {
    if (event.kind === "step") yield event;
  }
}

/** The metrics of a language model. */
export type LanguageModelMetrics = {
  /** Number of predicted tokens. */
  readonly tokens: number;
  /** Mean cross-entropy of a token, in nats. */
  readonly loss: number;
  /** exp(loss): the number of equally likely tokens that would have this loss. */
  readonly perplexity: number;
  /** Share of the tokens to which the model gave the highest probability. */
  readonly accuracy: number;
};

/** Sums over the tokens of a batch: loss, hits, tokens; [3]. */
const compiledSums = compileSums(
  (
    params: TransformerParams,
    { inputIds, labels }: NextTokenInput,
    config: TransformerConfig,
  ) => tokenSums(languageModel(params, inputIds, config).logits, labels),
  "language model evaluation",
);

/**
 * Evaluates a language model on every token of some sequences, without dropout.
 *
 * @param model Its parameters stay as they are.
 * @param sequences The sequences to predict.
 * @param options Sequences per batch, default 50.
 * @returns The metrics, over all predicted tokens.
 * @throws {RangeError} If a sequence does not fit the model.
 * @throws {TypeError} If an option is unknown, or the model has been disposed.
 */
export async function evaluateLanguageModel(
  { params, config }: LanguageModel,
  sequences: readonly TokenSequence[],
  options: { batchSize?: number } = {},
): Promise<LanguageModelMetrics> {
  const { batchSize = 50 } = options;
  checkKnownOptions("evaluate a language model", options, ["batchSize"]);
  checkOption("batchSize", batchSize, RULES.count);
  checkAlive(params, "evaluate");
  const length = lengthFor(sequences, config);
  const [loss, hits, tokens] = await sumOverBatches(
    nextTokenBatches(sequences, { batchSize, length }),
    { params, config },
    nextTokenTensors,
    compiledSums.float32,
  );
  return {
    tokens: tokens!,
    loss: loss! / tokens!,
    perplexity: exp(loss! / tokens!),
    accuracy: hits! / tokens!,
  };
}
