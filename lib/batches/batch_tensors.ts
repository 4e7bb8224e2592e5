/** A batch of numbers → the tensors of one step. @module */

import * as tf from "@tensorflow/tfjs";
import type { Batch } from "./batches.ts";
import type { BertInput } from "../model/bert.ts";
import type { BertConfig } from "../model/config.ts";
import { inputFrom } from "../model/input.ts";

/** One batch as the model wants it. */
export type LabelledInput = {
  /** Ids, segments and attention mask, each [B, T]. */
  readonly input: BertInput;
  /** Class of each sequence, [B], int32. */
  readonly labels: tf.Tensor1D;
  /** How much each sequence counts in the loss, [B]; left out, all count alike. */
  readonly sampleWeights?: tf.Tensor1D;
};

/** A batch on the engine; `using` frees it at the end of the block. */
export type BatchTensors = LabelledInput & Disposable;

/**
 * Puts a batch on the engine.
 *
 * @param batch Plain arrays, padded to one length.
 * @param config The sizes of the model that will read it.
 * @param classWeights How much an example of each class counts in the loss, [C]; left
 * out, all count alike.
 * @returns The tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function batchTensors(
  batch: Batch,
  config: BertConfig,
  classWeights?: readonly number[],
): BatchTensors {
  const input = inputFrom(batch, config);
  const labels = tf.tensor1d(batch.labels, "int32");
  const tensors = { input, labels, ...importanceOf(batch, classWeights) };
  return { ...tensors, [Symbol.dispose]: () => tf.dispose(tensors) };
}

function importanceOf(
  { labels }: Batch,
  classWeights: readonly number[] | undefined,
): { sampleWeights?: tf.Tensor1D } {
  if (classWeights === undefined) return {};
  const weights = Array.from(labels, (label) => classWeights[label]!);
  return { sampleWeights: tf.tensor1d(weights) };
}
