/**
 * Fit: the loop over epochs, with evaluation, the best model and early stopping.
 *
 * Fine-tuning, pretraining and the language model are each a {@linkcode Task} over it.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { PyTree } from "../engine/py_tree.ts";
import {
  disposeTree,
  namedLeaves,
  type TensorTree,
} from "../engine/tensor_tree.ts";
import { initOptimizerState } from "./adamw.ts";
import {
  type PlainBatch,
  type StepEvent,
  type StepTask,
  trainEpoch,
} from "./train_epoch.ts";
import type { ResolvedTrainOptions } from "./train_options.ts";
import type { TrainState } from "./train_step.ts";

/**
 * Metrics by name. Greater is better, except for those in
 * {@linkcode LOWER_IS_BETTER}; undefined if a model has no such metric.
 */
export type Metrics = Readonly<Record<string, number | undefined>>;

/** The metrics of which a lower value is better. */
export const LOWER_IS_BETTER: readonly string[] = ["loss", "perplexity"];

/** What an evaluation found. */
export type Evaluation<M extends Metrics> = {
  readonly metrics: M;
  /** What a reader of the metrics must know, such as that one is undefined. */
  readonly warning?: string | undefined;
};

/** What is trained, on which batches, on which loss, and how it is evaluated. */
export type Task<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
  M extends Metrics,
> = StepTask<Params, Plain, Batch, Config> & {
  /** The parameters; every leaf that is a variable is trained. */
  readonly params: Params;
  /** The batches of an epoch, from 1, made one at a time as they are needed. */
  readonly batches: (epoch: number) => Iterable<Plain>;
  /** Evaluates the model; without it, there are no evaluations and no best model. */
  readonly evaluate?: () => Promise<Evaluation<M>>;
  /** All of the model, if the steps change a part of it; default `params`. */
  readonly model?: TensorTree;
  /** Called after each step. */
  readonly afterStep?: (step: StepEvent) => void;
  /** Makes `model` hold what the steps have learned; called before it is read. */
  readonly writeBack?: () => void;
};

/** An evaluation during training. */
export type EvaluationEvent<M extends Metrics> = Evaluation<M> & {
  readonly kind: "evaluation";
  /** Steps taken so far. */
  readonly step: number;
  /** Counts from 1. */
  readonly epoch: number;
  readonly seconds: number;
  /** Whether this evaluation is the best so far: save the model now to keep its best. */
  readonly best: boolean;
  /** Whether training ends here, after `patience` evaluations without a better one. */
  readonly stopsEarly: boolean;
};

/** Metrics with a prefix: `validationLoss` of `loss`. */
export type ValidationMetrics<M extends Metrics> = {
  readonly [Name in keyof M & string as `validation${Capitalize<Name>}`]:
    M[Name];
};

/** The end of an epoch: one row of the table of training statistics. */
export type EpochEvent<M extends Metrics> = ValidationMetrics<M> & {
  readonly kind: "epoch";
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean loss of the epoch's steps, with dropout, in nats. */
  readonly trainingLoss: number;
  /** Sum of the steps' seconds. */
  readonly trainingSeconds: number;
  /** Sum of the evaluations' seconds. */
  readonly validationSeconds: number;
  /** Whether an evaluation of this epoch is the best so far. */
  readonly best: boolean;
  /** Whether training ends here, after `patience` evaluations without a better one. */
  readonly stopsEarly: boolean;
  /** What a reader of the metrics must know. */
  readonly warning: string | undefined;
};

/** What {@linkcode fit} yields. */
export type FitEvent<M extends Metrics> =
  | StepEvent
  | EvaluationEvent<M>
  | EpochEvent<M>;

/** How a training evaluates, and when it ends. */
export type EvaluationOptions<M extends Metrics> = {
  /** Steps between evaluations, besides those at the epochs' ends; default none. */
  readonly evalSteps?: number;
  /** The metric that decides which evaluation is the best; equal ones by the loss. */
  readonly metricForBestModel?: keyof M & string;
  /** Evaluations in a row without a better one that end the training; default none. */
  readonly patience?: number;
};

/** The state of a run. A checkpoint hooks in here: it is this object. */
type FitState<Params extends TensorTree> = TrainState<Params> & {
  /** Steps taken so far. */
  step: number;
  bestScore: readonly number[] | undefined;
  evaluationsSinceBest: number;
};

/**
 * Trains a task, yielding every step, every evaluation and every epoch's end.
 *
 * The model is evaluated at the end of each epoch, and after every `evalSteps` steps.
 * However the loop ends, the model then has the weights of its best evaluation, or the
 * latest ones if there was none. The same seed gives the same bits.
 *
 * @param task What is trained.
 * @param options From `resolveTrainOptions`, and how to evaluate.
 * @yields Events; break out of the loop to stop early.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws While it runs, the signal's reason, once it is aborted.
 */
export async function* fit<
  Params extends TensorTree,
  Plain extends PlainBatch,
  Batch extends TensorTree,
  Config extends PyTree,
  M extends Metrics,
>(
  task: Task<Params, Plain, Batch, Config, M>,
  options: ResolvedTrainOptions & EvaluationOptions<M>,
): AsyncGenerator<FitEvent<M>, void> {
  const { epochs, stepsPerEpoch, evalSteps = Infinity } = options;
  const { metricForBestModel = "loss", patience = Infinity } = options;
  const state: FitState<Params> = {
    params: task.params,
    optimizerState: initOptimizerState(task.params),
    step: 0,
    bestScore: undefined,
    evaluationsSinceBest: 0,
  };
  const bestModel = modelSnapshot(task.model ?? task.params);
  const evaluate = async (epoch: number): Promise<EvaluationEvent<M>> => {
    task.writeBack?.();
    const start = performance.now();
    const { metrics, warning } = await task.evaluate!();
    const seconds = (performance.now() - start) / 1000;
    const score = scoreOf(metrics, metricForBestModel);
    const best = isHigher(score, state.bestScore);
    state.evaluationsSinceBest = best ? 0 : state.evaluationsSinceBest + 1;
    if (best) {
      state.bestScore = score;
      await bestModel.keep();
    }
    return {
      kind: "evaluation",
      step: state.step,
      epoch,
      metrics,
      seconds,
      best,
      stopsEarly: state.step < epochs * stepsPerEpoch &&
        state.evaluationsSinceBest >= patience,
      warning,
    };
  };
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const position = { epoch, stepsDone: state.step };
      const end = position.stepsDone + stepsPerEpoch;
      const evaluations: EvaluationEvent<M>[] = [];
      let lossSum = 0, trainingSeconds = 0;
      const steps = trainEpoch(
        task,
        { params: state.params, optimizerState: state.optimizerState },
        task.batches(epoch),
        position,
        options,
      );
      for await (const event of steps) {
        state.step = event.step;
        task.afterStep?.(event);
        lossSum += event.loss / stepsPerEpoch;
        trainingSeconds += event.seconds;
        yield event;
        if (task.evaluate === undefined || event.step % evalSteps !== 0) {
          continue;
        }
        if (event.step === end) break; // evaluated below
        evaluations.push(await evaluate(epoch));
        yield evaluations.at(-1)!;
        if (evaluations.at(-1)!.stopsEarly) break;
      }
      if (task.evaluate !== undefined && !evaluations.at(-1)?.stopsEarly) {
        evaluations.push(await evaluate(epoch));
        yield evaluations.at(-1)!;
      }
      const last = evaluations.at(-1);
      const stopsEarly = last?.stopsEarly ?? false;
      yield {
        kind: "epoch",
        epoch,
        trainingLoss: lossSum *
          (stepsPerEpoch / (state.step - position.stepsDone)),
        trainingSeconds,
        ...validationMetrics(last?.metrics ?? {} as M),
        validationSeconds: evaluations
          .reduce((sum, { seconds }) => sum + seconds, 0),
        best: evaluations.some(({ best }) => best),
        stopsEarly,
        warning: last?.warning,
      };
      if (stopsEarly) break;
    }
  } finally {
    disposeTree(state.optimizerState);
    task.writeBack?.();
    bestModel.restore();
  }
}

/** Keeps a model's values as plain arrays, so that they can be restored. */
function modelSnapshot(
  params: TensorTree,
): { keep(): Promise<void>; restore(): void } {
  const leaves = namedLeaves(params).map(([, leaf]) => leaf);
  let values: Float32Array[] = [];
  return {
    async keep() {
      values = await Promise.all(leaves.map((leaf) => leaf.data<"float32">()));
    },
    restore() {
      for (const [i, kept] of values.entries()) {
        const leaf = leaves[i]!;
        if (!(leaf instanceof tf.Variable)) continue; // not trained
        tf.tidy(() => leaf.assign(tf.tensor(kept, leaf.shape)));
      }
    },
  };
}

/** Numbers that are higher for a better model: the metric's, then the loss's. */
function scoreOf(metrics: Metrics, name: string): readonly number[] {
  return [name, "loss"].map((name) => {
    const value = metrics[name] ?? NaN;
    if (Number.isNaN(value)) return -Infinity;
    return LOWER_IS_BETTER.includes(name) ? -value : value;
  });
}

/** Whether a score is higher than another, as words are ordered in a dictionary. */
function isHigher(
  a: readonly number[],
  b: readonly number[] | undefined,
): boolean {
  if (b === undefined) return true;
  const i = a.findIndex((value, i) => value !== b[i]);
  return i !== -1 && a[i]! > b[i]!;
}

function validationMetrics<M extends Metrics>(
  metrics: M,
): ValidationMetrics<M> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [
      `validation${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  ) as ValidationMetrics<M>;
}
