/**
 * AdamW: Adam with the weight decay taken out of the gradient.
 *
 * Kingma & Ba (2015), "Adam", algorithm 1; Loshchilov & Hutter (2019), "Decoupled
 * Weight Decay Regularization", algorithm 2. Step for step as `torch.optim.AdamW`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  mapLeaves,
  namedLeaves,
  type TensorTree,
} from "../engine/tensor_tree.ts";
import { adamScalars, applyAdam } from "./adam.ts";
import { choose } from "./choose.ts";

/** What stays the same during a training; Adam's letters in brackets. */
export type AdamWOptions = {
  /** β₁: how slowly the mean of the gradients forgets. */
  readonly beta1: number;
  /** β₂: how slowly the mean of the squared gradients forgets. */
  readonly beta2: number;
  /** ε: added to the root of the second moment, so that a dead weight divides by it. */
  readonly epsilon: number;
  /** λ: the share of the learning rate by which a weight shrinks in each step. */
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
  /** m: running mean of the gradients. */
  readonly first: Readonly<Record<string, tf.Variable>>;
  /** v: running mean of the squared gradients. */
  readonly second: Readonly<Record<string, tf.Variable>>;
};

/** What changes from step to step, as scalars, so that one trace serves all steps. */
export type AdamWRates = {
  /** α. */
  readonly learningRate: tf.Scalar;
  /** 1 − β₁ᵗ: makes up for the first moment's start at 0. */
  readonly firstCorrection: tf.Scalar;
  /** 1 − β₂ᵗ: makes up for the second moment's start at 0. */
  readonly secondCorrection: tf.Scalar;
};

/**
 * What the learning rate is multiplied by for the parameters whose paths begin with a
 * prefix, by prefix; 1 for all others. No path may begin with two of them.
 */
export type LrMultipliers = Readonly<Record<string, number>>;

/** The factor of one parameter. */
export function lrMultiplier(
  path: string,
  factors: LrMultipliers = {},
): number {
  const prefix = Object.keys(factors).find((prefix) => path.startsWith(prefix));
  return prefix === undefined ? 1 : factors[prefix]!;
}

/** What stands between the gradients and the weights. */
export type AdamWGate = {
  /** Every gradient is multiplied by it: clipping. */
  readonly factor: tf.Scalar;
  /** A boolean scalar; if it is false, neither weights nor moments change by one bit. */
  readonly open: tf.Scalar;
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
  return { first: zeros(), second: zeros() };
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
 * Whether a parameter shrinks: kernels and embeddings do, biases and normalization
 * gains do not.
 *
 * Devlin et al.'s own optimizer (`google-research/bert`, optimization.py) leaves these
 * out too.
 *
 * @param path The parameter's path, e.g. `"classifier.kernel"`.
 * @returns `false` for a `bias` or a `weight`.
 */
export function decays(path: string): boolean {
  return !/(^|\.)(bias|weight)$/.test(path);
}

/**
 * One step of AdamW, in place:
 *
 *     θ ← θ − α λ θ                     (only where {@linkcode decays})
 *     m ← m + (1 − β₁) (g − m)
 *     v ← v + (1 − β₂) (g² − v)
 *     θ ← θ − α / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 *
 * A parameter without a gradient is left alone with its moments, as in PyTorch.
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
 *   const gate = { factor: tf.scalar(1), open: tf.scalar(true) };
 *   adamW(params, initOptimizerState(params), gradients, { rates, gate, options: ADAMW_DEFAULTS });
 *   const [down, up] = params.bias.dataSync();
 *   assert.ok(Math.abs(down! - 0.5) < 1e-6 && Math.abs(up! - 1.5) < 1e-6);
 * });
 * ```
 *
 * @param params The parameters, a tree of variables. They change.
 * @param optimizerState Their moments, from {@linkcode initOptimizerState}. They change.
 * @param gradients g, by path.
 * @param how The rates of this step, the gate, what supplies β, ε and λ, and by what α
 * is multiplied where.
 * @throws {TypeError} If a leaf with a gradient is not a variable.
 */
export function adamW(
  params: TensorTree,
  optimizerState: AdamWState,
  gradients: Readonly<Record<string, tf.Tensor>>,
  how: {
    rates: AdamWRates;
    gate: AdamWGate;
    options: AdamWOptions;
    factors?: LrMultipliers | undefined;
  },
): void {
  const { rates, gate, options, factors } = how;
  const { learningRate, firstCorrection, secondCorrection } = rates;
  tf.tidy(() => {
    // What can be said in scalars is: a pass over all weights costs milliseconds.
    const closed = tf.scalar(0);
    const factor = choose(gate.open, gate.factor, closed);
    const decay = learningRate.mul<tf.Scalar>(options.weightDecay);
    const learningRateTimesDecay = choose(gate.open, decay, closed);
    // Both sides of the last fraction are multiplied by √(1 − β₂ᵗ).
    const root = secondCorrection.sqrt();
    const whole = adamScalars({
      beta1: options.beta1,
      beta2: options.beta2,
      stepSize: learningRate.mul(root).div(firstCorrection),
      epsilon: root.mul(options.epsilon),
      isFinite: gate.open,
    });
    const scaled = scaledOnce({
      learningRateTimesDecay,
      stepSize: whole.stepSize,
    });
    for (const [path, leaf] of namedLeaves(params)) {
      const gradient = gradients[path];
      if (gradient === undefined) continue;
      const weight = variableAt(path, leaf),
        first = optimizerState.first[path]!,
        second = optimizerState.second[path]!;
      const { learningRateTimesDecay, stepSize } = scaled(
        lrMultiplier(path, factors),
      );
      const isDecayed = options.weightDecay !== 0 && decays(path);
      applyAdam({ weight, m: first, v: second }, gradient, {
        ...whole,
        stepSize,
        clipCoefficient: factor,
        learningRateTimesDecay: isDecayed ? learningRateTimesDecay : undefined,
      });
    }
  });
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
    `Cannot train "${path}" as it must be a variable: found a constant tensor; ` +
      `turn the tree into variables with makeTrainable()`,
  );
}
