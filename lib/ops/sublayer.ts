/** How each half of an encoder layer ends. @module */

import * as tf from "@tensorflow/tfjs";
import type { DropoutSite } from "../engine/dropout_factors.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import { dropped } from "./dropout.ts";
import {
  type LayerNormParams,
  normalized,
  normalizedGradient,
  type NormSaved,
} from "./layers.ts";

/** What the product of a sublayer's last map is followed by. */
export type SublayerEnd = {
  /** What goes around the sublayer, [N, Out]. */
  readonly residual: tf.Tensor2D;
  readonly norm: LayerNormParams;
  /** Where elements of the map's result are dropped, if any are. */
  readonly site: DropoutSite | undefined;
  /** As for `layerNorm`. */
  readonly epsilon: number;
};

/**
 * LayerNorm(residual + dropout(product + bias)), where the product is x W.
 *
 * Vaswani et al. (2017), sections 3.1 and 5.4. After the product everything is one
 * pass, and the dropped elements are not kept but found again for the gradient.
 *
 * @param product Rows, [N, Out].
 * @param bias Of the map that the product belongs to, [Out].
 * @param end The way around, the norm, and the dropout.
 * @returns Rows, [N, Out]; the caller disposes them.
 */
export function addNorm(
  product: tf.Tensor2D,
  bias: tf.Tensor1D,
  { residual, norm, site, epsilon }: SublayerEnd,
): tf.Tensor2D {
  const inputs = [product, bias, residual, norm.weight, norm.bias];
  return withGradient<tf.Tensor2D>(inputs, () => {
    const { value, normalized, inverse } = addAndNorm(
      { product, bias, residual },
      norm,
      site,
      epsilon,
    );
    const key = site === undefined ? [] : [site.key];
    return { value, saved: [normalized, inverse, norm.weight, ...key] };
  }, (gradient, [normalized, inverse, weight, key]) => {
    const by = addAndNormGradient(
      gradient,
      { normalized: normalized!, inverse: inverse!, weight: weight! },
      site && { key: key as tf.Tensor1D, rate: site.rate },
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
    site: DropoutSite | undefined,
    epsilon: number,
  ) => {
    const sum = residual.add(dropped(product.add(bias), site));
    return normalized(sum as tf.Tensor2D, norm, epsilon);
  },
  { bfloat16: { value: "also" } },
);

const addAndNormGradient = fuse(
  "bias, dropout, sum, layer norm gradient",
  (
    gradient: tf.Tensor2D,
    saved: NormSaved,
    site: DropoutSite | undefined,
  ) => {
    const by = normalizedGradient(gradient, saved);
    const product = dropped(by.x, site);
    return { ...by, product, productBias: product.sum(0) };
  },
  { bfloat16: { product: "only" } },
);
