import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";

/** A tensor from a formula: no two elements equal, so no transpose can hide. */
export function formula<T extends tf.Tensor>(
  shape: number[],
  phase: number,
): T {
  const size = tf.util.sizeFromShape(shape);
  const values = Array.from({ length: size }, (_, i) => Math.sin(i + phase));
  return tf.tensor(values, shape) as T;
}

/** A tensor's values, row by row. */
export function numbers(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}

/** Computes on another of tfjs's backends, and comes back. */
export async function on<T>(
  backend: string,
  compute: () => T | Promise<T>,
): Promise<T> {
  const before = tf.getBackend();
  await tf.setBackend(backend);
  try {
    return await compute();
  } finally {
    await tf.setBackend(before);
  }
}

/** Asserts that no element differs by more than `tolerance`. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length);
  const worst = Array.from(actual, (value, i) => Math.abs(value - expected[i]!))
    .reduce((a, b) => b > a || Number.isNaN(b) ? b : a, 0);
  assert.ok(
    worst <= tolerance,
    `Largest difference ${worst} exceeds the tolerance ${tolerance}`,
  );
}
