/**
 * Gradient accumulation: a batch in several parts, for batches that do not fit into
 * memory at once.
 *
 * Each part's gradients, times its share of the batch, are added to sums that stay
 * on the engine; then one update follows, as after a whole batch. Parts may differ in
 * length: each is padded to its own longest sequence only.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { assignAdd } from "../engine/training_ops.ts";
import type { PyTree } from "../engine/py_tree.ts";
import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import { dropoutFrom } from "../ops/dropout.ts";
import type { AdamWRates } from "./adamw.ts";
import {
  gradientsOf,
  type LossFunction,
  type StepOutcome,
  type TrainState,
  update,
  type UpdateSettings,
} from "./step.ts";

/** What the parts of a batch have been added up to. */
export type Sums = {
  readonly loss: tf.Variable<tf.Rank.R0>;
  /** By the path of the variable; only those that the loss depends on are used. */
  readonly gradients: Readonly<Record<string, tf.Variable>>;
};

/** What changes from part to part besides the examples. */
export type PartControl = {
  /** The part's share of the batch: its examples through those of all parts. */
  readonly share: tf.Scalar;
  /** The run's seed and the part's number in the run, [2], int32. */
  readonly seed: tf.Tensor1D;
};

/** The arguments of {@linkcode Accumulate}. */
export type AccumulateArguments<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = [
  learning: { readonly params: Params; readonly sums: Sums },
  part: Batch,
  control: PartControl,
  config: Config,
];

/** Which of the sums a part was added to: the paths with a gradient. */
export type Touched = { readonly paths: readonly string[] };

/** Adds a part's loss and gradients to the sums. */
export type Accumulate<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
> = (...args: AccumulateArguments<Params, Batch, Config>) => Touched;

/**
 * Sums before the first part: zeros.
 *
 * @param params The parameters; every leaf that is a variable is trained.
 * @returns A variable for each of them, and one for the loss. The caller disposes
 * them with `disposeTree`.
 */
export function initSums(params: TensorTree): Sums {
  const zeros = <R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Variable<R> =>
    tf.tidy(() => tf.variable(tf.zeros<R>(shape), false));
  return {
    loss: zeros<tf.Rank.R0>([]),
    gradients: Object.fromEntries(
      namedLeaves(params).flatMap(([path, leaf]) =>
        leaf instanceof tf.Variable ? [[path, zeros(leaf.shape)]] : []
      ),
    ),
  };
}

/**
 * The accumulation of an objective's gradients, run operation by operation.
 *
 * @param objective The mean loss of a part.
 * @returns A function that changes the sums in place.
 */
export function accumulateOf<
  Params extends TensorTree,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  objective: LossFunction<Params, Batch, Config>,
): Accumulate<Params, Batch, Config> {
  return ({ params, sums }, part, { share, seed }, config) => {
    const paths: string[] = [];
    tf.tidy(() => {
      const { loss, gradients } = gradientsOf(
        params,
        () => objective(params, part, config, dropoutFrom(seed)),
      );
      assignAdd(sums.loss, loss.mul(share));
      for (const [path, gradient] of Object.entries(gradients)) {
        assignAdd(sums.gradients[path]!, gradient.mul(share));
        paths.push(path);
      }
    });
    return { paths };
  };
}

/**
 * The step that follows the last part, in place; the sums are zeros after it.
 *
 * @param state Parameters and moments. They change.
 * @param sums Of all parts, without the gradients that no part has. They change.
 * @param rates Those of the step.
 * @param settings AdamW's constants, clipping.
 * @returns The batch's mean loss and the norm of its gradients. The caller disposes
 * them, and must look whether they are finite.
 */
export function applySums(
  state: TrainState<TensorTree>,
  sums: Sums,
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
