/** Scores → weights → context: who attends to whom, and what comes of it. @module */

import * as tf from "@tensorflow/tfjs";
import type { DropoutSite } from "../engine/dropout_factors.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import { dropped } from "./dropout.ts";

/** How scores become weights. */
export type Weighting = {
  /** Added, [B, 1, 1, T] or [B, 1, Q, T]: 0 keeps a key, -1e9 hides it. */
  readonly mask: tf.Tensor4D;
  /** What the scores are multiplied by. */
  readonly scale: number;
};

/**
 * softmax(scale · scores + mask).
 *
 * Vaswani et al. (2017), equation 1. With w = softmax(s) and g = ∂loss/∂w, the
 * gradient by s is w (g − Σ g w).
 *
 * @param scores Query times key, [B, H, Q, T].
 * @param how The mask and the scale.
 * @returns Weights, [B, H, Q, T]; the caller disposes them.
 */
export function attentionWeights(
  scores: tf.Tensor4D,
  { mask, scale }: Weighting,
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([scores], () => {
    const { weights } = maskedSoftmax(scores, mask, scale);
    return { value: weights, saved: [weights] };
  }, (gradient, [weights]) => [
    softmaxGradient(gradient, weights!, scale).scores,
  ]);
}

/**
 * dropout(softmax(scale · scores + mask)) V.
 *
 * What dropout leaves of the weights is not kept for the gradient but found again.
 *
 * @param scores Query times key, [B, H, Q, T].
 * @param value [B, H, T, K].
 * @param how The mask and the scale.
 * @param site Where weights are dropped.
 * @returns The context, [B, H, Q, K]; the caller disposes it.
 */
export function droppedContext(
  scores: tf.Tensor4D,
  value: tf.Tensor4D,
  { mask, scale }: Weighting,
  site: DropoutSite,
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([scores, value], () => {
    const { weights, left } = maskedSoftmax(scores, mask, scale, site);
    const context = tf.matMul(left, value) as tf.Tensor4D;
    return { value: context, saved: [weights, value, site.key] };
  }, (gradient, [weights, value, key]) => {
    const byLeft = tf.matMul(gradient, value!, false, true);
    const by = softmaxGradient(byLeft, weights!, scale, {
      key: key as tf.Tensor1D,
      rate: site.rate,
    });
    return [by.scores, tf.matMul(by.left, gradient, true)];
  });
}

const maskedSoftmax = fuse(
  "mask, softmax, dropout",
  (
    scores: tf.Tensor4D,
    mask: tf.Tensor4D,
    scale: number,
    site?: DropoutSite,
  ) => {
    const weights = tf.softmax(scores.mul(scale).add<tf.Tensor4D>(mask));
    return { weights, left: dropped(weights, site) };
  },
  { bfloat16: { left: "only" } },
);

/** The gradient by the scores, and once more what dropout leaves of the weights. */
const softmaxGradient = fuse(
  "mask, softmax, dropout gradient",
  (
    gradient: tf.Tensor,
    weights: tf.Tensor,
    scale: number,
    site?: DropoutSite,
  ) => {
    const product = dropped(gradient, site).mul(weights);
    const scores = product.sub(weights.mul(product.sum(-1, true))).mul(scale);
    return { scores, left: dropped(weights, site) };
  },
  { bfloat16: { scores: "only", left: "only" } },
);
