import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { mapLeaves, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import type { ClassifierParams } from "bertbook/model/heads/sequence_classifier.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import type { Dropout } from "bertbook/ops/dropout.ts";
import {
  buildHead,
  type HeadName,
  type HeadParams,
  HEADS,
} from "bertbook/model/heads/heads.ts";
import { type Parameter, sizeOf } from "bertbook/model/parameters.ts";

/** What scales a parameter in the golden programs, so that nothing saturates. */
export const SCALES = { embedding: 1, kernel: 0.4, bias: 0.2, weight: 0.3 };

/** A tensor from a formula: no two values are equal, and no matrix is of low rank. */
export function chirp<T extends tf.Tensor>(shape: number[], phase: number): T {
  const size = tf.util.sizeFromShape(shape);
  const values = Array.from(
    { length: size },
    (_, i) => Math.sin(i * i / 7 + phase),
  );
  return tf.tensor(values, shape) as T;
}

/** The parameter that tests/golden/bert_formula.py builds, a kernel as [In, Out]. */
export function chirpParameter(parameter: Parameter, index: number): tf.Tensor {
  const { role, shape } = parameter;
  return tf.tidy(() => {
    const values = chirp([sizeOf(parameter)], index).mul(SCALES[role])
      .add(role === "weight" ? 1 : 0).reshape([...shape]);
    return role === "kernel" ? values.transpose() : values;
  });
}

/** The classifier of tests/golden/bert_formula.py at any size. */
export function chirpClassifier(
  config: BertConfig,
  numLabels: number,
): ClassifierParams {
  return chirpHead("sequence-classification", { config, numLabels });
}

/** The model of tests/golden/heads_formula.py under one of its heads. */
export function chirpHead<H extends HeadName>(
  head: H,
  sizes: { config: BertConfig; numLabels: number },
): HeadParams[H] {
  const paths = HEADS[head].parameters(sizes.config, sizes.numLabels)
    .map(({ path }) => path);
  return buildHead(
    head,
    sizes,
    (parameter) => chirpParameter(parameter, paths.indexOf(parameter.path)),
  );
}

/** A dropout that drops nothing and tells the rate of each of its sites. */
export function watchedDropout(onSite: (rate: number) => void): Dropout {
  const whole = <T extends tf.Tensor>(x: T, rate: number): T => {
    onSite(rate);
    return x;
  };
  return Object.assign(whole, { key: (rate: number) => void onSite(rate) });
}

/** The largest absolute difference between `actual` and `expected`. */
export function differenceOf(
  actual: tf.Tensor,
  expected: tf.TensorLike,
): number {
  return tf.tidy(() => {
    const target = tf.tensor(expected);
    assert.deepEqual(actual.shape, target.shape);
    // Read as a list, as a maximum may pass over NaN.
    const differences = actual.sub(target).abs().dataSync<"float32">();
    return differences.reduce((a, b) => b <= a ? a : b, 0);
  });
}

/** Asserts that every element of `actual` is within `tolerance` of `expected`. */
export function assertClose(
  actual: tf.Tensor,
  expected: tf.TensorLike,
  tolerance: number,
): void {
  const worst = differenceOf(actual, expected);
  assert.ok(
    worst <= tolerance,
    `Largest difference ${worst} exceeds the tolerance ${tolerance}`,
  );
}

/** Asserts that `run` leaves no tensor behind. */
export function assertNoLeak(run: () => void): void {
  const before = tf.memory().numTensors;
  run();
  assert.equal(tf.memory().numTensors - before, 0, "Tensors leaked");
}

/**
 * Asserts that the gradient of `loss` by `x` equals central differences.
 *
 * In float32 the best step is near the cube root of the rounding error.
 */
export function assertGradient(
  loss: (x: tf.Tensor) => tf.Scalar,
  x: tf.Tensor,
  tolerance: number,
): void {
  const step = 0.01;
  tf.tidy(() => {
    const analytic = tf.grad(loss)(x);
    const values = x.dataSync();
    const numeric = Array.from(values, (_, i) => {
      const at = (offset: number): number =>
        tf.tidy(() => {
          const moved = values.slice();
          moved[i]! += offset;
          return loss(tf.tensor(moved, x.shape)).dataSync()[0]!;
        });
      return (at(step) - at(-step)) / (2 * step);
    });
    assertClose(analytic, tf.tensor(numeric, x.shape).arraySync(), tolerance);
  });
}

/** Asserts that two ways to one number have the same gradient at every parameter. */
export function assertSameGradients(
  params: ClassifierParams,
  [plain, other]: readonly [
    (params: ClassifierParams) => tf.Scalar,
    (params: ClassifierParams) => tf.Scalar,
  ],
  tolerance: number,
): void {
  const variables = new Map(
    namedLeaves(params).map(([path, leaf]) => [path, tf.variable(leaf)]),
  );
  const tree = mapLeaves(params, (_, path) => variables.get(path)!);
  tf.tidy(() => {
    const [expected, found] = [plain, other].map((way) =>
      tf.variableGrads(() => way(tree)).grads
    );
    for (const [path, { name }] of variables) {
      const gradient = expected![name]!;
      const size = gradient.abs().max().dataSync()[0]!;
      // The gradient of a key's bias is 0 but for rounding.
      const within = tolerance * Math.max(size, 1);
      assertClose(found![name]!, gradient.arraySync(), within);
      assert.ok(size > 1e-3 || path.endsWith("key.bias"), path);
    }
  });
  tf.dispose([...variables.values()]);
}
