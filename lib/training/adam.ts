/**
 * Adam's update of one variable, in place: in one pass over the memory where functions
 * can have fused parts.
 *
 * Kingma & Ba (2015), "Adam", section 2, last paragraph.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { accelerator } from "../engine/accelerator.ts";
import { fuseUpdate } from "../engine/fuse.ts";
import {
  assignMul,
  mulNoNan,
  resourceApplyAdam,
} from "../engine/training_ops.ts";

/** A weight and the running means of its gradient, all of one shape. */
export type AdamVariables = {
  readonly weight: tf.Variable;
  /** Mean of the gradients. */
  readonly m: tf.Variable;
  /** Mean of the squared gradients. */
  readonly v: tf.Variable;
};

/** The scalars of one step, made once and used for each variable. */
export type AdamScalars = {
  /** η: the learning rate with both bias corrections; 0 in a step that changes nothing. */
  readonly stepSize: tf.Scalar;
  /** ε: added to √v. */
  readonly epsilon: tf.Scalar;
  /** β₁ and β₂; 1 in a step that changes nothing. */
  readonly beta1: tf.Scalar;
  readonly beta2: tf.Scalar;
  /** 1 − β₁ and 1 − β₂; 0 in a step that changes nothing. */
  readonly oneMinusBeta1: tf.Scalar;
  readonly oneMinusBeta2: tf.Scalar;
};

/**
 * Prepares the scalars of one step.
 *
 * @param step β₁, β₂, η, ε, and a boolean: if it is false, the step changes nothing.
 * @returns What {@linkcode applyAdam} takes. The caller disposes them.
 */
export function adamScalars(step: {
  readonly beta1: number;
  readonly beta2: number;
  readonly stepSize: tf.Scalar;
  readonly epsilon: tf.Scalar;
  readonly isFinite: tf.Scalar;
}): AdamScalars {
  const { beta1, beta2, isFinite } = step;
  return tf.tidy(() => {
    // TensorFlow's kernel takes β₂ and computes 1 − β₂ in float32, which is off
    // by some 1e-5. All of v is off by that factor, so η and ε make up for it.
    const scale = accelerator() === undefined
      ? 1
      : Math.sqrt((1 - Math.fround(beta2)) / (1 - beta2));
    const ifFinite = (value: tf.Scalar): tf.Scalar =>
      tf.where(isFinite, value, tf.scalar(0));
    const oneMinusBeta1 = ifFinite(tf.scalar(1 - beta1));
    const oneMinusBeta2 = ifFinite(tf.scalar(1 - beta2));
    return {
      stepSize: ifFinite(step.stepSize.mul(scale)),
      epsilon: step.epsilon.mul<tf.Scalar>(scale),
      oneMinusBeta1,
      oneMinusBeta2,
      beta1: tf.sub<tf.Scalar>(1, oneMinusBeta1),
      beta2: tf.sub<tf.Scalar>(1, oneMinusBeta2),
    };
  });
}

/**
 * One update of one variable, in place, with g = clipCoefficient · gradient:
 *
 *     θ ← (1 − learningRateTimesDecay) θ
 *     m ← m + (1 − β₁)(g − m)
 *     v ← v + (1 − β₂)(g² − v)
 *     θ ← θ − η m / (√v + ε)
 *
 * In a compiled function this is one pass over gradient, θ, m and v. If TensorFlow runs
 * without fusing, its own kernel does the last three lines.
 *
 * @param variables θ, m and v. They change.
 * @param gradient Of their shape.
 * @param scalars Of this step, from {@linkcode adamScalars}; what the gradient is
 * multiplied by (0 makes 0 even of NaN), and αλ, undefined for no decay.
 */
export function applyAdam(
  { weight, m, v }: AdamVariables,
  gradient: tf.Tensor,
  scalars: AdamScalars & {
    readonly clipCoefficient: tf.Scalar;
    readonly learningRateTimesDecay: tf.Scalar | undefined;
  },
): void {
  tf.tidy(() => {
    const { stepSize, epsilon, beta1, beta2 } = scalars;
    const { clipCoefficient, learningRateTimesDecay } = scalars;
    const isFused = fusedAdam([weight, m, v], [
      gradient,
      clipCoefficient,
      learningRateTimesDecay ?? tf.scalar(0),
      stepSize,
      epsilon,
      beta1,
      beta2,
    ]);
    if (isFused) return;
    if (learningRateTimesDecay !== undefined) {
      assignMul(weight, tf.sub<tf.Scalar>(1, learningRateTimesDecay));
    }
    const g = mulNoNan(gradient, clipCoefficient);
    if (resourceApplyAdam([weight, m, v], g, scalars)) return;
    const next = adamUpdate({ weight, m, v }, g, scalars);
    weight.assign(next.weight);
    m.assign(next.m);
    v.assign(next.v);
  });
}

/** The last three lines of {@linkcode applyAdam}. */
function adamUpdate(
  { weight, m, v }: Record<keyof AdamVariables, tf.Tensor>,
  g: tf.Tensor,
  { stepSize, epsilon, oneMinusBeta1, oneMinusBeta2 }: Omit<
    AdamScalars,
    "beta1" | "beta2"
  >,
): Record<keyof AdamVariables, tf.Tensor> {
  const newM = m.add(g.sub(m).mul(oneMinusBeta1));
  const newV = v.add(g.square().sub(v).mul(oneMinusBeta2));
  return {
    weight: weight.sub(newM.mul(stepSize).div(newV.sqrt().add(epsilon))),
    m: newM,
    v: newV,
  };
}

/** All of {@linkcode applyAdam} in one pass. */
const fusedAdam = fuseUpdate("Adam", (values, inputs) => {
  const [weight, m, v] = values as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [gradient, ...scalars] = inputs as [tf.Tensor, ...tf.Scalar[]];
  const [clipCoefficient, learningRateTimesDecay, stepSize, epsilon] =
    scalars as [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar];
  const [beta1, beta2] = scalars.slice(4) as [tf.Scalar, tf.Scalar];
  const g = mulNoNan(gradient, clipCoefficient);
  const decayed = weight.mul(tf.sub(1, learningRateTimesDecay));
  const next = adamUpdate({ weight: decayed, m, v }, g, {
    stepSize,
    epsilon,
    // 1 − β as TensorFlow's kernel rounds it, for which η and ε make up.
    oneMinusBeta1: tf.sub<tf.Scalar>(1, beta1),
    oneMinusBeta2: tf.sub<tf.Scalar>(1, beta2),
  });
  return [next.weight, next.m, next.v];
});
