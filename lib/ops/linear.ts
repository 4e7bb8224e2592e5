/**
 * A linear layer, x W + b, over rows.
 *
 * Hidden states are flattened to rows, N = B · T of them: then a linear layer is one
 * matrix product, and the gradient of its bias is a sum over the first axis.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** A linear layer: `kernel` [In, Out], `bias` [Out]. */
export type LinearParams = { kernel: tf.Tensor2D; bias: tf.Tensor1D };

/**
 * x W + b.
 *
 * @param params The kernel [In, Out] and the bias [Out].
 * @param x Rows, [N, In].
 * @returns Rows, [N, Out]; the caller disposes them.
 */
export function linear(params: LinearParams, x: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(x, params.kernel).add(params.bias));
}
