/**
 * The roof of a machine: how many multiplications and additions a second the
 * engine reaches where nothing else is to be done.
 *
 * Williams, Waterman & Patterson (2009), "Roofline: An Insightful Visual
 * Performance Model", section 3: what a program reaches is read as a share of it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { compile } from "../../lib/engine/compile.ts";
import { sideBySide } from "../../lib/engine/compile.ts";

/** Rows and columns of the matrices: far more than any step of ours multiplies. */
const SIZE = 2048;
/** Products in a row: so that a call's own cost is no share of the time. */
const PRODUCTS = 3;

/** A meter that can be read time and again. */
export type RoofMeter = {
  /** Multiplies once more and returns the GFLOP/s of it. */
  read(): number;
  /** Frees the matrices and what was compiled. */
  dispose(): void;
};

/**
 * Prepares a measurement of float32 or bfloat16 matrix products.
 *
 * The products run in one compiled function that returns a single number, so
 * nothing large is copied out of the engine. As many rows of products run side by side
 * as the engine has operations at a time.
 *
 * @param options `bfloat16`: whether the engine multiplies in it, instead of in
 * float32; `size`: rows and columns of the matrices.
 * @returns The meter. The caller disposes it.
 */
export function roofMeter(
  options: { bfloat16?: boolean; size?: number } = {},
): RoofMeter {
  const { bfloat16 = false, size = SIZE } = options;
  // Of this variance a product's elements are again about as large as 1.
  const deviation = 1 / Math.sqrt(size);
  const factor = tf.randomNormal<tf.Rank.R2>(
    [size, size],
    0,
    deviation,
    "float32",
    1,
  );
  const numChains = sideBySide();
  const multiply = compile((x: tf.Tensor2D) => {
    const corners = Array.from({ length: numChains }, (_, chain) => {
      // Equal products would be computed once.
      let product = x.mul<tf.Tensor2D>(1 + chain);
      for (let i = 0; i < PRODUCTS; i++) product = tf.matMul(product, x);
      return product.slice([0, 0], [1, 1]);
    });
    return tf.addN(corners);
  }, { name: "matmul roof", bfloat16 });
  const run = (): void => {
    const corner = multiply(factor);
    corner.dataSync();
    corner.dispose();
  };
  run(); // traces, and lets the library choose its kernels
  return {
    read: () => {
      const start = performance.now();
      run();
      const milliseconds = performance.now() - start;
      return numChains * PRODUCTS * 2 * size ** 3 / milliseconds / 1e6;
    },
    dispose: () => {
      multiply.dispose();
      factor.dispose();
    },
  };
}

/**
 * Measures the roof: the best of several readings, because whatever else the
 * machine does can only slow a reading down.
 *
 * @param meter From {@linkcode roofMeter}.
 * @param readings How many.
 * @returns GFLOP/s.
 */
export function bestOf(meter: RoofMeter, readings = 5): number {
  return Math.max(...Array.from({ length: readings }, () => meter.read()));
}
