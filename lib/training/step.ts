/**
 * One training step as a function of tensors: forward, loss, gradients, clipping,
 * AdamW.
 *
 * Nothing in it reads a value, and whatever changes from step to step is an
 * argument. So it can be run operation by operation, or be traced once and run
 * as a whole. It knows no model: what it lowers is an {@linkcode LossFunction}.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { PyTree } from "../engine/py_tree.ts";
import { unfused } from "../engine/fuse.ts";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import { type Dropout, dropoutFrom } from "../ops/dropout.ts";
import {
  adamW,
  type AdamWOptions,
  type AdamWRates,
  type AdamWState,
  type LrMultipliers,
} from "./adamw.ts";
import { clipCoefficient, globalNorm } from "./clip.ts";

/**
 * What a training lowers: the mean loss of a batch.
 *
 * It must read no tensor's values. Make it once, at the top of a module, since a
 * compiled step belongs to one objective.
 *
 * @param params The parameters; leaves that are variables are trained.
 * @param batch The tensors of one batch.
 * @param config Plain values, such as the sizes of the model.
 * @param dropout The step's dropout, drawn anew in each step.
 * @returns A scalar.
 */
export type LossFunction<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = (
  params: Params,
  batch: Batch,
  config: Config,
  dropout: Dropout,
) => tf.Scalar;

/** What a step changes. */
export type TrainState<Params extends TensorTree> = {
  /** The parameters; every leaf that is a variable is trained. */
  readonly params: Params;
  readonly optimizerState: AdamWState;
};

/** What changes from step to step besides the batch. */
export type StepControl = {
  readonly rates: AdamWRates;
  /** The run's seed and the step, [2], int32: fixes the dropout masks. */
  readonly seed: tf.Tensor1D;
};

/** How gradients become a change of the weights; the same in a whole training. */
export type UpdateSettings = {
  readonly adamW: AdamWOptions;
  /** Longest gradient that passes unclipped; `Infinity` never clips. */
  readonly maxGradNorm: number;
  /** Where the learning rate is lower; left out, it is the same everywhere. */
  readonly lrMultipliers?: LrMultipliers | undefined;
};

/** What stays the same during a training. */
export type StepSettings<Config extends PyTree> = UpdateSettings & {
  readonly config: Config;
  /** Whether the step is taken without fused parts, as for a shape that comes once. */
  readonly unfused?: boolean;
};

/** The two numbers that tell how a step went. */
export type StepOutcome = {
  /** Mean loss of the batch before the step. */
  readonly loss: tf.Scalar;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: tf.Scalar;
};

/** The arguments of a {@linkcode Step}. */
export type StepArguments<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = [
  state: TrainState<Params>,
  batch: Batch,
  control: StepControl,
  settings: StepSettings<Config>,
];

/** Takes one step, in place; see {@linkcode makeTrainStep}. */
export type Step<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = (...args: StepArguments<Params, Batch, Config>) => StepOutcome;

/** The largest float32. A comparison with it is false for an infinity and for NaN. */
const LARGEST = 2 ** 128 - 2 ** 104;

/**
 * The training step of an objective, run operation by operation.
 *
 * It changes parameters and moments in place and returns two scalars: the caller
 * disposes them, and must look whether they are finite. If the loss or a gradient
 * is not, nothing changes.
 *
 * @example A slope that is learned, without BERT
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { ADAMW_DEFAULTS, adamWRates, initOptimizerState } from "bertbook/training/adamw.ts";
 * import { makeTrainStep } from "bertbook/training/step.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * type Line = { slope: tf.Tensor };
 * type Points = { x: tf.Tensor; y: tf.Tensor };
 * const step = makeTrainStep((line: Line, { x, y }: Points) =>
 *   x.mul(line.slope).sub(y).square().mean<tf.Scalar>()
 * );
 * tf.tidy(() => {
 *   const params = { slope: tf.variable(tf.scalar(0)) };
 *   const state = { params, optimizerState: initOptimizerState(params) };
 *   const points = { x: tf.tensor1d([1, 2]), y: tf.tensor1d([2, 4]) };
 *   const rates = adamWRates(1, 0.5, ADAMW_DEFAULTS);
 *   const control = { rates, seed: tf.tensor1d([1, 1], "int32") };
 *   const settings = { config: null, adamW: ADAMW_DEFAULTS, maxGradNorm: 1 };
 *   const { loss } = step(state, points, control, settings);
 *   assert.equal(loss.dataSync()[0], 10);
 *   assert.ok(Math.abs(params.slope.dataSync()[0]! - 0.5) < 1e-6);
 * });
 * ```
 *
 * @param objective What the step lowers.
 * @returns The step.
 */
export function makeTrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  objective: LossFunction<Params, Batch, Config>,
): Step<Params, Batch, Config> {
  const take: Step<Params, Batch, Config> = (
    { params, optimizerState },
    batch,
    control,
    settings,
  ) =>
    tf.tidy(() => {
      const { loss, gradients } = gradientsOf(
        params,
        () =>
          objective(params, batch, settings.config, dropoutFrom(control.seed)),
      );
      return update(
        { params, optimizerState },
        { loss, gradients },
        control.rates,
        settings,
      );
    });
  // An argument, so that what is fused and what is not are traced apart.
  return (...args) =>
    args[3].unfused ? unfused(() => take(...args)) : take(...args);
}

/** A loss and its gradients. */
export type LossAndGradients = {
  readonly loss: tf.Scalar;
  /** By the paths of the variables that the loss depends on. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
};

/**
 * The second half of a step: clips the gradients and changes the weights, unless
 * the loss or a gradient is not finite.
 *
 * @param state Parameters and moments. They change.
 * @param found The mean loss of a batch and its gradients.
 * @param rates Those of the step.
 * @param settings AdamW's constants, clipping.
 * @returns Two scalars. The caller disposes them.
 */
export function update(
  { params, optimizerState }: TrainState<TensorTree>,
  { loss, gradients }: LossAndGradients,
  rates: AdamWRates,
  { adamW: options, maxGradNorm, lrMultipliers }: UpdateSettings,
): StepOutcome {
  return tf.tidy(() => {
    const gradientNorm = globalNorm(Object.values(gradients));
    const gate = {
      factor: clipCoefficient(gradientNorm, maxGradNorm),
      open: loss.add(gradientNorm).lessEqual<tf.Scalar>(LARGEST),
    };
    adamW(params, optimizerState, gradients, { rates, gate, options, lrMultipliers });
    return { loss, gradientNorm };
  });
}

/**
 * The value of a loss and its gradients.
 *
 * @param params The parameters that are variables get gradients.
 * @param lossOf Computes the loss of them.
 * @returns Tensors. The caller disposes them.
 */
export function gradientsOf(
  params: TensorTree,
  lossOf: () => tf.Scalar,
): LossAndGradients {
  const variables = namedLeaves(params).flatMap(([path, leaf]) =>
    leaf instanceof tf.Variable ? [[path, leaf] as const] : []
  );
  const { value, grads } = tf.variableGrads(
    lossOf,
    variables.map(([, leaf]) => leaf),
  );
  // tfjs names gradients by its own numbers, and leaves out what the loss does
  // not depend on.
  const gradients = Object.fromEntries(
    variables.flatMap(([path, { name }]) => {
      const gradient = grads[name];
      return gradient === undefined ? [] : [[path, gradient]];
    }),
  );
  return { loss: value, gradients };
}
