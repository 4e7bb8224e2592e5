/** The end of a sublayer: add the residual and normalize. @module */

import * as tf from "@tensorflow/tfjs";
import type { DropoutKey } from "../engine/dropout_mask.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import { applyDropout } from "./dropout.ts";
import {
  layerNormFormula,
  layerNormGradient,
  type LayerNormParams,
  type LayerNormSaved,
} from "./layer_norm.ts";

/** What follows the product of a sublayer's last linear layer. */
export type SublayerEnd = {
  /** The residual connection around the sublayer, [N, Out]. */
  readonly residual: tf.Tensor2D;
  readonly norm: LayerNormParams;
  /** Where elements of the linear layer's result are dropped, if any are. */
  readonly dropoutKey: DropoutKey | undefined;
  /** As for `layerNorm`. */
  readonly epsilon: number;
};

/**
 * LayerNorm(residual + dropout(product + bias)), where the product is x W.
 *
 * Vaswani et al. (2017), sections 3.1 and 5.4. After the product everything is one
 * pass, and the mask of dropout is not kept but computed again for the gradient.
 *
 * @param product Rows, [N, Out].
 * @param bias Of the linear layer that the product belongs to, [Out].
 * @param end The residual, the norm, and the dropout.
 * @returns Rows, [N, Out]; the caller disposes them.
 */
export function addNorm(
  product: tf.Tensor2D,
  bias: tf.Tensor1D,
  { residual, norm, dropoutKey, epsilon }: SublayerEnd,
): tf.Tensor2D {
  const inputs = [product, bias, residual, norm.weight, norm.bias];
  return withGradient<tf.Tensor2D>(inputs, () => {
    const { value, normalized, inverse } = addAndNorm(
      { product, bias, residual },
      norm,
      dropoutKey,
      epsilon,
    );
    const key = dropoutKey === undefined ? [] : [dropoutKey.key];
    return { value, saved: [normalized, inverse, norm.weight, ...key] };
  }, (gradient, [normalized, inverse, weight, key]) => {
    const by = addAndNormGradient(
      gradient,
      { normalized: normalized!, inverse: inverse!, weight: weight! },
      dropoutKey && { key: key as tf.Tensor1D, rate: dropoutKey.rate },
    );
    return [by.product, by.productBias, by.x, by.weight, by.bias];
  });
}

type Summands = {
  product: tf.Tensor2D;
  bias: tf.Tensor1D;
  residual: tf.Tensor2D;
};

const addAndNorm = fuse(
  "bias, dropout, sum, layer norm",
  (
    { product, bias, residual }: Summands,
    norm: LayerNormParams,
    dropoutKey: DropoutKey | undefined,
    epsilon: number,
  ) => {
    const sum = residual.add(applyDropout(product.add(bias), dropoutKey));
    return layerNormFormula(sum as tf.Tensor2D, norm, epsilon);
  },
  { bfloat16: { value: "also" } },
);

const addAndNormGradient = fuse(
  "bias, dropout, sum, layer norm gradient",
  (
    gradient: tf.Tensor2D,
    saved: LayerNormSaved,
    dropoutKey: DropoutKey | undefined,
  ) => {
    const by = layerNormGradient(gradient, saved);
    const product = applyDropout(by.x, dropoutKey);
    return { ...by, product, productBias: product.sum(0) };
  },
  { bfloat16: { product: "only" } },
);
