/**
 * The small layers that every block shares.
 *
 * Hidden states are flattened to rows, N = B · T of them: then an affine map is one
 * matrix product and the gradient of a bias is a sum over the first axis.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";

/** An affine map: `kernel` [In, Out], `bias` [Out]. */
export type LinearParams = { kernel: tf.Tensor2D; bias: tf.Tensor1D };

/** Layer normalization: `weight` [D], `bias` [D]. */
export type LayerNormParams = { weight: tf.Tensor1D; bias: tf.Tensor1D };

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

/**
 * Normalizes each row to mean 0 and variance 1, then scales and shifts it.
 *
 * Ba, Kiros and Hinton (2016), "Layer Normalization", section 3. With
 * n = (x − mean) / σ and g = ∂loss/∂output · gain, the gradient by x is
 * (g − mean(g) − n · mean(g · n)) / σ.
 *
 * @example A row of two becomes minus one and one
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { layerNorm, type LayerNormParams } from "bertbook/ops/layers.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const params: LayerNormParams = { weight: tf.ones([2]), bias: tf.zeros([2]) };
 * const y = layerNorm(params, tf.tensor2d([[3, 7]]), 1e-12);
 * assert.deepEqual(y.arraySync(), [[-1, 1]]);
 * ```
 *
 * @param params The gain [D] and the bias [D].
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
    const { value, normalized, inverse } = normalizeRows(x, params, epsilon);
    return { value, saved: [normalized, inverse, params.weight] };
  }, (gradient, [normalized, inverse, weight]) => {
    const by = normGradient(gradient, {
      normalized: normalized!,
      inverse: inverse!,
      weight: weight!,
    });
    return [by.x, by.weight, by.bias];
  });
}

/** What the gradient of a layer norm needs of its forward pass. */
export type NormSaved = {
  /** n, [N, D]. */
  normalized: tf.Tensor;
  /** 1 / σ, [N, 1]. */
  inverse: tf.Tensor;
  /** [D]. */
  weight: tf.Tensor;
};

/** The formula of {@linkcode layerNorm}, and n and 1 / σ. */
export function normalized(
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

/** The gradients of {@linkcode layerNorm} by the rows, the gain and the bias. */
export function normalizedGradient(
  gradient: tf.Tensor2D,
  { normalized, inverse, weight }: NormSaved,
): { x: tf.Tensor2D; weight: tf.Tensor; bias: tf.Tensor } {
  const scaled = gradient.mul(weight); // g
  const along = normalized.mul(rowMean(scaled.mul(normalized)));
  return {
    x: scaled.sub(rowMean(scaled)).sub(along).mul(inverse),
    weight: gradient.mul(normalized).sum(0),
    bias: gradient.sum(0),
  };
}

const normalizeRows = fuse("layer norm", normalized);
const normGradient = fuse("layer norm gradient", normalizedGradient);

/** Mean of each row, [N, D] → [N, 1]. */
function rowMean(x: tf.Tensor): tf.Tensor {
  return x.mean(-1, true);
}

/** 1 / √(2π), the height of the normal density at 0. */
const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

/**
 * Gaussian error linear unit in its exact form, x Φ(x), with derivative
 * Φ(x) + x φ(x).
 *
 * Hendrycks and Gimpel (2016), section 2. BERT was trained with this form, not with
 * the tanh approximation of GPT-2.
 *
 * @param x Any shape.
 * @returns The same shape; the caller disposes it.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>(
    [x],
    () => ({ value: geluOf(x) as T, saved: [x] }),
    (gradient, [x]) => [geluGradient(gradient, x!)],
  );
}

/** Φ(x), the share of a normal distribution below x. */
function below(x: tf.Tensor): tf.Tensor {
  return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
}

/** The formula of {@linkcode gelu}. */
export function bent(x: tf.Tensor): tf.Tensor {
  return x.mul(below(x));
}

const geluOf = fuse("gelu", bent);

const geluGradient = fuse("gelu gradient", bentGradient);

/** ∂loss/∂x of {@linkcode gelu}, from that of its value. */
export function bentGradient(gradient: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const density = x.square().mul(-0.5).exp().mul(DENSITY_AT_ZERO); // φ(x)
  return gradient.mul(density.mul(x).add(below(x)));
}

/**
 * Rows of a table by their numbers.
 *
 * The gradient sums, for each row of the table, what its uses received. tfjs's own
 * gradient of `gather` also transposes the whole table twice.
 *
 * @param table One row for each id, [V, D].
 * @param ids Row numbers, [N], int32, each under V: a GPU reads junk beyond it.
 * @returns Rows, [N, D]; the caller disposes them.
 */
export function lookUp(table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  const [V] = table.shape;
  return withGradient<tf.Tensor2D>(
    [table],
    () => ({ value: tf.gather(table, ids), saved: [ids] }),
    (gradient, [ids]) => [
      tf.unsortedSegmentSum(gradient, ids as tf.Tensor1D, V),
    ],
  );
}
