/**
 * Dropout as an argument: a model that is given none drops nothing.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  dropoutFactors,
  type DropoutSite,
  siteKey,
} from "../engine/dropout_factors.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";

/** The dropout of one pass through a network. */
export type Dropout = {
  /** Zeroes elements of `x` with probability `rate`, and returns the same shape. */
  <T extends tf.Tensor>(x: T, rate: number): T;
  /**
   * The next site, for an operation that drops elements among other things: see
   * {@linkcode dropped}. Undefined where nothing falls.
   */
  site(rate: number): DropoutSite | undefined;
};

/** The dropout of evaluation: returns what it is given. */
export const NO_DROPOUT: Dropout = Object.assign(
  <T extends tf.Tensor>(x: T): T => x,
  { site: () => undefined },
);

/**
 * The dropout of one training step.
 *
 * Srivastava et al. (2014); survivors are divided by 1 − rate, so that the mean
 * stays and evaluation needs no correction. The masks are a function of the seed,
 * the step and the site (the first call, the second …) alone, so that a resumed run
 * drops what an uninterrupted one would have dropped. Make a new one for each
 * forward pass: the sites are counted from the start.
 *
 * @example Half of the elements fall, the others double
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { dropoutFrom } from "bertbook/ops/dropout.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const dropout = dropoutFrom(tf.tensor1d([42, 1], "int32"));
 * const y = dropout(tf.ones([8]), 0.5);
 * assert.ok(y.dataSync().every((value) => value === 0 || value === 2));
 * ```
 *
 * @param seed The run's seed and the step, [2], int32; must outlive the pass.
 * @returns A dropout whose calls each draw their own mask. They throw a RangeError if
 * the rate is not in [0, 1).
 */
export function dropoutFrom(seed: tf.Tensor1D): Dropout {
  let sites = 0;
  const site = (rate: number): DropoutSite | undefined => {
    if (!(rate >= 0 && rate < 1)) {
      throw new RangeError(
        `Cannot drop elements as the rate must be in [0, 1): current value is ${rate}`,
      );
    }
    // Counted even where nothing falls, so that a rate of 0 here moves no mask there.
    const number = ++sites;
    return rate === 0 ? undefined : { key: siteKey(seed, number), rate };
  };
  const dropout = <T extends tf.Tensor>(x: T, rate: number): T =>
    tf.tidy(() => {
      const here = site(rate);
      if (here === undefined) return x;
      return withGradient<T>(
        [x],
        () => ({ value: multiplied(x, here) as T, saved: [here.key] }),
        (gradient, [key]) => [
          multiplied(gradient, { key: key as tf.Tensor1D, rate }),
        ],
      );
    });
  return Object.assign(dropout, { site });
}

/** {@linkcode dropped} by itself, in one pass. */
const multiplied = fuse("dropout", dropped<tf.Tensor>, { bfloat16: "also" });

/**
 * Drops elements at a site; of a gradient, the same elements.
 *
 * @param x Any shape.
 * @param site From {@linkcode Dropout.site}.
 * @returns The shape of `x`: `x` itself without a site. The caller disposes it.
 */
export function dropped<T extends tf.Tensor>(
  x: T,
  site: DropoutSite | undefined,
): T {
  if (site === undefined) return x;
  return tf.tidy(() => x.mul<T>(dropoutFactors(x.shape, site)));
}
