/**
 * AdamW: Adam with the weight decay taken out of the gradient.
 *
 * Kingma & Ba (2015), "Adam", algorithm 1; Loshchilov & Hutter (2019), "Decoupled
 * Weight Decay Regularization", algorithm 2. Step for step as `torch.optim.AdamW`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { accelerator } from "../engine/accelerator.ts";
import { fuseUpdate } from "../engine/fuse.ts";
import {
  mapLeaves,
  namedLeaves,
  type TensorTree,
} from "../engine/tensor_tree.ts";
import {
  assignMul,
  mulNoNan,
  resourceApplyAdam,
} from "../engine/training_ops.ts";
import { power } from "../exact_math.ts";
import { lrMultiplier, type LrMultipliers } from "./parameter_groups.ts";

/** The constants of AdamW, in PyTorch's meaning. */
export type AdamWOptions = {
  /** β₁: decay rate of the mean of the gradients. */
  readonly beta1: number;
  /** β₂: decay rate of the mean of the squared gradients. */
  readonly beta2: number;
  /** ε: added to the root of the second moment, against a division by 0. */
  readonly epsilon: number;
  /** λ: a weight shrinks by learning rate · λ in each step. */
  readonly weightDecay: number;
};

/** PyTorch's defaults. */
export const ADAMW_DEFAULTS: AdamWOptions = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/** Both moments of every parameter, by the parameter's path. */
export type AdamWState = {
  /** Running mean of the gradients. */
  readonly m: Readonly<Record<string, tf.Variable>>;
  /** Running mean of the squared gradients. */
  readonly v: Readonly<Record<string, tf.Variable>>;
};

/** The values that change from step to step: scalars, so that one trace serves all. */
export type AdamWRates = {
  /** α. */
  readonly learningRate: tf.Scalar;
  /** 1 − β₁ᵗ: corrects the bias of m, which starts at 0. */
  readonly firstCorrection: tf.Scalar;
  /** 1 − β₂ᵗ: corrects the bias of v, which starts at 0. */
  readonly secondCorrection: tf.Scalar;
};

/** What the gradients of one step decide. */
export type GradientScale = {
  /** Every gradient is multiplied by it. */
  readonly clipCoefficient: tf.Scalar;
  /** A boolean scalar; if it is false, neither weights nor moments change by one bit. */
  readonly isFinite: tf.Scalar;
};

/**
 * Moments before the first step: zeros.
 *
 * @param params The parameters; every leaf that is a variable is trained.
 * @returns Two variables for each of them. The caller disposes them with `disposeTree`.
 */
export function initOptimizerState(params: TensorTree): AdamWState {
  return { m: zerosByPath(params), v: zerosByPath(params) };
}

/**
 * Zeros for every parameter that is trained, by its path.
 *
 * @param params The parameters; every leaf that is a variable is trained.
 * @returns A variable of the shape of each. The caller disposes them.
 */
export function zerosByPath(params: TensorTree): Record<string, tf.Variable> {
  return Object.fromEntries(
    namedLeaves(params).flatMap(([path, leaf]) =>
      leaf instanceof tf.Variable
        ? [[path, tf.tidy(() => tf.variable(tf.zeros(leaf.shape), false))]]
        : []
    ),
  );
}

/**
 * The rates of step t. The bias corrections are taken in float64, where 1 − β₂ᵗ keeps
 * its digits.
 *
 * @param step t, from 1.
 * @param learningRate α.
 * @param options Supplies the betas.
 * @returns Three scalars. The caller disposes them.
 */
export function adamWRates(
  step: number,
  learningRate: number,
  { beta1, beta2 }: AdamWOptions,
): AdamWRates {
  return {
    learningRate: tf.scalar(learningRate),
    firstCorrection: tf.scalar(1 - power(beta1, step)),
    secondCorrection: tf.scalar(1 - power(beta2, step)),
  };
}

/**
 * One step of AdamW, in place:
 *
 *     θ ← θ − α λ θ                     (not for the paths in `noDecay`)
 *     m ← m + (1 − β₁) (g − m)
 *     v ← v + (1 − β₂) (g² − v)
 *     θ ← θ − α / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 *
 * A parameter without a gradient and its moments do not change, as in PyTorch.
 *
 * @example The first step moves every weight by the learning rate, against its gradient
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { adamW, ADAMW_DEFAULTS, adamWRates, initOptimizerState } from "bertbook/training/adamw.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * tf.tidy(() => {
 *   const params = { bias: tf.variable(tf.tensor1d([1, 1])) };
 *   const gradients = { bias: tf.tensor1d([9, -0.1]) };
 *   const rates = adamWRates(1, 0.5, ADAMW_DEFAULTS);
 *   const scale = { clipCoefficient: tf.scalar(1), isFinite: tf.scalar(true) };
 *   const how = { rates, scale, options: ADAMW_DEFAULTS, noDecay: ["bias"] };
 *   adamW(params, initOptimizerState(params), gradients, how);
 *   const [down, up] = params.bias.dataSync();
 *   assert.ok(Math.abs(down! - 0.5) < 1e-6 && Math.abs(up! - 1.5) < 1e-6);
 * });
 * ```
 *
 * @param params The parameters, a tree of variables. They change.
 * @param optimizerState Their moments, from {@linkcode initOptimizerState}. They change.
 * @param gradients g, by path.
 * @param how The rates of this step, the scale of its gradients, β, ε and λ, the
 * multipliers of α, and the paths of the parameters without weight decay.
 * @throws {TypeError} If a leaf with a gradient is not a variable.
 */
export function adamW(
  params: TensorTree,
  optimizerState: AdamWState,
  gradients: Readonly<Record<string, tf.Tensor>>,
  how: {
    rates: AdamWRates;
    scale: GradientScale;
    options: AdamWOptions;
    lrMultipliers?: LrMultipliers | undefined;
    noDecay?: readonly string[] | undefined;
  },
): void {
  const { rates, options, lrMultipliers } = how;
  const noDecay = new Set(how.noDecay);
  const { clipCoefficient, isFinite } = how.scale;
  const { learningRate, firstCorrection, secondCorrection } = rates;
  tf.tidy(() => {
    // Scalars are multiplied first: a pass over all weights costs milliseconds.
    const gradientScale = zeroUnless(isFinite, clipCoefficient);
    const learningRateTimesDecay = zeroUnless(
      isFinite,
      learningRate.mul(options.weightDecay),
    );
    // Both sides of the last fraction are multiplied by √(1 − β₂ᵗ).
    const root = secondCorrection.sqrt();
    const whole = adamScalars({
      beta1: options.beta1,
      beta2: options.beta2,
      stepSize: learningRate.mul(root).div(firstCorrection),
      epsilon: root.mul(options.epsilon),
      isFinite,
    });
    const scaled = scaledOnce({
      learningRateTimesDecay,
      stepSize: whole.stepSize,
    });
    for (const [path, leaf] of namedLeaves(params)) {
      const gradient = gradients[path];
      if (gradient === undefined) continue;
      const { learningRateTimesDecay, stepSize } = scaled(
        lrMultiplier(path, lrMultipliers),
      );
      const shrinks = options.weightDecay !== 0 && !noDecay.has(path);
      applyAdam(
        {
          weight: variableAt(path, leaf),
          m: optimizerState.m[path]!,
          v: optimizerState.v[path]!,
        },
        gradient,
        {
          ...whole,
          stepSize,
          clipCoefficient: gradientScale,
          learningRateTimesDecay: shrinks ? learningRateTimesDecay : undefined,
        },
      );
    }
  });
}

/** `value` if the condition holds, else 0, whatever the value is: NaN too. */
function zeroUnless(condition: tf.Scalar, value: tf.Scalar): tf.Scalar {
  return tf.where(condition, value, tf.scalar(0));
}

/** Multiplies scalars by a factor, and by each factor only once. */
function scaledOnce<T extends Record<string, tf.Scalar>>(
  scalars: T,
): (factor: number) => T {
  const known = new Map<number, T>([[1, scalars]]);
  return (factor) => {
    const scaled = known.get(factor) ??
      mapLeaves(scalars, (x) => x.mul(factor));
    known.set(factor, scaled);
    return scaled;
  };
}

/** The leaf as the variable that it must be to change in place. */
function variableAt(path: string, leaf: tf.Tensor): tf.Variable {
  if (leaf instanceof tf.Variable) return leaf;
  throw new TypeError(
    `Cannot train "${path}": it must be a variable; found a constant tensor; ` +
      `turn the tree into variables with makeTrainable()`,
  );
}

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
    const oneMinusBeta1 = zeroUnless(isFinite, tf.scalar(1 - beta1));
    const oneMinusBeta2 = zeroUnless(isFinite, tf.scalar(1 - beta2));
    return {
      stepSize: zeroUnless(isFinite, step.stepSize.mul(scale)),
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
