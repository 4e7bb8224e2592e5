/**
 * Adam's update of one variable, in place: by TensorFlow's fused kernel where
 * TensorFlow runs, in one pass over the memory, and by plain operations elsewhere.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { AttributeType } from "./tensorflow/attributes.ts";
import { changeInPlace } from "./tensorflow/change_in_place.ts";
import { tensorFlowBackend } from "./tensorflow/backend.ts";

/** A weight and the running means of its gradient, all of one shape. */
export type AdamVariables = {
  readonly weight: tf.Variable;
  /** m: mean of the gradients. */
  readonly first: tf.Variable;
  /** v: mean of the squared gradients. */
  readonly second: tf.Variable;
};

/** Scalars of one step. */
export type AdamScalars = {
  /** η: what the bias corrections leave of the learning rate. */
  readonly stepSize: tf.Scalar;
  readonly beta1: tf.Scalar;
  readonly beta2: tf.Scalar;
  /** ε: added to √v. */
  readonly epsilon: tf.Scalar;
};

/**
 * One update, in place:
 *
 *     m ← m + (1 − β₁)(g − m)
 *     v ← v + (1 − β₂)(g² − v)
 *     θ ← θ − η m / (√v + ε)
 *
 * Kingma & Ba (2015), "Adam", section 2, last paragraph.
 *
 * @param variables θ, m and v. They change.
 * @param gradient g, of their shape.
 * @param scalars η, β₁, β₂ and ε.
 */
export function applyAdam(
  { weight, first, second }: AdamVariables,
  gradient: tf.Tensor,
  { stepSize, beta1, beta2, epsilon }: AdamScalars,
): void {
  tf.tidy(() => {
    if (tensorFlowBackend() === undefined) {
      const nextFirst = first.add(gradient.sub(first).mul(tf.sub(1, beta1)));
      const nextSecond = second.add(
        gradient.square().sub(second).mul(tf.sub(1, beta2)),
      );
      const move = nextFirst.mul(stepSize).div(nextSecond.sqrt().add(epsilon));
      weight.assign(weight.sub(move));
      first.assign(nextFirst);
      second.assign(nextSecond);
      return;
    }
    // The kernel's own bias corrections, in float32, lose digits: none is asked for.
    const none = tf.scalar(0);
    changeInPlace(
      "ResourceApplyAdam",
      [
        { name: "T", type: AttributeType.type, value: FLOAT32 },
        { name: "use_locking", type: AttributeType.bool, value: false },
        { name: "use_nesterov", type: AttributeType.bool, value: false },
      ],
      [weight, first, second],
      [none, none, stepSize, beta1, beta2, epsilon, gradient],
    );
  });
}

/** TensorFlow's number for float32. */
const FLOAT32 = 1;

/**
 * Multiplies by a scalar; where the scalar is 0 the product is 0, even of an
 * infinity or of NaN.
 *
 * @param x Any shape.
 * @param factor A scalar.
 * @returns The shape of `x`. The caller disposes it.
 */
export function scaleOrZero<T extends tf.Tensor>(x: T, factor: tf.Scalar): T {
  const backend = tensorFlowBackend();
  return tf.tidy(() => {
    if (backend === undefined) {
      return tf.where(factor.notEqual(0), x.mul(factor), tf.zerosLike(x)) as T;
    }
    const type = { name: "T", type: AttributeType.type, value: FLOAT32 };
    return backend.executeSingleOutput("MulNoNan", [type], [x, factor]) as T;
  });
}

/**
 * Multiplies a variable by a scalar, in place.
 *
 * @param variable It changes.
 * @param taken What share of it is taken away: θ ← θ − share · θ.
 */
export function shrink(variable: tf.Variable, taken: tf.Scalar): void {
  tf.tidy(() => {
    if (tensorFlowBackend() === undefined) {
      variable.assign(variable.sub(variable.mul(taken)));
      return;
    }
    const dtype = { name: "dtype", type: AttributeType.type, value: FLOAT32 };
    changeInPlace("AssignSubVariableOp", [dtype], [variable], [
      variable.mul(taken),
    ]);
  });
}
