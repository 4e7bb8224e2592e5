/**
 * Training operations that TensorFlow has and tfjs lacks: each reads the memory once and
 * changes variables in place. On other engines plain operations compute the same.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { accelerator } from "./accelerator.ts";

/**
 * Σ x² over all elements of all tensors: by TensorFlow's `L2Loss`, which reads each once
 * and writes nothing; `x.square()` would write as much as it reads.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { squaredNorm } from "bertbook/engine/training_ops.ts";
 * import assert from "node:assert/strict";
 *
 * const sum = squaredNorm([tf.tensor1d([1, 2]), tf.scalar(3)]);
 * assert.equal(sum.arraySync(), 14);
 * ```
 *
 * @param tensors Any shapes, float32, at least one.
 * @returns A scalar. The caller disposes it.
 */
export function squaredNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  const engine = accelerator();
  return tf.tidy(() => {
    if (engine === undefined) {
      return tf.addN(tensors.map((x) => x.square().sum<tf.Scalar>()));
    }
    const halves = tensors.map((x) =>
      engine.execute("L2Loss", { T: "float32" }, [x]) as tf.Scalar
    );
    return tf.addN(halves).mul<tf.Scalar>(2);
  });
}

/**
 * Multiplies by a scalar; if the scalar is 0 the product is 0, even of an infinity or
 * of NaN.
 *
 * @param x Any shape, float32.
 * @param factor A scalar.
 * @returns The shape of `x`. The caller disposes it.
 */
export function mulNoNan<T extends tf.Tensor>(x: T, factor: tf.Scalar): T {
  const engine = accelerator();
  return tf.tidy(() =>
    engine === undefined
      ? tf.where(factor.notEqual(0), x.mul(factor), tf.zerosLike(x)) as T
      : engine.execute("MulNoNan", { T: "float32" }, [x, factor]) as T
  );
}

/**
 * Adds to a variable, in place: θ ← θ + x.
 *
 * @param variable Float32. It changes.
 * @param x Of its shape.
 */
export function assignAdd(variable: tf.Variable, x: tf.Tensor): void {
  const engine = accelerator();
  if (engine === undefined) tf.tidy(() => variable.assign(variable.add(x)));
  else {
    const dtype = "float32";
    engine.changeInPlace("AssignAddVariableOp", { dtype }, [variable], [x]);
  }
}

/**
 * Multiplies a variable, in place: θ ← factor · θ.
 *
 * @param variable Float32. It changes.
 * @param factor A scalar.
 */
export function assignMul(variable: tf.Variable, factor: tf.Scalar): void {
  const engine = accelerator();
  tf.tidy(() => {
    const product = variable.mul(factor);
    if (engine === undefined) variable.assign(product);
    else {
      // The variable takes the product's buffer over: nothing is copied.
      const dtype = "float32";
      engine.changeInPlace("AssignVariableOp", { dtype }, [variable], [
        product,
      ]);
    }
  });
}

/**
 * Adam's update by TensorFlow's `ResourceApplyAdam`, in one pass over the memory:
 *
 *     m ← m + (1 − β₁)(g − m)
 *     v ← v + (1 − β₂)(g² − v)
 *     θ ← θ − η m / (√v + ε)
 *
 * @param variables θ, m and v. They change.
 * @param gradient g, of their shape.
 * @param scalars η, β₁, β₂ and ε.
 * @returns Whether it was done: false, and nothing changes, on other engines.
 */
export function resourceApplyAdam(
  variables: readonly [tf.Variable, tf.Variable, tf.Variable],
  gradient: tf.Tensor,
  { stepSize, beta1, beta2, epsilon }: Readonly<
    Record<"stepSize" | "beta1" | "beta2" | "epsilon", tf.Scalar>
  >,
): boolean {
  const engine = accelerator();
  if (engine === undefined) return false;
  tf.tidy(() => {
    // Powers of β that are 0 ask the kernel for no bias correction.
    const none = tf.scalar(0);
    engine.changeInPlace(
      "ResourceApplyAdam",
      { T: "float32", use_locking: false, use_nesterov: false },
      variables,
      [none, none, stepSize, beta1, beta2, epsilon, gradient],
    );
  });
  return true;
}
