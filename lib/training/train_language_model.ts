/** Training and judging a causal language model. @module */

import * as tf from "@tensorflow/tfjs";
import { randomOrder } from "../batches/sampler.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import { compile } from "../engine/compile.ts";
import { sideBySide } from "../engine/compile.ts";
import { disposeTree } from "../engine/tensor_tree.ts";
import type { Dropout } from "../ops/dropout.ts";
import { type LanguageModel, languageModel } from "../model/language_model.ts";
import type {
  TransformerConfig,
  TransformerParams,
} from "../model/transformer.ts";
import { initOptimizerState } from "./adamw.ts";
import { checkOption, RULES } from "../options.ts";
import { compileStep } from "./compiled_step.ts";
import { IGNORE_INDEX } from "../batches/masked_batches.ts";
import { tokenLoss } from "./head_losses.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import { trainOn, type TrainStep } from "./train_on.ts";
import {
  planTraining,
  type SettledPlan,
  type TrainOptions,
} from "./train_options.ts";
import { makeTrainable } from "./variables.ts";
import {
  cutNextTokenBatch,
  lengthFor,
  type NextTokenBatch,
  nextTokenBatches,
  type NextTokenInput,
  nextTokenTensors,
  type TokenSequence,
} from "../batches/next_token.ts";

/**
 * Mean cross-entropy of the next tokens of a batch.
 *
 * @param params A language model.
 * @param batch Ids, and the token after each, [B, T].
 * @param config The sizes and choices that `params` were made with.
 * @param dropout The step's dropout.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function nextTokenLoss(
  params: TransformerParams,
  { inputIds, next }: NextTokenInput,
  config: TransformerConfig,
  dropout?: Dropout,
): tf.Scalar {
  return tf.tidy(() =>
    tokenLoss(languageModel(params, inputIds, config, dropout).logits, next)
  );
}

const compiledStep = compileStep(nextTokenLoss, "language model step");

/**
 * Trains a language model in place, yielding after every step.
 *
 * @param model Its parameters become variables, and change.
 * @param sequences What to learn from.
 * @param options The recipe.
 * @returns A generator of steps; break out of it to stop early.
 * @throws {RangeError} At once, if an option is out of its range or a sequence does
 * not fit the model.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export function trainLanguageModel(
  model: LanguageModel,
  sequences: readonly TokenSequence[],
  options: TrainOptions,
): AsyncGenerator<TrainStep, void> {
  const length = lengthFor(sequences, model.config);
  return run(model, sequences, length, planTraining(sequences.length, options));
}

async function* run(
  { params, config }: LanguageModel,
  sequences: readonly TokenSequence[],
  length: number,
  plan: SettledPlan,
): AsyncGenerator<TrainStep, void> {
  const { epochs, batchSize, stepsPerEpoch, seed } = plan;
  await ensureEngine();
  makeTrainable(params);
  const state = { params, optimizerState: initOptimizerState(params) };
  const task = {
    state,
    step: compiledStep,
    config,
    cut: cutNextTokenBatch,
    tensorsOf: nextTokenTensors,
    weightOf: ({ next }: NextTokenBatch) =>
      next.filter((token) => token !== IGNORE_INDEX).length,
  };
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = randomOrder(sequences.length, { seed, epoch });
      const batches = nextTokenBatches(sequences, {
        batchSize,
        length,
        order,
      });
      const position = { epoch, stepsDone: (epoch - 1) * stepsPerEpoch };
      yield* trainOn(task, batches, position, plan);
    }
  } finally {
    disposeTree(state.optimizerState);
  }
}

/** How well a language model predicts. */
export type NextTokenScore = {
  /** Tokens that were predicted. */
  readonly tokens: number;
  /** Mean cross-entropy of a token, in nats. */
  readonly loss: number;
  /** exp(loss): among how many equally likely tokens the model seems to choose. */
  readonly perplexity: number;
  /** Share of tokens to which the model gave the highest probability. */
  readonly accuracy: number;
};

/** Sums over the tokens of a batch in shards: loss, hits, tokens; [3]. */
const compiledSums = compile(
  (
    params: TransformerParams,
    shards: readonly NextTokenInput[],
    config: TransformerConfig,
  ) =>
    tf.addN(shards.map(({ inputIds, next }) => {
      const { logits } = languageModel(params, inputIds, config);
      const count = next.greaterEqual(0).toFloat().sum();
      const hits = logits.argMax(-1).equal(next).toFloat().sum();
      return tf.stack([tokenLoss(logits, next).mul(count), hits, count]);
    })),
  { name: "language model score", ...MANY_SIGNATURES },
);

/**
 * Lets a model predict every token of some sequences, without dropout.
 *
 * @param model Its parameters stay as they are.
 * @param sequences What to predict.
 * @param options Sequences per batch, 50 by default.
 * @returns Plain numbers, over all predicted tokens.
 * @throws {RangeError} If a sequence does not fit the model.
 */
export async function scoreLanguageModel(
  { params, config }: LanguageModel,
  sequences: readonly TokenSequence[],
  options: { batchSize?: number } = {},
): Promise<NextTokenScore> {
  const { batchSize = 50 } = options;
  checkOption("batchSize", batchSize, RULES.count);
  const length = lengthFor(sequences, config);
  await ensureEngine();
  const sums = [0, 0, 0];
  for (const plain of nextTokenBatches(sequences, { batchSize, length })) {
    const of = tf.tidy(() => {
      const shards = cutNextTokenBatch(plain, sideBySide());
      return compiledSums(params, shards.map(nextTokenTensors), config);
    });
    for (const [i, sum] of (await of.data<"float32">()).entries()) {
      sums[i]! += sum;
    }
    of.dispose();
    await yieldToEventLoop(); // the engine blocks while it computes
  }
  const [loss, hits, tokens] = sums as [number, number, number];
  return {
    tokens,
    loss: loss / tokens,
    perplexity: Math.exp(loss / tokens),
    accuracy: hits / tokens,
  };
}
