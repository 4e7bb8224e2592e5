/** Evaluation without dropout: sums over the batches of a data set. @module */

import * as tf from "@tensorflow/tfjs";
import { splitBatch, type TokenArrays } from "../batches/batch_tensors.ts";
import { mapShared } from "../engine/shared_work.ts";
import { type Compiled, numReplicas } from "../engine/compile.ts";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import {
  compileEach,
  MANY_SIGNATURES,
  type Precision,
} from "../engine/precision.ts";
import type { PyTree } from "../engine/py_tree.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import { tokenLoss } from "./losses.ts";

/**
 * Sums over a batch in micro-batches, compiled at each precision.
 *
 * @param sumsOf The sums over one micro-batch, such as of losses, hits and examples: N
 * scalars.
 * @param name For messages and reports.
 * @returns The compiled functions, of [N]. The caller disposes it.
 */
export function compileSums<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  sumsOf: (params: Params, batch: Batch, config: Config) => tf.Tensor[],
  name: string,
): Record<
  Precision,
  Compiled<[Params, readonly Batch[], Config], tf.Tensor1D>
> {
  return compileEach(
    (params: Params, microBatches: readonly Batch[], config: Config) =>
      tf.addN(
        microBatches.map((microBatch) =>
          tf.stack(sumsOf(params, microBatch, config)) as tf.Tensor1D
        ),
      ),
    { name, ...MANY_SIGNATURES },
  );
}

/**
 * Sums over labelled tokens: of their losses, of the right classes, and of the tokens.
 *
 * @param logits [B, T, C].
 * @param labels A class or `IGNORE_INDEX`, [B, T], int32.
 * @returns Three scalars. The caller disposes them.
 */
export function tokenSums(
  logits: tf.Tensor3D,
  labels: tf.Tensor2D,
): tf.Tensor[] {
  const count = labels.greaterEqual(0).toFloat().sum();
  const hits = logits.argMax(-1).equal(labels).toFloat().sum();
  return [tokenLoss(logits, labels).mul(count), hits, count];
}

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
  const all = await mapShared(batches, async (plain) => {
    const ofBatch = tf.tidy(() => {
      const microBatches = splitBatch(plain, numReplicas())
        .map((each) => tensorsOf(each, config));
      return sumsOf(params, microBatches, config);
    });
    const sums = Array.from(await ofBatch.data<"float32">());
    ofBatch.dispose();
    await yieldToEventLoop();
    return sums;
  });
  return all.reduce(
    (total, sums) => sums.map((sum, i) => (total[i] ?? 0) + sum),
    [],
  );
}
