/** Evaluation without dropout: sums over the batches of a data set. @module */

import * as tf from "@tensorflow/tfjs";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import { ensureEngine } from "../engine/start_engine.ts";

/**
 * Adds up what a compiled function counts in each batch.
 *
 * @param batches Plain batches.
 * @param sumsOf The sums of one batch, such as of losses, hits and examples, [N].
 * @returns The sums of all batches, [N]; 0 without a batch.
 */
export async function sumOverBatches<Plain>(
  batches: Iterable<Plain>,
  sumsOf: (plain: Plain) => tf.Tensor1D,
): Promise<number[]> {
  await ensureEngine();
  const sums: number[] = [];
  for (const plain of batches) {
    const ofBatch = tf.tidy(() => sumsOf(plain));
    for (const [i, sum] of (await ofBatch.data<"float32">()).entries()) {
      sums[i] = (sums[i] ?? 0) + sum;
    }
    ofBatch.dispose();
    await yieldToEventLoop();
  }
  return sums;
}
