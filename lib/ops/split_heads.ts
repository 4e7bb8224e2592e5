/** The columns of the heads: apart for attention, side by side after it. @module */

import * as tf from "@tensorflow/tfjs";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import type { LinearParams } from "./layers.ts";

/** B, T and H. */
type Sizes = [numSequences: number, numTokens: number, numHeads: number];

/**
 * Gives every head its own columns.
 *
 * @param x Hidden states, [B · T, D].
 * @param sizes B, T and H.
 * @returns The heads' parts, [B, H, T, K]; the caller disposes them.
 */
export function splitHeads(
  x: tf.Tensor2D,
  [B, T, H]: Sizes,
): tf.Tensor4D {
  return x.reshape([B, T, H, x.shape[1] / H])
    .transpose<tf.Tensor4D>([0, 2, 1, 3]);
}

/**
 * Projects for every head: x W + b, split.
 *
 * @param params The kernel [D, D] and the bias [D].
 * @param x Hidden states, [B · T, D].
 * @param sizes B, T and H.
 * @returns The heads' parts, [B, H, T, K]; the caller disposes them.
 */
export function projectHeads(
  params: LinearParams,
  x: tf.Tensor2D,
  sizes: Sizes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const product: tf.Tensor2D = tf.matMul(x, params.kernel);
    return withGradient<tf.Tensor4D>(
      [product, params.bias],
      () => ({ value: biasAndSplit(product, params.bias, sizes), saved: [] }),
      (gradient) => mergeAndSum(gradient),
    );
  });
}

/**
 * Puts the heads' columns side by side again.
 *
 * @param x The heads' parts, [B, H, T, K].
 * @returns Hidden states, [B · T, D]; the caller disposes them.
 */
export function mergeHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [B, H, T] = x.shape;
  return withGradient<tf.Tensor2D>(
    [x],
    () => ({ value: mergedHeads(x), saved: [] }),
    (gradient) => [split(gradient, [B, T, H])],
  );
}

/** [B, H, T, K] → [B · T, D]. */
function merged(x: tf.Tensor4D): tf.Tensor2D {
  const [B, H, T, K] = x.shape;
  return x.transpose([0, 2, 1, 3]).reshape([B * T, H * K]);
}

const split = fuse("split heads", splitHeads, { bfloat16: "only" });
const mergedHeads = fuse("merge heads", merged, { bfloat16: "only" });

const biasAndSplit = fuse(
  "bias, split heads",
  (product: tf.Tensor2D, bias: tf.Tensor1D, sizes: Sizes) =>
    splitHeads(product.add(bias), sizes),
  { bfloat16: "only" },
);

const mergeAndSum = fuse("merge heads, sum", (gradient: tf.Tensor4D) => {
  const rows = merged(gradient);
  return [rows, rows.sum(0)];
}, { bfloat16: { "[0]": "only" } });
