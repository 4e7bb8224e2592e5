/** Evaluation without dropout: sums over the batches of a data set. @module */

import * as tf from "@tensorflow/tfjs";
import { splitBatch, type TokenArrays } from "../batches/batch_tensors.ts";
import { numReplicas } from "../engine/compile.ts";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";

/**
 * Adds up what a compiled function counts in the micro-batches of each batch.
 *
 * @param batches Plain batches.
 * @param model Its parameters, and the sizes that they were made with.
 * @param tensorsOf Puts a micro-batch on the engine.
 * @param sumsOf The sums of one batch, such as of losses, hits and examples, [N].
 * @returns The sums of all batches, [N]; none without a batch.
 */
export async function sumOverBatches<
  Params extends TensorTree,
  Plain extends TokenArrays,
  Batch extends TensorTree,
  Config,
>(
  batches: Iterable<Plain>,
  { params, config }: { readonly params: Params; readonly config: Config },
  tensorsOf: (plain: Plain, config: Config) => Batch,
  sumsOf: (
    params: Params,
    microBatches: readonly Batch[],
    config: Config,
  ) => tf.Tensor1D,
): Promise<number[]> {
  await ensureEngine();
  const sums: number[] = [];
  for (const plain of batches) {
    const ofBatch = tf.tidy(() => {
      const microBatches = splitBatch(plain, numReplicas())
        .map((each) => tensorsOf(each, config));
      return sumsOf(params, microBatches, config);
    });
    for (const [i, sum] of (await ofBatch.data<"float32">()).entries()) {
      sums[i] = (sums[i] ?? 0) + sum;
    }
    ofBatch.dispose();
    await yieldToEventLoop();
  }
  return sums;
}
