/** A batch of numbers → the tensors of one step. @module */

import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../data/batches.ts";
import type { BertInput } from "../model/bert.ts";
import type { BertConfig } from "../model/config.ts";
import { inputFrom } from "../model/input.ts";

/** One batch as the model wants it. */
export type LabelledInput = {
  /** Ids, segments and attention mask, each [B, T]. */
  readonly input: BertInput;
  /** Class of each sequence, [B], int32. */
  readonly labels: tf.Tensor1D;
};

/** A batch on the engine; `using` frees it at the end of the block. */
export type BatchTensors = LabelledInput & Disposable;

/**
 * Puts a batch on the engine.
 *
 * @param batch Plain arrays, padded to one length.
 * @param config The sizes of the model that will read it.
 * @returns Four tensors. The caller disposes them, with `using`.
 * @throws {RangeError} If the model has no embedding for a value.
 */
export function batchTensors(batch: Batch, config: BertConfig): BatchTensors {
  const input = inputFrom(batch, config);
  const labels = tf.tensor1d(batch.labels, "int32");
  return {
    input,
    labels,
    [Symbol.dispose]: () => tf.dispose([input, labels]),
  };
}
