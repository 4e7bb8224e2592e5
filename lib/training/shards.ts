/**
 * A batch in shards that are computed side by side, each on a thread of its own.
 *
 * The mean over a batch is the sum of its shards' means, each times its share; so are
 * the gradients. This is data parallelism as in Li et al. (2020), "PyTorch
 * Distributed", section 2.2, inside one process and one traced function.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { PyTree } from "../engine/py_tree.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import type { LossFunction } from "./step.ts";

/** A batch in S shards. */
export type Sharded<Batch extends TensorTree> = {
  readonly shards: readonly Batch[];
  /** What each counts in the mean, [S]; together 1, or all 0. */
  readonly shares: tf.Tensor1D;
};

/**
 * The objective of batches in shards.
 *
 * Each shard draws dropout masks of its own.
 *
 * @param objective The mean loss of one shard.
 * @returns The mean loss of all.
 */
export function inShards<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  objective: LossFunction<Params, Batch, Config>,
): LossFunction<Params, Sharded<Batch>, Config> {
  return (params, { shards, shares }, config, dropout) =>
    tf.tidy(() => {
      const losses = shards.map((shard) =>
        objective(params, shard, config, dropout)
      );
      return tf.stack(losses).mul(shares).sum<tf.Scalar>();
    });
}

/**
 * What each shard counts.
 *
 * @param weights How much the mean of each shard is a mean over, such as the number of
 * its examples.
 * @returns Each through the sum of all, [S]; 0 if all are. The caller disposes it.
 */
export function sharesOf(weights: readonly number[]): tf.Tensor1D {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return tf.tensor1d(weights.map((weight) => weight / (total || 1)));
}
