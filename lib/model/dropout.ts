/**
 * Dropout as an argument: a model that is given none drops nothing.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { counterUniform } from "../engine/random.ts";

/** Zeroes elements of `x` with probability `rate`, and returns the same shape. */
export type Dropout = <T extends tf.Tensor>(x: T, rate: number) => T;

/** The dropout of evaluation: returns what it is given. */
export const NO_DROPOUT: Dropout = <T extends tf.Tensor>(x: T): T => x;

/** 2³² / golden ratio, as int32: its multiples stay far apart modulo 2³². */
const GOLDEN = 0x9e37_79b9 | 0;

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
 * import { dropoutFrom } from "bertbook/model/dropout.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const dropout = dropoutFrom(tf.tensor1d([42, 1], "int32"));
 * const y = dropout(tf.ones([8]), 0.5);
 * assert.ok(y.dataSync().every((value) => value === 0 || value === 2));
 * ```
 *
 * @param seed The run's seed and the step, [2], int32; must outlive the pass.
 * @returns A dropout whose calls each draw their own mask.
 */
export function dropoutFrom(seed: tf.Tensor1D): Dropout {
  let site = 0;
  return <T extends tf.Tensor>(x: T, rate: number): T => {
    if (!(rate >= 0 && rate < 1)) {
      throw new RangeError(
        `Cannot drop elements as the rate must be in [0, 1): current value is ${rate}`,
      );
    }
    // Counted even where nothing falls, so that a rate of 0 here moves no mask there.
    const offset = Math.imul(++site, GOLDEN);
    if (rate === 0) return x;
    return tf.tidy(() => {
      const siteSeed = seed.add(
        tf.tensor1d([offset, 0], "int32"),
      ) as tf.Tensor1D;
      const survives = counterUniform(x.shape, siteSeed).greaterEqual(rate);
      return x.mul(survives.cast("float32").mul(1 / (1 - rate)));
    });
  };
}
