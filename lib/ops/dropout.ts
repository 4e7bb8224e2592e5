/** Dropout as an argument: without one, a model drops nothing. @module */

import * as tf from "@tensorflow/tfjs";
import {
  type DropoutKey,
  dropoutMask,
  foldIn,
} from "../engine/dropout_mask.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";

/** The dropout of one pass through a network. */
export type Dropout = {
  /** Zeroes elements of `x` with probability `rate`, and returns the same shape. */
  <T extends tf.Tensor>(x: T, rate: number): T;
  /**
   * The key of the next dropout, for an operation that drops elements among other
   * things: see {@linkcode applyDropout}. Undefined if nothing is dropped.
   */
  key(rate: number): DropoutKey | undefined;
};

/** The dropout of evaluation: returns what it is given. */
export const NO_DROPOUT: Dropout = Object.assign(
  <T extends tf.Tensor>(x: T): T => x,
  { key: () => undefined },
);

/**
 * The dropout of one training step.
 *
 * Srivastava et al. (2014); survivors are divided by 1 − rate, so that the mean
 * stays and evaluation needs no correction. The masks are a function of the seed,
 * the step and the number of the call (the first, the second …) alone, so that a
 * resumed run drops what an uninterrupted one would have dropped. Make a new one for
 * each forward pass: the calls are counted from the start.
 *
 * @example Half of the elements are dropped, the others doubled
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { dropoutFrom } from "bertbook";
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
  let calls = 0;
  const key = (rate: number): DropoutKey | undefined => {
    if (!(rate >= 0 && rate < 1)) {
      throw new RangeError(
        `Cannot drop elements: the rate must be in [0, 1); found ${rate}`,
      );
    }
    // Counted even if nothing is dropped, so that a rate of 0 here moves no mask there.
    const number = ++calls;
    return rate === 0 ? undefined : { key: foldIn(seed, number), rate };
  };
  const dropout = <T extends tf.Tensor>(x: T, rate: number): T =>
    tf.tidy(() => {
      const dropoutKey = key(rate);
      if (dropoutKey === undefined) return x;
      return withGradient<T>(
        [x],
        () => ({
          value: fusedDropout(x, dropoutKey) as T,
          saved: [dropoutKey.key],
        }),
        (gradient, [key]) => [
          fusedDropout(gradient, { key: key as tf.Tensor1D, rate }),
        ],
      );
    });
  return Object.assign(dropout, { key });
}

/**
 * A dropout that drops nothing and counts its calls.
 *
 * @returns The dropout, and the number of its calls so far.
 */
export function countingDropout(): { dropout: Dropout; calls: () => number } {
  let calls = 0;
  const dropout = Object.assign(
    <T extends tf.Tensor>(x: T): T => (calls++, x),
    { key: () => void calls++ },
  );
  return { dropout, calls: () => calls };
}

/** {@linkcode applyDropout} alone, in one pass. */
const fusedDropout = fuse("dropout", applyDropout<tf.Tensor>, {
  bfloat16: "also",
});

/**
 * Drops elements by a key; of a gradient, the same elements.
 *
 * @param x Any shape.
 * @param dropoutKey From {@linkcode Dropout.key}.
 * @returns The shape of `x`: `x` itself without a key. The caller disposes it.
 */
export function applyDropout<T extends tf.Tensor>(
  x: T,
  dropoutKey: DropoutKey | undefined,
): T {
  if (dropoutKey === undefined) return x;
  return tf.tidy(() => x.mul<T>(dropoutMask(x.shape, dropoutKey)));
}
