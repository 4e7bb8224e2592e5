/** What pretraining lowers: the loss of hidden words, and perhaps of pairs. @module */

import * as tf from "@tensorflow/tfjs";
import type { MaskedBatch } from "../batches/masked_batches.ts";
import type { BertInput } from "../model/bert.ts";
import type { BertConfig } from "../model/config.ts";
import type { Dropout } from "../ops/dropout.ts";
import { predictWords } from "../model/heads/masked_lm.ts";
import {
  judgesPairs,
  predictBoth,
  type PretrainableParams,
} from "../model/heads/pretraining.ts";
import { inputFrom } from "../model/input.ts";
import { compileStep } from "./compiled_step.ts";
import { labelledCrossEntropy, pretrainingLoss } from "./head_losses.ts";

/** One batch as the model wants it. */
export type MaskedInput = {
  /** Ids, segments and attention mask, each [B, T]. */
  readonly input: BertInput;
  /** Positions among all B · T tokens, [M], int32. */
  readonly places: tf.Tensor1D;
  /** The pieces that stood there, [M], int32. */
  readonly words: tf.Tensor1D;
  /** The class of each pair, [B], int32. */
  readonly following: tf.Tensor1D;
};

/**
 * The loss of a batch: of its hidden words alone, or of the pairs, too.
 *
 * @param params A model that guesses words, and perhaps judges pairs.
 * @param batch The sequences, and what was hidden.
 * @param config The sizes that `params` were made with.
 * @param dropout The step's dropout.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function pretrainingObjective(
  params: PretrainableParams,
  { input, places, words, following }: MaskedInput,
  config: BertConfig,
  dropout: Dropout,
): tf.Scalar {
  const options = { dropout, positions: places };
  if (judgesPairs(params)) {
    const output = predictBoth(params, input, config, options);
    return pretrainingLoss(output, { words, following });
  }
  const { logits } = predictWords(params, input, config, options);
  return labelledCrossEntropy(logits, words);
}

/** A step of pretraining at each precision, compiled. */
export const pretrainingStep = compileStep(
  pretrainingObjective,
  "pretraining step",
);

/**
 * Puts a batch on the engine.
 *
 * @param batch Plain arrays, padded to one length.
 * @param config The sizes of the model that will read it.
 * @returns Six tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function maskedTensors(
  batch: MaskedBatch,
  config: BertConfig,
): MaskedInput & Disposable {
  const tensors = {
    input: inputFrom(batch, config),
    places: tf.tensor1d(batch.places, "int32"),
    words: tf.tensor1d(batch.words, "int32"),
    following: tf.tensor1d(batch.labels, "int32"),
  };
  return { ...tensors, [Symbol.dispose]: () => tf.dispose(tensors) };
}
