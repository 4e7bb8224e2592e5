/** Takes one step on plain batches, whole or in parts. @module */

import * as tf from "@tensorflow/tfjs";
import type { PyTree } from "../engine/py_tree.ts";
import { sideBySide } from "../engine/compile.ts";
import { disposeTree, type TensorTree } from "../engine/tensor_tree.ts";
import { initSums, type Sums } from "./accumulate.ts";
import { type AdamWRates, adamWRates } from "./adamw.ts";
import { compiledApplySums, type CompiledStep } from "./compiled_step.ts";
import type { Precision } from "../engine/precision.ts";
import { type Sharded, sharesOf } from "./shards.ts";
import type { TrainState, UpdateSettings } from "./step.ts";

/** What is trained: a model, its loss, and how its batches become tensors. */
export type Task<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
> = {
  /** Parameters and moments. They change. */
  readonly state: TrainState<Params>;
  /** From `compileStep`. */
  readonly step: CompiledStep<Params, Batch, Config>;
  /** The plain values that the objective is given. */
  readonly config: Config;
  /** Puts a shard of a batch on the engine; the loop disposes it. */
  readonly tensorsOf: (plain: Plain) => Batch;
  /**
   * Cuts a batch into so many shards, or fewer; left out, it stays whole. Batches of
   * one shape are cut into shards of the same shapes.
   */
  readonly cut?: (plain: Plain, count: number) => readonly Plain[];
  /**
   * How many things the mean loss of a batch is a mean over, by which the parts of
   * an accumulated batch count; left out, the number of its examples.
   */
  readonly weightOf?: (plain: Plain) => number;
};

/** A batch as plain arrays; `indices` name its examples, should it go wrong. */
export type PlainBatch = { readonly indices: readonly number[] };

/** What decides a step besides its examples. */
export type StepPlan = UpdateSettings & {
  readonly precision: Precision;
  /** Fixes the dropout masks together with the step; an int32. */
  readonly seed: number;
  /** Parts in which a batch is computed; left out, it is computed as a whole. */
  readonly accumulate?: number;
};

/** What a step says of itself. */
export type StepNumbers = {
  readonly loss: number;
  readonly gradientNorm: number;
};

/** Takes the steps of one task. */
export type StepTaker<Plain> = {
  /**
   * @param parts One batch, or the parts of one.
   * @param now The step's number, from 1, and its rate.
   * @returns Mean loss and gradient norm; if they are not finite, nothing moved.
   */
  take(
    parts: readonly Plain[],
    now: { step: number; learningRate: number },
  ): Promise<StepNumbers>;
  /** Frees what is kept from step to step. */
  dispose(): void;
};

/**
 * Makes a taker of steps, which owns every tensor that a step needs.
 *
 * @param task What is trained. Its learner changes.
 * @param plan Precision, clipping, seed.
 * @returns The taker. The caller disposes it.
 */
export function stepTaker<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
>(
  task: Task<Params, Plain, Batch, Config>,
  plan: StepPlan,
): StepTaker<Plain> {
  const { state, step, config, tensorsOf, cut = (plain) => [plain] } = task;
  const { weightOf = ({ indices }: Plain) => indices.length } = task;
  const { adamW, maxGradNorm, factors, precision, accumulate = 1 } = plan;
  const settings = { adamW, maxGradNorm, factors };
  const sums = accumulate > 1 ? initSums(state.params) : undefined;

  let mostExamples = 0;

  /** The tidy around a step frees them. */
  const inShards = (plain: Plain): Sharded<Batch> => {
    const shards = cut(plain, sideBySide());
    return {
      shards: shards.map(tensorsOf),
      shares: sharesOf(shards.map(weightOf)),
    };
  };

  const takeWhole = (plain: Plain, { rates, step: number }: Control) => {
    const seed = tf.tensor1d([plan.seed, number], "int32");
    const control = { rates, seed };
    const { length } = plain.indices;
    mostExamples = Math.max(mostExamples, length);
    return step[precision](state, inShards(plain), control, {
      ...{ config, ...settings },
      // What is left over at the end has a shape of its own, once in an epoch.
      ...(length < mostExamples ? { unfused: true } : {}),
    });
  };
  const addPart = (
    plain: Plain,
    sums: Sums,
    number: number,
    weight: number,
  ) => {
    const part = inShards(plain);
    const seed = tf.tensor1d([plan.seed, number], "int32");
    const learning = { params: state.params, sums };
    const control = { share: tf.scalar(weight), seed };
    return step.accumulate[precision](learning, part, control, config).paths;
  };
  const takeInParts = (
    parts: readonly Plain[],
    { loss, gradients }: Sums,
    { rates, step }: Control,
  ) => {
    const weights = parts.map(weightOf);
    // Where nothing counts, as in texts without a word to hide, the loss is 0.
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    const touched: Record<string, tf.Variable> = {};
    for (const [i, part] of parts.entries()) {
      // Unlike that of any other part of the run, so that no two share their masks.
      const number = (step - 1) * accumulate + i + 1;
      const sums = { loss, gradients };
      for (const path of addPart(part, sums, number, weights[i]! / total)) {
        touched[path] = gradients[path]!;
      }
    }
    const sums = { loss, gradients: touched };
    return compiledApplySums(state, sums, rates, settings);
  };
  return {
    async take(parts, { step, learningRate }): Promise<StepNumbers> {
      const { loss, gradientNorm } = tf.tidy(() => {
        const control = { rates: adamWRates(step, learningRate, adamW), step };
        return sums === undefined
          ? takeWhole(parts[0]!, control)
          : takeInParts(parts, sums, control);
      });
      const read = [loss, gradientNorm].map((scalar) =>
        scalar.data<"float32">()
      );
      const [[lossValue], [norm]] = await Promise.all(read) as [
        Float32Array,
        Float32Array,
      ];
      tf.dispose([loss, gradientNorm]);
      return { loss: lossValue!, gradientNorm: norm! };
    },
    dispose: () => disposeTree(sums ?? []),
  };
}

/** The rates of a step, and its number. */
type Control = { readonly rates: AdamWRates; readonly step: number };
