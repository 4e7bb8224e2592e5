/**
 * AdamW: Adam with the weight decay taken out of the gradient.
 *
 * Kingma & Ba (2015), "Adam", algorithm 1; Loshchilov & Hutter (2019), "Decoupled
 * Weight Decay Regularization", algorithm 2. Step for step as `torch.optim.AdamW`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { adamScalars, applyAdam } from "./adam.ts";
import {
  mapLeaves,
  namedLeaves,
  type TensorTree,
} from "../engine/tensor_tree.ts";
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
  const zeros = (): Record<string, tf.Variable> =>
    Object.fromEntries(
      namedLeaves(params).flatMap(([path, leaf]) =>
        leaf instanceof tf.Variable
          ? [[path, tf.tidy(() => tf.variable(tf.zeros(leaf.shape), false))]]
          : []
      ),
    );
  return { m: zeros(), v: zeros() };
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
    firstCorrection: tf.scalar(1 - beta1 ** step),
    secondCorrection: tf.scalar(1 - beta2 ** step),
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
 *   const how = { rates, scale, options: ADAMW_DEFAULTS };
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
    const zero = tf.scalar(0);
    const gradientScale = select(isFinite, clipCoefficient, zero);
    const decay = learningRate.mul<tf.Scalar>(options.weightDecay);
    const learningRateTimesDecay = select(isFinite, decay, zero);
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

/**
 * `yes` if the condition holds, else `no`, without reading the condition.
 *
 * The other tensor may hold NaN or infinities; a product with 0 or 1 would keep them.
 *
 * @param condition A boolean scalar.
 * @param yes Any shape.
 * @param no The same shape.
 * @returns The same shape. The caller disposes it.
 */
export function select<T extends tf.Tensor>(
  condition: tf.Scalar,
  yes: T,
  no: T,
): T {
  if (tf.getBackend() === "tensorflow") {
    // TensorFlow's kernel takes a scalar condition and copies nothing; `tf.where` would
    // first repeat the condition for every element.
    return tf.engine().runKernel("Select", { condition, t: yes, e: no }) as T;
  }
  return tf.where(condition, yes, no) as T;
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
