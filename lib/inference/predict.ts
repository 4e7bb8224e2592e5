/** Sequences → logits, in evaluation mode: no dropout, no gradients. @module */

import * as tf from "@tensorflow/tfjs";
import { setImmediate } from "node:timers/promises";
import {
  type Batch,
  batchesOf,
  type EncodedExample,
} from "../batches/batches.ts";
import { cutBatch } from "../batches/cut_batch.ts";
import { sideBySide } from "../engine/side_by_side.ts";
import { argMax, crossEntropy } from "../evaluation/probabilities.ts";
import type { BertInput } from "../model/bert.ts";
import {
  type ClassifierParams,
  classify,
} from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";
import { inputFrom } from "../model/input.ts";
import { checkChoice, checkOption, RULES } from "../options.ts";
import { checkExamples } from "../batches/check_examples.ts";
import { lengthMultiple } from "../batches/layout.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import {
  checkPrecision,
  compileEach,
  type Precision,
} from "../engine/precision.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";

/** What a model says of every example, in the order of the examples. */
export type Predictions = {
  /** Unnormalized log-probabilities, [N][C]. */
  logits: number[][];
  /** The likeliest class of each, [N]. */
  predictions: number[];
  /** Mean cross-entropy against the examples' labels, in nats. */
  loss: number;
};

/**
 * Predicts the class of every example.
 *
 * Batches are made of equally long sequences, so that hardly any padding is
 * computed; the results stand in the order of the examples.
 *
 * @param model Its parameters may be constants or variables; they stay as they are.
 * @param examples Ids, segments and class of each sequence.
 * @param options Sequences per batch, 32 by default, and the precision of matrix
 * products, `"float32"` by default.
 * @returns Plain numbers.
 * @throws {RangeError} If there is no example, one does not fit the model, a logit
 * is not finite, or the processor does not multiply bfloat16.
 */
export async function predict(
  model: ClassifierModel,
  examples: readonly EncodedExample[],
  options: { batchSize?: number; precision?: Precision } = {},
): Promise<Predictions> {
  const { batchSize = 32, precision = "float32" } = options;
  checkOption("batchSize", batchSize, RULES.count);
  checkChoice("precision", precision, ["float32", "bfloat16"]);
  checkPrecision(precision);
  checkExamples(examples, model, "prediction");
  const logits: number[][] = Array.from(examples, () => []);
  for (const batch of predictionBatches(examples, model.config, batchSize)) {
    const rows = await logitsOf(model, batch, precision);
    batch.indices.forEach((index, row) => logits[index] = rows[row]!);
    await setImmediate(); // the engine blocks while it computes
  }
  checkFinite(logits);
  return {
    logits,
    predictions: logits.map(argMax),
    loss: crossEntropy(logits, examples.map(({ label }) => label)),
  };
}

/** What is not finite has no largest value, and no loss. */
function checkFinite(logits: readonly (readonly number[])[]): void {
  const odd = logits.findIndex((row) => !row.every(Number.isFinite));
  if (odd === -1) return;
  throw new RangeError(
    `Cannot predict the class of example ${odd} as its logits must be finite: ` +
      `found ${logits[odd]!.join(", ")}; the weights have left the finite ` +
      `numbers, so train with a lower learning rate`,
  );
}

/**
 * Batches of about equally long sequences.
 *
 * @param examples The examples.
 * @param config Supplies `maxPositionEmbeddings`.
 * @param batchSize Sequences in a batch.
 * @returns The batches, from the shortest sequences to the longest.
 */
export function predictionBatches(
  examples: readonly EncodedExample[],
  config: BertConfig,
  batchSize: number,
): Generator<Batch> {
  return batchesOf(examples, {
    batchSize,
    order: byLength(examples),
    length: "longest",
    multipleOf: lengthMultiple(config),
    padTokenId: config.padTokenId,
  });
}

/** Positions from the shortest sequence to the longest. */
function byLength(examples: readonly EncodedExample[]): number[] {
  const length = (index: number): number => examples[index]!.inputIds.length;
  return Array.from(examples.keys()).sort((a, b) => length(a) - length(b));
}

/** Logits in evaluation mode, [B, C]; traced once for each shape of a batch. */
const compiledLogits = compileEach(
  (params: ClassifierParams, shards: BertInput[], config: BertConfig) =>
    tf.concat(
      shards.map((input) =>
        classify(params, input, config, { rowsNeeded: "first" }).logits
      ),
    ),
  { name: "prediction", ...MANY_SIGNATURES },
);

async function logitsOf(
  { params, config }: ClassifierModel,
  plain: Batch,
  precision: Precision,
): Promise<number[][]> {
  const shards = cutBatch(plain, sideBySide());
  const logits = tf.tidy(() => {
    const inputs = shards.map((shard) => inputFrom(shard, config));
    return compiledLogits[precision](params, inputs, config);
  });
  try {
    return await logits.array();
  } finally {
    logits.dispose();
  }
}
