/**
 * Peak FLOP/s of a machine: the multiplications and additions a second that the engine
 * reaches in large matrix products. Run as a worker of `bench`, it measures them when
 * asked to:
 *
 *     peak_flops.ts <precisions as JSON>
 *
 * Williams, Waterman & Patterson (2009), "Roofline: An Insightful Visual
 * Performance Model", section 3: a program's speed is read as a share of the peak.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { compile, numReplicas } from "../../lib/engine/compile.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import { speedSettings } from "../../lib/engine/speed_settings.ts";
import { answerRequests } from "./worker_process.ts";

/** Rows and columns of the matrices: larger than any that a step multiplies. */
const SIZE = 2048;
/** Products in a row, so that the cost of a call hardly counts. */
const PRODUCTS = 3;

/** A meter that can be read repeatedly. */
export type PeakMeter = {
  /** Multiplies once more and returns the GFLOP/s. */
  read(): number;
  /** Frees the matrices and the compiled function. */
  dispose(): void;
};

/**
 * Prepares a measurement of matrix products. They run in one compiled function that
 * returns a single number, so that nothing large is copied out of the engine; as many
 * chains of products run side by side as the engine runs operations at a time.
 *
 * @param options `bfloat16`: whether the engine multiplies in it instead of float32;
 * `size`: rows and columns of the matrices.
 * @returns The meter. The caller disposes it.
 */
export function peakMeter(
  options: { bfloat16?: boolean; size?: number } = {},
): PeakMeter {
  const { bfloat16 = false, size = SIZE } = options;
  // With this deviation the elements of a product are again about as large as 1.
  const factor = tf.randomNormal<tf.Rank.R2>(
    [size, size],
    0,
    1 / Math.sqrt(size),
    "float32",
    1,
  );
  const numChains = numReplicas();
  const multiply = compile((x: tf.Tensor2D) => {
    const corners = Array.from({ length: numChains }, (_, chain) => {
      // Equal products would be computed once.
      let product = x.mul<tf.Tensor2D>(1 + chain);
      for (let i = 0; i < PRODUCTS; i++) product = tf.matMul(product, x);
      return product.slice([0, 0], [1, 1]);
    });
    return tf.addN(corners);
  }, { name: "peak FLOP/s", bfloat16 });
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
 * The best of several readings: other programs can only slow a reading down.
 *
 * @param meter From {@linkcode peakMeter}.
 * @param readings How many.
 * @returns GFLOP/s.
 */
export function bestOf(meter: PeakMeter, readings = 5): number {
  return Math.max(...Array.from({ length: readings }, () => meter.read()));
}

if (import.meta.main) {
  const settings = speedSettings(await startEngine());
  const precisions = JSON.parse(Deno.args[0]!) as Precision[];
  const meters = precisions.map((precision) =>
    [precision, peakMeter({ bfloat16: precision === "bfloat16" })] as const
  );
  await answerRequests(settings, (readings) =>
    Object.fromEntries(
      meters.map(([precision, meter]) => [precision, bestOf(meter, readings)]),
    ));
}
