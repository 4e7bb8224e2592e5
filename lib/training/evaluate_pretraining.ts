/** Evaluation of pretraining: masked tokens and pairs of held-out texts. @module */

import * as tf from "@tensorflow/tfjs";
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
import { maskedBatchesOf } from "../batches/masking.ts";
import type { PretrainableModel } from "../checkpoint/pretrained.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import {
  compileEach,
  MANY_SIGNATURES,
  type Precision,
} from "../engine/precision.ts";
import { mapShared } from "../engine/shared_work.ts";
import { numReplicas } from "../engine/compile.ts";
import { argMax } from "../evaluation/probabilities.ts";
import { exp } from "../exact_math.ts";
import type { BertConfig } from "../model/config.ts";
import { predictMaskedTokens } from "../model/heads/masked_lm.ts";
import {
  hasNextSentenceHead,
  predictPretrainingTasks,
  type PretrainableParams,
} from "../model/heads/pretraining.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import { NEXT_SENTENCE_LABELS } from "./tasks/next_sentence.ts";

/** The metrics of masked language modelling and of next-sentence prediction. */
export type PretrainingMetrics = {
  /** Mean cross-entropy of the masked tokens, in nats. */
  readonly loss: number;
  /** exp(loss): the number of equally likely tokens that would have this loss. */
  readonly perplexity: number;
  /** Share of the masked tokens that the model predicts. */
  readonly accuracy: number;
  /** Number of masked tokens. */
  readonly numMaskedTokens: number;
  /** Share of the pairs whose class is predicted; undefined without that head. */
  readonly pairAccuracy: number | undefined;
};

/**
 * Masks tokens, always the same ones, and compares the model's predictions with them.
 *
 * @param model Its parameters stay as they are.
 * @param examples Sentences or pairs; the label is the class of a pair.
 * @param options `batchSize`: default 32; `seed`: of the masks, default 0; `precision`:
 * of matrix products, default `"float32"`.
 * @returns The metrics.
 * @throws {RangeError} If there is no example or no token to mask, or an example does not
 * fit the model.
 * @throws {TypeError} If an option is unknown, or the model has been disposed.
 */
export async function evaluatePretraining(
  model: PretrainableModel,
  examples: readonly EncodedExample[],
  options: { batchSize?: number; seed?: number; precision?: Precision } = {},
): Promise<PretrainingMetrics> {
  const { batchSize = 32, seed = 0, precision = "float32" } = options;
  const { config, params, tokenizer } = model;
  checkKnownOptions("evaluate pretraining", options, [
    "batchSize",
    "seed",
    "precision",
  ]);
  checkOption("batchSize", batchSize, RULES.count);
  checkAlive(params, "evaluate");
  const sizes = { config, labels: NEXT_SENTENCE_LABELS };
  checkExamples(examples, sizes, "validation");
  const batches = maskedBatchesOf(examples, {
    batchSize,
    seed,
    vocabulary: tokenizer.vocabulary,
    epoch: 0,
    ...paddingOf(config),
  });
  await ensureEngine();
  let loss = 0, numFound = 0, numMaskedTokens = 0, numRight = 0;
  const all = await mapShared(batches, async (batch) => {
    const predictions = tf.tidy(() => {
      const microBatches = splitBatch(batch, numReplicas())
        .map((microBatch) => maskedTensors(microBatch, config));
      return compiledPredictions[precision](params, microBatches, config);
    });
    const logProbabilities = await predictions.logProbabilities.array();
    const found = await predictions.found.array();
    const pairs = await predictions.pairs?.array() ?? [];
    tf.dispose(predictions);
    await yieldToEventLoop();
    const { maskedLabels, labels } = batch;
    const targets = { labels: [...labels], maskedLabels: [...maskedLabels] };
    return { logProbabilities, found, pairs, ...targets };
  });
  for (const batch of all) {
    const { logProbabilities, found, pairs } = batch;
    for (const [m, label] of batch.maskedLabels.entries()) {
      if (label === IGNORE_INDEX) continue;
      loss -= logProbabilities[m]!;
      numFound += found[m]!;
      numMaskedTokens++;
    }
    numRight += pairs.filter((logits, row) =>
      argMax(logits) === batch.labels[row]
    ).length;
  }
  if (numMaskedTokens === 0) {
    throw new RangeError(
      `Cannot evaluate pretraining: there must be a token to mask; found only special ` +
        `tokens in ${examples.length} examples`,
    );
  }
  return {
    loss: loss / numMaskedTokens,
    perplexity: exp(loss / numMaskedTokens),
    accuracy: numFound / numMaskedTokens,
    numMaskedTokens,
    pairAccuracy: hasNextSentenceHead(params)
      ? numRight / examples.length
      : undefined,
  };
}

/** What is read of each masked token, so that no row of a vocabulary leaves the engine. */
type Predictions = {
  /** ln p of the original token, [M]. */
  logProbabilities: tf.Tensor1D;
  /** 1 if it is the likeliest, [M]. */
  found: tf.Tensor1D;
  /** [B, 2], of a model with a head for pairs. */
  pairs?: tf.Tensor2D;
};

function predictionsOf(
  params: PretrainableParams,
  { input, maskedPositions, maskedLabels }: MaskedInput,
  config: BertConfig,
): Predictions {
  const options = { positions: maskedPositions };
  const read = (logits: tf.Tensor2D): Predictions => {
    const chosen = tf.oneHot(maskedLabels, config.vocabSize).toFloat();
    return {
      logProbabilities: tf.logSoftmax(logits).mul(chosen).sum(1),
      found: logits.argMax(1).equal(maskedLabels).toFloat() as tf.Tensor1D,
    };
  };
  if (!hasNextSentenceHead(params)) {
    return read(predictMaskedTokens(params, input, config, options).logits);
  }
  const output = predictPretrainingTasks(params, input, config, options);
  return { ...read(output.wordLogits), pairs: output.sentenceLogits };
}

/** The predictions of a batch in micro-batches, in the order of its rows. */
const compiledPredictions = compileEach(
  (
    params: PretrainableParams,
    microBatches: readonly MaskedInput[],
    config: BertConfig,
  ): Predictions => {
    const predictions = microBatches.map((microBatch) =>
      predictionsOf(params, microBatch, config)
    );
    const pairs = predictions.flatMap(({ pairs }) => pairs ?? []);
    return {
      logProbabilities: tf.concat(
        predictions.map(({ logProbabilities }) => logProbabilities),
      ),
      found: tf.concat(predictions.map(({ found }) => found)),
      ...(pairs.length === 0 ? {} : { pairs: tf.concat(pairs) }),
    };
  },
  { name: "pretraining evaluation", ...MANY_SIGNATURES },
);
