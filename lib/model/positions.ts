/** Positions that need no learning. @module */

import * as tf from "@tensorflow/tfjs";

/** Wavelengths form a geometric progression from 2π to this times 2π. */
const LONGEST_WAVE = 10_000;

/**
 * The sinusoidal position table: columns 2i and 2i + 1 of row `position` hold the
 * sine and the cosine of position / 10000^(2i/D).
 *
 * Vaswani et al. (2017), section 3.5. The dot product of two rows depends on their
 * distance alone: Σ cos((p − q) / 10000^(2i/D)).
 *
 * @example Position 0 is all sin 0 and cos 0
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { sinusoidalPositions } from "bertbook/model/positions.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const [first] = sinusoidalPositions(3, 4).arraySync();
 * assert.deepEqual(first, [0, 1, 0, 1]);
 * ```
 *
 * @param length T, the number of positions.
 * @param hiddenSize D, even.
 * @returns The table, [T, D]; the caller disposes it.
 * @throws {RangeError} If `hiddenSize` is odd: a cosine would lack its sine.
 */
export function sinusoidalPositions(
  length: number,
  hiddenSize: number,
): tf.Tensor2D {
  if (hiddenSize % 2 !== 0) {
    throw new RangeError(
      `Cannot pair sines with cosines as hiddenSize must be even: ` +
        `current value is ${hiddenSize}`,
    );
  }
  const values = Float32Array.from({ length: length * hiddenSize }, (_, i) => {
    const position = Math.floor(i / hiddenSize), column = i % hiddenSize;
    const pair = column - column % 2; // 2i
    const angle = position / LONGEST_WAVE ** (pair / hiddenSize);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return tf.tensor2d(values, [length, hiddenSize]);
}
