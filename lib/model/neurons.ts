/** The queries and keys behind attention weights, to look at. @module */

import * as tf from "@tensorflow/tfjs";
import type { BertOutput, BertParams } from "./bert.ts";
import type { BertConfig } from "./config.ts";
import { linear, type LinearParams } from "../ops/layers.ts";
import { splitHeads } from "../ops/split_heads.ts";

/** What every head compares, layer by layer: L of [B, H, T, K] each. */
export type Neurons = { queries: tf.Tensor4D[]; keys: tf.Tensor4D[] };

/**
 * Projects the hidden states again to the queries and keys of every layer.
 *
 * A forward pass that only predicts has no use for them, so it does not keep them.
 * softmax(queries · keysᵀ / √K + mask) are the layer's weights: Vaswani et al. (2017),
 * equation 1.
 *
 * @param params The parameters; they stay the caller's.
 * @param hiddenStates Those of `bert`, L + 1 of [B, T, D], whole: `rowsNeeded: "all"`.
 * @param config The sizes that `params` were made with.
 * @returns Queries and keys; the caller disposes them.
 */
export function neuronsOf(
  params: BertParams,
  hiddenStates: BertOutput["hiddenStates"],
  { numHeads }: BertConfig,
): Neurons {
  return tf.tidy(() => {
    const project = (part: "query" | "key"): tf.Tensor4D[] =>
      params.layers.map(({ attention }, layer) =>
        headsOf(attention[part], hiddenStates[layer]!)
      );
    return { queries: project("query"), keys: project("key") };
  });

  function headsOf(params: LinearParams, hidden: tf.Tensor3D): tf.Tensor4D {
    const [B, T, D] = hidden.shape;
    return splitHeads(linear(params, hidden.as2D(B * T, D)), [B, T, numHeads]);
  }
}
