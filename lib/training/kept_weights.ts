/** The weights of the best epoch so far, to end with. @module */

import * as tf from "@tensorflow/tfjs";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import { assign } from "./variables.ts";

/** Keeps one epoch's weights and brings them back. */
export type KeptWeights = {
  /** Keeps the present weights instead of those kept before. */
  keep(): Promise<void>;
  /** Brings the kept weights back; without any, does nothing. */
  restore(): Promise<void>;
};

/**
 * Keeps the weights as plain arrays.
 *
 * @param params Variables.
 * @returns A keeper that holds no tensor.
 */
export function keptInMemory(params: TensorTree): KeptWeights {
  let kept: Float32Array[] = [];
  return {
    async keep(): Promise<void> {
      const leaves = namedLeaves(params).map(([, leaf]) => leaf);
      kept = await Promise.all(leaves.map((leaf) => leaf.data<"float32">()));
    },
    restore(): Promise<void> {
      for (const [i, values] of kept.entries()) {
        const [, leaf] = namedLeaves(params)[i]!;
        assign(leaf, () => tf.tensor(values, leaf.shape));
      }
      return Promise.resolve();
    },
  };
}
