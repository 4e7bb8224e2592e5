/**
 * Multi-head self-attention as pure functions of parameters and inputs.
 *
 * Shapes: B batch, T tokens, Q of them that ask, D hidden size, H heads, K = D / H
 * head size.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { BertConfig } from "./config.ts";
import type { DropoutSite } from "../engine/dropout_factors.ts";
import { attentionWeights, droppedContext } from "../ops/attention_weights.ts";
import type { Dropout } from "../ops/dropout.ts";
import { linear, type LinearParams, lookUp } from "../ops/layers.ts";
import { mergeHeads, projectHeads } from "../ops/split_heads.ts";

/** What attention returns: the mixed values, and the weights that mixed them. */
export type AttentionOutput = {
  /** Weighted sums of the values, [B, H, Q, K]. */
  context: tf.Tensor4D;
  /** Attention weights before dropout, [B, H, Q, T]; every row sums to 1. */
  weights: tf.Tensor4D;
};

/**
 * Scaled dot-product attention: softmax(Q Kᵀ / √K + mask) V.
 *
 * Vaswani et al. (2017), "Attention Is All You Need", equation 1.
 *
 * @example One token attends only to itself
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { attend } from "bertbook/model/attention.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const x: tf.Tensor4D = tf.ones([1, 1, 1, 4]);
 * const mask: tf.Tensor4D = tf.zeros([1, 1, 1, 1]);
 * const { weights } = attend({ query: x, key: x, value: x }, mask);
 * assert.deepEqual(weights.arraySync(), [[[[1]]]]);
 * ```
 *
 * @param heads Queries [B, H, Q, K]; keys and values, each [B, H, T, K].
 * @param mask Added to the scores, [B, 1, 1, T] or [B, 1, Q, T]: 0 keeps a key, -1e9
 * hides it.
 * @param site Where the weights that mix the values are dropped, if any are; those
 * returned are whole.
 * @param scale What the scores are multiplied by: 1 / √K, or 1 for the unscaled
 * product of Luong et al. (2015), equation 8.
 * @returns The context and the weights; the caller disposes both.
 * @throws {RangeError} If queries and keys differ in anything but their number.
 */
export function attend(
  heads: { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D },
  mask: tf.Tensor4D,
  site?: DropoutSite,
  scale: number = 1 / Math.sqrt(heads.query.shape[3]),
): AttentionOutput {
  const { query, key, value } = heads;
  if ([0, 1, 3].some((axis) => query.shape[axis] !== key.shape[axis])) {
    throw new RangeError(
      `Cannot compare queries with keys as their shapes must be equal but for ` +
        `the number of tokens: query is [${query.shape}], key is [${key.shape}]`,
    );
  }
  return tf.tidy(() => {
    // Unscaled, q · k has variance K, which drives softmax into its flat tails.
    const scores = tf.matMul(query, key, false, true) as tf.Tensor4D; // [B, H, Q, T]
    // A compiled function leaves out the weights where nobody uses them.
    const weights = attentionWeights(scores, { mask, scale }); // [B, H, Q, T]
    const context = site === undefined
      ? tf.matMul(weights, value) as tf.Tensor4D // [B, H, Q, K]
      : droppedContext(scores, value, { mask, scale }, site);
    return { context, weights };
  });
}

/** The four projections of a multi-head attention block, each [D, D]. */
export type AttentionParams = {
  query: LinearParams;
  key: LinearParams;
  value: LinearParams;
  output: LinearParams;
};

/** What a layer needs besides its parameters and its input. */
export type LayerOptions = {
  /** Hides keys, [B, 1, 1, T] or [B, 1, T, T]: 0 keeps a key, -1e9 hides it. */
  mask: tf.Tensor4D;
  dropout: Dropout;
  /**
   * Whose output is wanted: every token's, the first one's of each sequence, or that
   * of the tokens at these places among all B · T, int32.
   */
  queries?: "all" | "first" | tf.Tensor1D;
};

/**
 * Multi-head self-attention over a batch of sequences.
 *
 * Vaswani et al. (2017), section 3.2.2: every head attends in its own K columns.
 *
 * @param params The four [D, D] projections.
 * @param hidden Hidden states, [B · T, D].
 * @param config Supplies `numHeads` and `attentionDropout`.
 * @param options The padding mask, the dropout, and who asks.
 * @returns Hidden states [B · Q, D] and weights [B, H, Q, T], those of all T tokens if
 * places were named; the caller disposes both.
 */
export function selfAttention(
  params: AttentionParams,
  hidden: tf.Tensor2D,
  config: Pick<BertConfig, "numHeads" | "attentionDropout">,
  options: LayerOptions,
): { hidden: tf.Tensor2D; weights: tf.Tensor4D } {
  return tf.tidy(() => {
    const { mixed, weights } = mixValues(params, hidden, config, options);
    return { hidden: linear(params.output, mixed), weights };
  });
}

/**
 * {@linkcode selfAttention} without the projection at its end.
 *
 * @param params The projections of queries, keys and values.
 * @param hidden Hidden states, [B · T, D].
 * @param config Supplies `numHeads` and `attentionDropout`.
 * @param options The padding mask, the dropout, and who asks.
 * @returns The heads' mixed values side by side, [B · Q, D], and the weights,
 * [B, H, Q, T]; the caller disposes both.
 */
export function mixValues(
  params: Omit<AttentionParams, "output">,
  hidden: tf.Tensor2D,
  config: Pick<BertConfig, "numHeads" | "attentionDropout">,
  options: LayerOptions,
): { mixed: tf.Tensor2D; weights: tf.Tensor4D } {
  const { numHeads, attentionDropout } = config;
  const { mask, dropout, queries } = options;
  const [B] = mask.shape;
  return tf.tidy(() => {
    // Places are scattered over the rows: all tokens ask, and few are answered.
    const isScattered = queries instanceof tf.Tensor;
    const asking = isScattered ? hidden : queryRows(hidden, options);
    const headsOf = (projection: LinearParams, rows = hidden): tf.Tensor4D => {
      const each = rows.shape[0] / B; // Q or T
      return projectHeads(projection, rows, [B, each, numHeads]);
    };
    const { context, weights } = attend(
      {
        query: headsOf(params.query, asking),
        key: headsOf(params.key),
        value: headsOf(params.value),
      },
      mask,
      dropout.site(attentionDropout),
    );
    const mixed = mergeHeads(context);
    return { mixed: isScattered ? queryRows(mixed, options) : mixed, weights };
  });
}

/**
 * The hidden states of the tokens that ask.
 *
 * @param hidden Hidden states, [B · T, D].
 * @param options Supplies `queries`, and B and T by the shape of its mask.
 * @returns Hidden states, [B · Q, D]: `hidden` itself where all ask; the caller
 * disposes them.
 */
export function queryRows(
  hidden: tf.Tensor2D,
  { mask, queries }: LayerOptions,
): tf.Tensor2D {
  if (queries instanceof tf.Tensor) return lookUp(hidden, queries);
  if (queries !== "first") return hidden;
  const [B, , , T] = mask.shape, D = hidden.shape[1];
  return hidden.as3D(B, T, D).slice([0, 0, 0], [B, 1, D]).as2D(B, D);
}
