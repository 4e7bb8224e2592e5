/** Scores → weights: who attends to whom, and what dropout leaves of it. @module */

import * as tf from "@tensorflow/tfjs";
import type { DropoutSite } from "../engine/dropout_factors.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import { dropped } from "./dropout.ts";

/**
 * dropout(softmax(scale · scores + mask)).
 *
 * Vaswani et al. (2017), equation 1. With w = softmax(s) and g = ∂loss/∂w, the
 * gradient by s is w (g − Σ g w).
 *
 * @param scores Query times key, [B, H, Q, T].
 * @param mask Added, [B, 1, 1, T] or [B, 1, Q, T]: 0 keeps a key, -1e9 hides it.
 * @param scale What the scores are multiplied by.
 * @param site Where weights are dropped, if any are.
 * @returns Weights, [B, H, Q, T]; the caller disposes them.
 */
export function attentionWeights(
  scores: tf.Tensor4D,
  mask: tf.Tensor4D,
  scale: number,
  site?: DropoutSite,
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([scores], () => {
    const { value, weights } = maskedSoftmax(scores, mask, scale, site);
    const key = site === undefined ? [] : [site.key];
    return { value, saved: [weights, ...key] };
  }, (gradient, [weights, key]) => [
    softmaxGradient(
      gradient,
      weights!,
      scale,
      site && { key: key as tf.Tensor1D, rate: site.rate },
    ),
  ]);
}

const maskedSoftmax = fuse(
  "mask, softmax, dropout",
  (
    scores: tf.Tensor4D,
    mask: tf.Tensor4D,
    scale: number,
    site: DropoutSite | undefined,
  ) => {
    const weights = tf.softmax(scores.mul(scale).add<tf.Tensor4D>(mask));
    return { value: dropped(weights, site), weights };
  },
);

const softmaxGradient = fuse(
  "mask, softmax, dropout gradient",
  (
    gradient: tf.Tensor4D,
    weights: tf.Tensor,
    scale: number,
    site: DropoutSite | undefined,
  ) => {
    const product = dropped(gradient, site).mul(weights);
    return product.sub(weights.mul(product.sum(-1, true))).mul(scale);
  },
);
