/**
 * One training step as a function of tensors: forward, loss, gradients, clipping,
 * AdamW; also in micro-batches, and with gradient accumulation.
 *
 * A step reads no values, and all that changes from step to step is an argument. So it
 * can run operation by operation, or be traced once and run as a whole. It knows no
 * model, only a {@linkcode LossFunction}.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { assignAdd } from "../engine/training_ops.ts";
import { compile } from "../engine/compile.ts";
import {
  type CompiledEach,
  compileEach,
  MANY_SIGNATURES,
  type Precision,
} from "../engine/precision.ts";
import type { PyTree } from "../engine/py_tree.ts";
import { unfused } from "../engine/fuse.ts";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import { countingDropout, type Dropout, dropoutFrom } from "../ops/dropout.ts";
import {
  adamW,
  type AdamWOptions,
  type AdamWRates,
  type AdamWState,
  zerosByPath,
} from "./adamw.ts";
import { type LrMultipliers } from "./parameter_groups.ts";
import { clipCoefficient, globalNorm } from "./clip.ts";
import { type LossAndGradients, sumOverWorkers } from "./data_parallel.ts";

/**
 * The mean loss of a batch, which training minimizes.
 *
 * It must not read the values of tensors. Define it once, at the top of a module, since
 * a compiled step belongs to one loss function.
 *
 * @param params The parameters; leaves that are variables are trained.
 * @param batch The tensors of one batch.
 * @param config Plain values, such as the sizes of the model.
 * @param dropout The dropout of the step, with new masks in each step.
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

/** The parameters and the state of the optimizer: what a step changes. */
export type TrainState<Params extends TensorTree> = {
  /** The parameters; every leaf that is a variable is trained. */
  readonly params: Params;
  readonly optimizerState: AdamWState;
};

/** What changes from step to step apart from the batch. */
export type StepControl = {
  readonly rates: AdamWRates;
  /** The run's seed and the step, [2], int32: fixes the dropout masks. */
  readonly seed: tf.Tensor1D;
};

/** How gradients change the weights; the same in all steps of a training. */
export type UpdateSettings = {
  readonly adamW: AdamWOptions;
  /** Norm to which longer gradients are clipped; `Infinity` never clips. */
  readonly maxGradNorm: number;
  /** Multipliers of the learning rate; default 1 for all parameters. */
  readonly lrMultipliers?: LrMultipliers | undefined;
  /** Paths of the parameters without weight decay; default none. */
  readonly noDecay?: readonly string[] | undefined;
  /** In which workers send and sum up gradients; default `"float32"`. */
  readonly reducePrecision?: Precision | undefined;
};

/** What stays the same during a training. */
export type StepSettings<Config extends PyTree> = UpdateSettings & {
  readonly config: Config;
  /** Whether to run without fused kernels, as for a shape that occurs once an epoch. */
  readonly unfused?: boolean;
};

/** The two numbers that a step reports. */
export type StepOutcome = {
  /** Mean loss of the batch before the step. */
  readonly loss: tf.Scalar;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: tf.Scalar;
};

/** Takes one step, in place; see {@linkcode makeTrainStep}. */
export type TrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = (
  state: TrainState<Params>,
  batch: Batch,
  control: StepControl,
  settings: StepSettings<Config>,
) => StepOutcome;

/** The largest float32. A comparison with it is false for an infinity and for NaN. */
const LARGEST = 2 ** 128 - 2 ** 104;

/**
 * The training step of a loss function, run operation by operation.
 *
 * It changes parameters and moments in place and returns two scalars, which the caller
 * checks and disposes: if the loss or a gradient is not finite, nothing changes.
 *
 * @example A slope that is learned, without BERT
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { ADAMW_DEFAULTS, adamWRates, initOptimizerState } from "bertbook/training/adamw.ts";
 * import { makeTrainStep } from "bertbook/training/train_step.ts";
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
 * @param lossFunction What the step minimizes.
 * @returns The step.
 */
export function makeTrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  lossFunction: LossFunction<Params, Batch, Config>,
): TrainStep<Params, Batch, Config> {
  return (state, batch, { rates, seed }, settings) => {
    const { params } = state;
    const { config } = settings;
    const take = (): StepOutcome =>
      tf.tidy(() => {
        const found = gradientsOf(
          params,
          () => lossFunction(params, batch, config, dropoutFrom(seed)),
        );
        return update(state, found, rates, settings);
      });
    // `unfused` is an argument, so that fused and unfused steps have separate traces.
    return settings.unfused ? unfused(take) : take();
  };
}

/**
 * The second half of a step: sums up loss and gradients over the workers, clips the
 * gradients and changes the weights, unless the loss or a gradient is not finite.
 *
 * @param state Parameters and moments. They change.
 * @param found The mean loss of a batch and its gradients, or this worker's part.
 * @param rates Those of the step.
 * @param settings AdamW's constants, clipping.
 * @returns Two scalars. The caller disposes them.
 */
export function update(
  { params, optimizerState }: TrainState<TensorTree>,
  found: LossAndGradients,
  rates: AdamWRates,
  { adamW: options, maxGradNorm, reducePrecision, ...groups }: UpdateSettings,
): StepOutcome {
  return tf.tidy(() => {
    const { loss, gradients } = sumOverWorkers(found, reducePrecision);
    const gradientNorm = globalNorm(Object.values(gradients));
    const scale = {
      clipCoefficient: clipCoefficient(gradientNorm, maxGradNorm),
      isFinite: loss.add(gradientNorm).lessEqual<tf.Scalar>(LARGEST),
    };
    adamW(params, optimizerState, gradients, {
      rates,
      scale,
      options,
      ...groups,
    });
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
  // tfjs names gradients by its own numbers, and has none for a variable that the loss
  // does not depend on.
  const gradients = Object.fromEntries(
    variables.flatMap(([path, { name }]) => {
      const gradient = grads[name];
      return gradient === undefined ? [] : [[path, gradient]];
    }),
  );
  return { loss: value, gradients };
}

/**
 * Turns every leaf of a tree into a variable, in place. Values are shared, not
 * copied.
 *
 * The former leaves are disposed; a leaf that is a variable already stays as it is.
 *
 * @param tree Parameters, e.g. of a classifier; the owner of the leaves owns the
 * variables.
 */
export function makeTrainable(tree: Exclude<TensorTree, tf.Tensor>): void {
  const branch = tree as Record<string, TensorTree>;
  for (const [name, child] of Object.entries(branch)) {
    if (!(child instanceof tf.Tensor)) makeTrainable(child);
    else if (!(child instanceof tf.Variable)) {
      branch[name] = tf.variable(child);
      child.dispose();
    }
  }
}

/** A batch as micro-batches, which are computed in parallel. */
export type MicroBatches<Batch extends TensorTree> = {
  readonly microBatches: readonly Batch[];
  /** The weight of each in the mean, [S]; their sum is 1, or 0 if all are 0. */
  readonly weights: tf.Tensor1D;
};

/**
 * The loss function of batches in micro-batches.
 *
 * The mean over a batch is the weighted sum of the means over its micro-batches, and so
 * are the gradients: data parallelism (Li et al., 2020, "PyTorch Distributed", section
 * 2.2) within one process and one traced function. Each micro-batch has its own dropout
 * masks.
 *
 * @param lossFunction The mean loss of one micro-batch.
 * @returns The mean loss of all.
 */
export function microBatchLoss<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  lossFunction: LossFunction<Params, Batch, Config>,
): LossFunction<Params, MicroBatches<Batch>, Config> {
  return (params, { microBatches, weights }, config, dropout) =>
    tf.tidy(() => {
      const losses = microBatches.map((microBatch) =>
        lossFunction(params, microBatch, config, dropout)
      );
      return tf.stack(losses).mul(weights).sum<tf.Scalar>();
    });
}

/**
 * The weights of micro-batches.
 *
 * @param counts What the mean of each micro-batch is a mean over, such as the number of
 * its examples.
 * @param total Of the whole batch; default their sum.
 * @returns Each count divided by the total, [S]; 0 if all are. The caller disposes it.
 */
export function microBatchWeights(
  counts: readonly number[],
  total: number = counts.reduce((sum, count) => sum + count, 0),
): tf.Tensor1D {
  return tf.tensor1d(counts.map((count) => count / (total || 1)));
}

/** The sums of loss and gradients over the batches of one accumulated step. */
export type GradientSums = {
  readonly loss: tf.Variable<tf.Rank.R0>;
  /** By the path of the variable; only those that the loss depends on are used. */
  readonly gradients: Readonly<Record<string, tf.Variable>>;
};

/** Adds a batch's loss and gradients to the sums; returns the paths with a gradient. */
export type Accumulate<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = (
  learning: { readonly params: Params; readonly sums: GradientSums },
  batch: Batch,
  control: {
    /** The weight of the batch in the mean of the step. */
    readonly weight: tf.Scalar;
    /** The run's seed and the batch's number in the run, [2], int32. */
    readonly seed: tf.Tensor1D;
  },
  config: Config,
) => { readonly paths: readonly string[] };

/**
 * Sums of 0, before the first batch of a step.
 *
 * @param params The parameters; every leaf that is a variable is trained.
 * @returns A variable for each of them, and one for the loss. The caller disposes
 * them with `disposeTree`.
 */
export function initGradientSums(params: TensorTree): GradientSums {
  return {
    loss: tf.tidy(() => tf.variable(tf.scalar(0), false)),
    gradients: zerosByPath(params),
  };
}

/**
 * Gradient accumulation: adds the gradients of a batch, times its weight, to sums that
 * stay on the engine, for steps of more examples than fit into memory at once. Batches
 * may differ in length. Run operation by operation.
 *
 * @param lossFunction The mean loss of a batch.
 * @returns A function that changes the sums in place.
 */
export function makeAccumulate<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  lossFunction: LossFunction<Params, Batch, Config>,
): Accumulate<Params, Batch, Config> {
  return ({ params, sums }, batch, { weight, seed }, config) => {
    const paths: string[] = [];
    tf.tidy(() => {
      const { loss, gradients } = gradientsOf(
        params,
        () => lossFunction(params, batch, config, dropoutFrom(seed)),
      );
      assignAdd(sums.loss, loss.mul(weight));
      for (const [path, gradient] of Object.entries(gradients)) {
        assignAdd(sums.gradients[path]!, gradient.mul(weight));
        paths.push(path);
      }
    });
    return { paths };
  };
}

/**
 * The update after the last batch of an accumulated step, in place; it sets the sums
 * to 0.
 *
 * @param state Parameters and moments. They change.
 * @param sums Of all batches, without the gradients that no batch has. They change.
 * @param rates Those of the step.
 * @param settings AdamW's constants, clipping.
 * @returns The mean loss and the norm of its gradients. The caller checks whether they
 * are finite, and disposes them.
 */
export function applyGradientSums(
  state: TrainState<TensorTree>,
  sums: GradientSums,
  rates: AdamWRates,
  settings: UpdateSettings,
): StepOutcome {
  return tf.tidy(() => {
    const { loss, gradients } = sums;
    const found = { loss: loss.clone(), gradients };
    const outcome = update(state, found, rates, settings);
    for (const sum of [loss, ...Object.values(gradients)]) {
      sum.assign(tf.zerosLike(sum));
    }
    return outcome;
  });
}

/** The step of one loss function on micro-batches, and its accumulation, compiled. */
export type CompiledTrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> =
  & CompiledEach<TrainStep<Params, MicroBatches<Batch>, Config>>
  & {
    readonly accumulate: CompiledEach<
      Accumulate<Params, MicroBatches<Batch>, Config>
    >;
    /** How often the loss of one micro-batch calls the dropout. */
    readonly numDropouts: (
      params: Params,
      batch: Batch,
      config: Config,
    ) => number;
  };

/**
 * The step of a loss function, traced at its first call with each shape of a batch, and
 * run as a whole from then on.
 *
 * @param lossFunction What the step minimizes, for one micro-batch. Compile it once, at
 * the top of a module.
 * @param name For messages and reports.
 * @returns The compiled functions at each precision.
 */
export function compileTrainStep<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  lossFunction: LossFunction<Params, Batch, Config>,
  name: string,
): CompiledTrainStep<Params, Batch, Config> {
  const whole = microBatchLoss(lossFunction);
  return {
    ...compileEach(makeTrainStep(whole), { name, ...MANY_SIGNATURES }),
    accumulate: compileEach(makeAccumulate(whole), {
      name: `${name}, accumulated`,
      ...MANY_SIGNATURES,
    }),
    numDropouts: (params, batch, config): number => {
      const { dropout, calls } = countingDropout();
      tf.tidy(() => void lossFunction(params, batch, config, dropout));
      return calls();
    },
  };
}

/** {@linkcode applyGradientSums}, compiled: it depends on no batch, so one trace will do. */
export const compiledApplySums = compile(applyGradientSums, {
  name: "update from gradient sums",
  ...MANY_SIGNATURES,
});
