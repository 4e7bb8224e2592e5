/** Layer normalization: the formula, its gradient, and the fused form. @module */

import * as tf from "@tensorflow/tfjs";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";

/** Layer normalization: `weight` (gamma) [D], `bias` (beta) [D]. */
export type LayerNormParams = { weight: tf.Tensor1D; bias: tf.Tensor1D };

/**
 * Normalizes each row to mean 0 and variance 1, then scales and shifts it.
 *
 * Ba, Kiros and Hinton (2016), "Layer Normalization", section 3. With
 * n = (x − mean) / σ and g = ∂loss/∂output · gamma, the gradient by x is
 * (g − mean(g) − n · mean(g · n)) / σ.
 *
 * @example A row of two becomes minus one and one
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { layerNorm, type LayerNormParams } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const params: LayerNormParams = { weight: tf.ones([2]), bias: tf.zeros([2]) };
 * const y = layerNorm(params, tf.tensor2d([[3, 7]]), 1e-12);
 * assert.deepEqual(y.arraySync(), [[-1, 1]]);
 * ```
 *
 * @param params The weight gamma [D] and the bias beta [D].
 * @param x Rows, [N, D].
 * @param epsilon Added to the variance, so that a constant row divides by it.
 * @returns Rows, [N, D]; the caller disposes them.
 */
export function layerNorm(
  params: LayerNormParams,
  x: tf.Tensor2D,
  epsilon: number,
): tf.Tensor2D {
  return withGradient<tf.Tensor2D>([x, params.weight, params.bias], () => {
    const { value, normalized, inverse } = fusedLayerNorm(x, params, epsilon);
    return { value, saved: [normalized, inverse, params.weight] };
  }, (gradient, [normalized, inverse, weight]) => {
    const by = fusedGradient(gradient, {
      normalized: normalized!,
      inverse: inverse!,
      weight: weight!,
    });
    return [by.x, by.weight, by.bias];
  });
}

/** What the gradient of a layer norm needs of its forward pass. */
export type LayerNormSaved = {
  /** n, [N, D]. */
  normalized: tf.Tensor;
  /** 1 / σ, [N, 1]. */
  inverse: tf.Tensor;
  /** [D]. */
  weight: tf.Tensor;
};

/** The formula of {@linkcode layerNorm}, and n and 1 / σ. */
export function layerNormFormula(
  x: tf.Tensor2D,
  { weight, bias }: LayerNormParams,
  epsilon: number,
): { value: tf.Tensor2D; normalized: tf.Tensor; inverse: tf.Tensor } {
  const centred = x.sub(rowMean(x));
  const inverse = rowMean(centred.square()).add(epsilon).rsqrt(); // 1 / σ, [N, 1]
  const normalized = centred.mul(inverse);
  const value = normalized.mul<tf.Tensor2D>(weight).add<tf.Tensor2D>(bias);
  return { value, normalized, inverse };
}

/** The gradients of {@linkcode layerNorm} by the rows, the weight and the bias. */
export function layerNormGradient(
  gradient: tf.Tensor2D,
  { normalized, inverse, weight }: LayerNormSaved,
): { x: tf.Tensor2D; weight: tf.Tensor; bias: tf.Tensor } {
  const scaled = gradient.mul(weight); // g
  const along = normalized.mul(rowMean(scaled.mul(normalized)));
  return {
    x: scaled.sub(rowMean(scaled)).sub(along).mul(inverse),
    weight: gradient.mul(normalized).sum(0),
    bias: gradient.sum(0),
  };
}

const fusedLayerNorm = fuse("layer norm", layerNormFormula);
const fusedGradient = fuse("layer norm gradient", layerNormGradient);

/** Mean of each row, [N, D] → [N, 1]. */
function rowMean(x: tf.Tensor): tf.Tensor {
  return x.mean(-1, true);
}
