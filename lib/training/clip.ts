/**
 * Gradient clipping by the global norm: one long gradient must not spoil the weights.
 *
 * Pascanu et al. (2013), "On the difficulty of training recurrent neural
 * networks", algorithm 1.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { squaredNorm } from "../engine/training_ops.ts";

/** Against a division by 0 if every gradient is 0; PyTorch's value. */
const NORM_EPSILON = 1e-6;

/**
 * The length of all gradients taken as one vector: √(Σ g²).
 *
 * @param gradients Any number of tensors of any shapes, at least one.
 * @returns A scalar. The caller disposes it.
 */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => squaredNorm(gradients).sqrt());
}

/**
 * The number that shortens a gradient of length `norm` to `maxNorm`:
 * min(1, maxNorm / norm).
 *
 * Every gradient is multiplied by the same number, so the direction stays. The
 * same numbers as `torch.nn.utils.clip_grad_norm_`.
 *
 * @example A gradient of length 5 is cut to length 1, one of length 0.5 is left alone
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { clipCoefficient, globalNorm } from "bertbook/training/clip.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * tf.tidy(() => {
 *   const norm = globalNorm([tf.scalar(3), tf.tensor1d([4])]);
 *   assert.equal(norm.dataSync()[0], 5);
 *   assert.ok(Math.abs(clipCoefficient(norm, 1).dataSync()[0]! - 1 / 5) < 1e-6);
 *   assert.equal(clipCoefficient(tf.scalar(0.5), 1).dataSync()[0], 1);
 * });
 * ```
 *
 * @param norm The length of {@linkcode globalNorm}, a scalar.
 * @param maxNorm The greatest length to let through, above 0.
 * @returns A scalar in (0, 1]. The caller disposes it.
 */
export function clipCoefficient(norm: tf.Scalar, maxNorm: number): tf.Scalar {
  return tf.tidy(() =>
    tf.div(maxNorm, norm.add(NORM_EPSILON)).minimum(1) as tf.Scalar
  );
}
