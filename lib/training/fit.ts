/**
 * Fit: the loop over epochs, with evaluation, the best model and early stopping.
 *
 * Fine-tuning, pretraining and the language model are each a {@linkcode Task} over it.
 *
 * @module
 */

import type { PyTree } from "../engine/py_tree.ts";
import { disposeTree, type TensorTree } from "../engine/tensor_tree.ts";
import { initOptimizerState } from "./adamw.ts";
import {
  type PlainBatch,
  type StepEvent,
  type StepTask,
  trainEpoch,
} from "./train_epoch.ts";
import type { ResolvedTrainOptions } from "./train_options.ts";
import type { TrainingRecord } from "../checkpoint/receipt.ts";
import { currentEngine } from "../engine/start_engine.ts";
import type { RunInput } from "../checkpoint/training_runs.ts";
import { CheckpointSaver } from "./checkpoint_saver.ts";
import { FitProgress, type KeptEvent } from "./fit_progress.ts";
import { assignValues, readValues, type Values } from "./variable_values.ts";

/**
 * Metrics by name. Greater is better, except for those in
 * `LOWER_IS_BETTER`; undefined if a model has no such metric.
 */
export type Metrics = Readonly<Record<string, number | undefined>>;

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
  /**
   * Makes the model hold what the parameters have learned after some steps, if they are
   * only a part of it; called before it is read.
   */
  readonly writeBack?: (step: number) => void;
  /** What decides the numbers of the training, for its checkpoints and its record. */
  readonly describe?: () => Promise<RunInput>;
  /** Called when the training begins, after each evaluation and step, and at its end. */
  readonly onRecord?: (training: TrainingRecord) => void;
};

/** The first event of a training with checkpoints. */
export type StartEvent = {
  readonly kind: "start";
  /** Steps taken before: 0, unless the training continues. */
  readonly step: number;
  readonly totalSteps: number;
  /** The folder of its checkpoints within that of all runs, such as `run-1`. */
  readonly run: string;
  /** What a user must know, in sentences: where it continues, or why it began anew. */
  readonly notes: readonly string[];
};

/** Events of steps that an earlier process took come again, marked as replayed. */
export type Replayable = { readonly replayed?: true };

/** An evaluation during training. */
export type EvaluationEvent<M extends Metrics> = Evaluation<M> & Replayable & {
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
export type EpochEvent<M extends Metrics> =
  & ValidationMetrics<M>
  & Replayable
  & {
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
  | StartEvent
  | StepEvent & Replayable
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

/**
 * Trains a task, yielding every step, every evaluation and every epoch's end.
 *
 * The model is evaluated at the end of each epoch, and after every `evalSteps` steps.
 * However the loop ends, the model then has the weights of its best evaluation, or the
 * latest ones if there was none. The same seed gives the same bits, also if the training
 * was stopped or killed and continues from a checkpoint.
 *
 * @param task What is trained.
 * @param options From `resolveTrainOptions`, and how to evaluate.
 * @yields Events; break out of the loop to stop early. With `checkpoints`, the first is
 * a {@linkcode StartEvent}; if the training continues, its earlier events follow at once.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws {CheckpointError} If a checkpoint cannot be written or continued.
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
  const { params } = task;
  const { signal, checkpoints } = options;
  const progress = new FitProgress<M>(options, task.evaluate !== undefined);
  const state = { params, optimizerState: initOptimizerState(params) };
  let saver: CheckpointSaver<M> | undefined;
  let best: { readonly step: number; readonly values: Values } | undefined;
  let steps: AsyncGenerator<StepEvent, void> | undefined;
  let hasFailed = false;
  const input = await task.describe?.() ?? { description: {} };
  const circumstances = await currentEngine();
  const record = (state: TrainingRecord["state"]): void =>
    task.onRecord?.({
      description: input.description,
      recipe: input.recipe ?? null,
      circumstances,
      step: progress.step,
      totalSteps: options.schedule.totalSteps,
      bestStep: progress.bestStep,
      losses: progress.losses,
      state,
      folder: saver?.folder,
    });
  try {
    if (checkpoints !== undefined) {
      const run = await checkpoints.open(input, circumstances);
      saver = new CheckpointSaver(checkpoints, run, state, progress);
      best = saver.best;
      yield saver.start;
      for (const event of saver.replayed) yield { ...event, replayed: true };
    }
    record("running");
    while (!progress.hasEnded) {
      if (progress.isEvaluationDue) {
        task.writeBack?.(progress.step);
        const start = performance.now();
        const evaluation = await task.evaluate!();
        const seconds = (performance.now() - start) / 1000;
        const event = progress.evaluated(evaluation, seconds);
        if (event.best) {
          const values = await readValues({ params });
          best = { step: progress.step, values };
        }
        record("evaluated");
        yield event;
      } else if (progress.isEpochOver) {
        await steps?.return();
        steps = undefined;
        yield progress.epochEnded();
      } else {
        await saver?.saveIfDue();
        const { epoch, position } = progress;
        steps ??= trainEpoch(
          task,
          state,
          task.batches(epoch),
          position,
          options,
        );
        record("running");
        const { value } = await steps.next();
        if (value) yield progress.stepTaken(value);
      }
    }
    await saver?.finish();
  } catch (error) {
    hasFailed = !signal?.aborted;
    throw error;
  } finally {
    await steps?.return();
    try {
      // A step that failed has changed nothing: its last checkpoint stands.
      if (!hasFailed) await saver?.save();
    } finally {
      await saver?.close();
      disposeTree(state.optimizerState);
      if (best) assignValues({ params }, best.values);
      task.writeBack?.(best?.step ?? progress.step);
      record(hasFailed || signal?.aborted ? "failed" : "ended");
    }
  }
}
