/**
 * Adam's update of one variable, in place: by TensorFlow's fused kernel where
 * TensorFlow runs, in one pass over the memory, and by plain operations elsewhere.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { fuseUpdate } from "./fuse.ts";
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

/** What one step needs besides variables and gradients. */
export type AdamStep = {
  /** β₁ and β₂: how slowly the means forget. */
  readonly beta1: number;
  readonly beta2: number;
  /** η: what the bias corrections leave of the learning rate. */
  readonly stepSize: tf.Scalar;
  /** ε: added to √v. */
  readonly epsilon: tf.Scalar;
  /** A boolean; if it is false, the step changes nothing. */
  readonly open: tf.Scalar;
};

/** What is done to one variable besides Adam's update. */
export type AdamWeighting = {
  /** What the gradient is multiplied by; 0 makes 0 even of NaN. */
  readonly factor: tf.Scalar;
  /** The share of the weight that is taken away before; undefined for none. */
  readonly taken?: tf.Scalar | undefined;
};

/** An {@linkcode AdamStep} as the updates want it: made once, used for each variable. */
export type AdamScalars = {
  readonly stepSize: tf.Scalar;
  readonly epsilon: tf.Scalar;
  /** 1 − β₁ and 1 − β₂; 0 in a step that changes nothing. */
  readonly share1: tf.Scalar;
  readonly share2: tf.Scalar;
  /** What these leave of 1. */
  readonly rest1: tf.Scalar;
  readonly rest2: tf.Scalar;
};

/**
 * Prepares the scalars of one step.
 *
 * @param step β, η, ε and the gate.
 * @returns What {@linkcode applyAdam} takes. The caller disposes them.
 */
export function adamScalars(step: AdamStep): AdamScalars {
  const { beta1, beta2, open } = step;
  return tf.tidy(() => {
    // TensorFlow's kernel takes β₂ and computes 1 − β₂ in float32, which is off
    // by some 1e-5. All of v is off by that factor, so η and ε make up for it.
    const scale = tensorFlowBackend() === undefined
      ? 1
      : Math.sqrt((1 - Math.fround(beta2)) / (1 - beta2));
    const ifOpen = (value: tf.Scalar): tf.Scalar =>
      tf.where(open, value, tf.scalar(0));
    const share1 = ifOpen(tf.scalar(1 - beta1)),
      share2 = ifOpen(tf.scalar(1 - beta2));
    return {
      stepSize: ifOpen(step.stepSize.mul(scale)),
      epsilon: step.epsilon.mul<tf.Scalar>(scale),
      ...{ share1, share2 },
      rest1: tf.sub<tf.Scalar>(1, share1),
      rest2: tf.sub<tf.Scalar>(1, share2),
    };
  });
}

/**
 * One update, in place, with g = factor · gradient:
 *
 *     θ ← (1 − taken) θ
 *     m ← m + (1 − β₁)(g − m)
 *     v ← v + (1 − β₂)(g² − v)
 *     θ ← θ − η m / (√v + ε)
 *
 * Kingma & Ba (2015), "Adam", section 2, last paragraph.
 *
 * @param variables θ, m and v. They change.
 * @param gradient Of their shape.
 * @param scalars Of this step, from {@linkcode adamScalars}.
 * @param weighting What the gradient and the weight are multiplied by.
 */
export function applyAdam(
  { weight, first, second }: AdamVariables,
  gradient: tf.Tensor,
  { stepSize, epsilon, share1, share2, rest1, rest2 }: AdamScalars,
  { factor, taken }: AdamWeighting,
): void {
  tf.tidy(() => {
    const isFused = fusedAdam([weight, first, second], [
      ...[gradient, factor, taken ?? tf.scalar(0)],
      ...[stepSize, epsilon, rest1, rest2],
    ]);
    if (isFused) return;
    if (taken !== undefined) shrink(weight, taken);
    const scaled = scaleOrZero(gradient, factor);
    if (tensorFlowBackend() === undefined) {
      const m = first.add(scaled.sub(first).mul(share1));
      const v = second.add(scaled.square().sub(second).mul(share2));
      weight.assign(weight.sub(m.mul(stepSize).div(v.sqrt().add(epsilon))));
      first.assign(m);
      second.assign(v);
      return;
    }
    // Powers of β that are 0 ask the kernel for no bias correction of its own.
    const none = tf.scalar(0);
    changeInPlace(
      "ResourceApplyAdam",
      [
        { name: "T", type: AttributeType.type, value: FLOAT32 },
        { name: "use_locking", type: AttributeType.bool, value: false },
        { name: "use_nesterov", type: AttributeType.bool, value: false },
      ],
      [weight, first, second],
      [
        ...[none, none, stepSize],
        ...[rest1, rest2, epsilon, scaled],
      ],
    );
  });
}

/** The formulas of {@linkcode applyAdam}, in one pass over gradient, θ, m and v. */
const fusedAdam = fuseUpdate("Adam", (values, inputs) => {
  const [weight, first, second] = values as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [gradient, factor, taken, ...scalars] = inputs as [
    ...[tf.Tensor, tf.Scalar, tf.Scalar],
    ...tf.Scalar[],
  ];
  const [stepSize, epsilon, rest1, rest2] = scalars as [
    ...[tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar],
  ];
  const scaled = scaleOrZero(gradient, factor);
  // 1 − β as TensorFlow's kernel rounds it, for which η and ε make up.
  const m = first.add(scaled.sub(first).mul(tf.sub(1, rest1)));
  const v = second.add(scaled.square().sub(second).mul(tf.sub(1, rest2)));
  const kept = weight.mul(tf.sub(1, taken));
  return [kept.sub(m.mul(stepSize).div(v.sqrt().add(epsilon))), m, v];
});

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
function scaleOrZero<T extends tf.Tensor>(x: T, factor: tf.Scalar): T {
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
 * Adds to a variable, in place: θ ← θ + x.
 *
 * @param variable It changes.
 * @param x Of its shape.
 */
export function addTo(variable: tf.Variable, x: tf.Tensor): void {
  tf.tidy(() => {
    if (tensorFlowBackend() === undefined) {
      variable.assign(variable.add(x));
      return;
    }
    const dtype = { name: "dtype", type: AttributeType.type, value: FLOAT32 };
    changeInPlace("AssignAddVariableOp", [dtype], [variable], [x]);
  });
}

/**
 * Takes a share of a variable away, in place: θ ← (1 − share) θ.
 *
 * @param variable It changes.
 * @param share A scalar.
 */
function shrink(variable: tf.Variable, share: tf.Scalar): void {
  tf.tidy(() => {
    const rest = variable.mul(tf.sub(1, share));
    if (tensorFlowBackend() === undefined) {
      variable.assign(rest);
      return;
    }
    // The variable takes the product's buffer over: nothing is copied.
    const dtype = { name: "dtype", type: AttributeType.type, value: FLOAT32 };
    changeInPlace("AssignVariableOp", [dtype], [variable], [rest]);
  });
}
