/**
 * Self-test of an engine: numbers that it must compute right before it is used. Wrong
 * drivers answer with zeros, and training on zeros looks like slow training.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** One check and how far the engine was from the right value. */
export type CheckResult = { check: string; difference: number };

type Check = {
  name: string;
  tolerance: number;
  compute: () => tf.Tensor;
  expected: () => number[];
};

/**
 * Runs the checks on tfjs's current backend.
 *
 * @returns The largest difference of each check.
 * @throws {RangeError} If a check is further off than its tolerance.
 */
export async function selfTest(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, tolerance, compute, expected } of CHECKS) {
    const output = tf.tidy(compute);
    const values = await output.data();
    output.dispose();
    const difference = largestDifference(values, expected());
    if (!(difference <= tolerance)) {
      throw new RangeError(
        `Cannot trust the engine "${tf.getBackend()}": its ${name} must be ` +
          `within ${tolerance} of the right values; found a difference of ` +
          `${difference}; choose another by BERTBOOK_ENGINE`,
      );
    }
    results.push({ check: name, difference });
  }
  return results;
}

/** NaN if a value is missing or not a number. */
function largestDifference(
  values: ArrayLike<number>,
  expected: readonly number[],
): number {
  if (values.length !== expected.length) return NaN;
  return expected.reduce(
    (worst, right, i) => Math.max(worst, Math.abs(values[i]! - right)),
    0,
  );
}

/**
 * Small whole numbers, exact in every float format: the product is exact too,
 * so a GPU that multiplies in fewer bits is not taken for a broken one.
 */
const M = 48, N = 24, K = 32;
const left = (m: number, k: number): number => (m * 3 + k * 5) % 7 - 3;
const right = (k: number, n: number): number => (k * 2 + n * 3) % 5 - 2;
const LEFT = grid(M, K, left);
const RIGHT = grid(K, N, right);
const RIGHT_TRANSPOSED = grid(N, K, (n, k) => right(k, n));
const PRODUCT = grid(
  M,
  N,
  (m, n) => sum(K, (k) => left(m, k) * right(k, n)),
);

const ROWS = [2, 0, 2, 5, 2];
const WIDTH = 3;

const POINTS = [-3, -1, -0.5, 0, 0.25, 1, 2.5];
/** erf at POINTS, Abramowitz and Stegun (1964), table 7.1 (to 10 digits). */
const ERF = [
  -0.9999779095,
  -0.8427007929,
  -0.5204998778,
  0,
  0.2763263902,
  0.8427007929,
  0.9995930480,
];

const CHECKS: readonly Check[] = [
  {
    name: "matrix product",
    tolerance: 1e-3,
    compute: () =>
      tf.matMul(tf.tensor2d(LEFT, [M, K]), tf.tensor2d(RIGHT, [K, N])),
    expected: () => PRODUCT,
  },
  {
    name: "transposed matrix product",
    tolerance: 1e-3,
    compute: () =>
      tf.matMul(
        tf.tensor2d(LEFT, [M, K]),
        tf.tensor2d(RIGHT_TRANSPOSED, [N, K]),
        false,
        true,
      ),
    expected: () => PRODUCT,
  },
  {
    // The gradient of a gather adds up over the rows that were taken twice.
    name: "gradient of a gather",
    tolerance: 1e-5,
    compute: () => {
      const weights = tf.tensor2d(
        grid(ROWS.length, WIDTH, (i, j) => i + 10 * j),
        [
          ROWS.length,
          WIDTH,
        ],
      );
      const taken = (table: tf.Tensor) =>
        tf.gather(table, tf.tensor1d(ROWS, "int32")).mul(weights).sum<
          tf.Scalar
        >();
      return tf.grad(taken)(tf.zeros([7, WIDTH]));
    },
    expected: () =>
      grid(
        7,
        WIDTH,
        (row, j) => sum(ROWS.length, (i) => (ROWS[i] === row ? i + 10 * j : 0)),
      ),
  },
  {
    // softmax of ln 1, ln 2, ln 3, ln 4 is 1, 2, 3, 4 tenths, whatever is added.
    name: "softmax",
    tolerance: 1e-5,
    compute: () =>
      tf.softmax(tf.log(tf.tensor2d([1, 2, 3, 4], [1, 4])).add(50)),
    expected: () => [0.1, 0.2, 0.3, 0.4],
  },
  {
    name: "error function",
    tolerance: 1e-5,
    compute: () => tf.erf(tf.tensor1d(POINTS)),
    expected: () => ERF,
  },
];

function grid(
  rows: number,
  columns: number,
  value: (row: number, column: number) => number,
): number[] {
  return Array.from(
    { length: rows * columns },
    (_, i) => value(Math.floor(i / columns), i % columns),
  );
}

function sum(count: number, value: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += value(i);
  return total;
}
