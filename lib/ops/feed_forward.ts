/** The two products of a feed-forward layer, and what bends between them. @module */

import * as tf from "@tensorflow/tfjs";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import { bent, bentGradient, type LinearParams } from "./layers.ts";

/**
 * GELU(x W₁ + b₁) W₂, to which b₂ is yet to be added.
 *
 * Vaswani et al. (2017), section 3.3, with GELU in the place of ReLU. What GELU
 * gives is the widest tensor of a layer. It is not kept for the gradient but
 * computed again: that takes about one step in a hundred, and saves a tenth of the
 * memory.
 *
 * @param intermediate W₁ [In, F] and b₁ [F].
 * @param kernel W₂ [F, Out].
 * @param x Rows, [N, In].
 * @returns Rows, [N, Out]; the caller disposes them.
 */
export function feedForward(
  intermediate: LinearParams,
  kernel: tf.Tensor2D,
  x: tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const wide: tf.Tensor2D = tf.matMul(x, intermediate.kernel); // [N, F]
    const inputs = [wide, intermediate.bias, kernel];
    return withGradient<tf.Tensor2D>(
      inputs,
      () => ({
        value: tf.matMul(
          biasedGelu(wide, intermediate.bias) as tf.Tensor2D,
          kernel,
        ),
        saved: inputs,
      }),
      (gradient, [wide, bias, kernel]) => {
        const byBent = tf.matMul(gradient, kernel as tf.Tensor2D, false, true);
        const by = biasedGeluGradient(byBent, wide!, bias!);
        const byKernel = tf.matMul(by.bent as tf.Tensor2D, gradient, true);
        return [by.wide, by.bias, byKernel];
      },
    );
  });
}

const biasedGelu = fuse(
  "bias, gelu",
  (wide: tf.Tensor, bias: tf.Tensor) => bent(wide.add(bias)),
  { bfloat16: "only" },
);

/** The gradients by the product and by the bias, and the value once more. */
const biasedGeluGradient = fuse(
  "bias, gelu gradient",
  (gradient: tf.Tensor, product: tf.Tensor, bias: tf.Tensor) => {
    const x = product.add(bias);
    const wide = bentGradient(gradient, x);
    return { wide, bias: wide.sum(0), bent: bent(x) };
  },
  { bfloat16: { wide: "only", bent: "only" } },
);
