/**
 * Fit: the loop over epochs, with evaluation, the best model and early stopping.
 *
 * Fine-tuning, pretraining and the language model are each a {@linkcode Task} over it.
 *
 * @module
 */

import type { TrainingRecord } from "../checkpoint/receipt.ts";
import type { RunInput } from "../checkpoint/training_runs.ts";
import type { PyTree } from "../engine/py_tree.ts";
import { hasLeft } from "../engine/cluster.ts";
import {
  currentCluster,
  numWorkers,
  shareWork,
} from "../engine/shared_work.ts";
import { currentEngine } from "../engine/start_engine.ts";
import { disposeTree, type TensorTree } from "../engine/tensor_tree.ts";
import { initOptimizerState } from "./adamw.ts";
import { CheckpointSaver } from "./checkpoint_saver.ts";
import { checkSameTraining, resumeTogether } from "./join_workers.ts";
import type {
  Evaluation,
  EvaluationOptions,
  FitEvent,
  Metrics,
} from "./events.ts";
import { FitProgress } from "./fit_progress.ts";
import { checkMemory } from "./memory.ts";
import {
  type PlainBatch,
  type StepEvent,
  type StepTask,
  trainEpoch,
  type TrainPosition,
} from "./train_epoch.ts";
import type { ResolvedTrainOptions } from "./train_options.ts";
import { assignValues, readValues, type Values } from "./variable_values.ts";

/** The batches whose memory is estimated before the first step: forming more takes time. */
const MEMORY_BATCHES = 2000;

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
  /**
   * The batches of an epoch, from 1, made one at a time as they are needed. Of the first
   * `numTaken`, which an earlier process took, only the `indices` are read; default 0.
   */
  readonly batches: (epoch: number, numTaken?: number) => Iterable<Plain>;
  /** Evaluates the model; without it, there are no evaluations and no best model. */
  readonly evaluate?: () => Promise<Evaluation<M>>;
  /**
   * Makes the model hold what the parameters have learned after some steps, if they are
   * only a part of it; called before it is read.
   */
  readonly writeBack?: (step: number) => void;
  /** What decides the numbers of the training, for its checkpoints and its record. */
  readonly describe?: () => Promise<RunInput>;
  /** Called when the training begins, with a record that follows it. */
  readonly onRecord?: (training: TrainingRecord) => void;
};

/**
 * Trains a task, yielding every step, every evaluation and every epoch's end.
 *
 * The model is evaluated at the end of each epoch, and after every `evalSteps` steps.
 * However the loop ends, the model then has the weights of its best evaluation, or the
 * latest ones if there was none. The same seed gives the same bits, also if the training
 * was stopped or killed and continues from a checkpoint.
 *
 * In a cluster, every worker calls it with equal tasks and options, computes its part of
 * each batch and of each evaluation, and yields the same events. Worker 0 alone uses
 * `checkpoints`; the others take over what it continues.
 *
 * @param task What is trained.
 * @param options From `resolveTrainOptions`, and how to evaluate.
 * @yields Events; break out of the loop to stop early. With `checkpoints`, the first is
 * a {@linkcode StartEvent}; if the training continues, its earlier events follow at once.
 * @throws {RangeError} While it runs, if an epoch has too few batches for its steps.
 * @throws {TrainingDivergedError} While it runs, if loss or gradients are not finite.
 * @throws {CheckpointError} If a checkpoint cannot be written or continued.
 * @throws {ClusterError} If workers differ in versions, options, seeds or data; while it
 * runs, if one of them is lost or stops.
 * @throws {RangeError} Before the first step, if its batches cannot fit into memory.
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
  const { params, memoryOf } = task;
  const { signal, checkpoints } = options;
  if (memoryOf !== undefined) {
    const batches = Iterator.from(task.batches(1)).take(MEMORY_BATCHES)
      .map((batch) => {
        const memory = memoryOf(batch);
        return { ...memory, activations: memory.activations / numWorkers() };
      });
    await checkMemory(params, batches, options);
  }
  const input = await task.describe?.() ?? { description: {} };
  const circumstances = await currentEngine();
  const cluster = currentCluster();
  if (cluster !== undefined) {
    const versions = { [circumstances.engine]: circumstances.version };
    checkSameTraining(cluster, { ...input.description, versions });
  }
  const progress = new FitProgress<M>(options, task.evaluate !== undefined);
  const state = { params, optimizerState: initOptimizerState(params) };
  let saver: CheckpointSaver<M> | undefined;
  let best: { readonly step: number; readonly values: Values } | undefined;
  let steps: AsyncGenerator<StepEvent, void> | undefined;
  let stage: TrainingRecord["stage"] = "running";
  let end: "left" | "failed" = "left";
  task.onRecord?.({
    description: input.description,
    recipe: input.recipe ?? null,
    circumstances,
    totalSteps: options.schedule.totalSteps,
    get step() {
      return progress.step;
    },
    get bestStep() {
      return progress.bestStep;
    },
    get losses() {
      return progress.losses;
    },
    get stage() {
      return stage;
    },
    get folder() {
      return saver?.folder;
    },
  });
  try {
    if (checkpoints !== undefined) {
      if (cluster === undefined || cluster.index === 0) {
        const run = await checkpoints.open(input, circumstances);
        saver = new CheckpointSaver(checkpoints, run, state, progress);
      }
      const resumed = cluster
        ? await resumeTogether(cluster, saver, state)
        : saver!;
      if (saver === undefined) progress.replay(resumed.replayed);
      best = resumed.best;
      const { precisionReason = [] } = options;
      const { start } = resumed;
      yield { ...start, notes: start.notes.concat(precisionReason) };
      for (const event of resumed.replayed) yield { ...event, replayed: true };
    }
    while (!progress.hasEnded) {
      if (progress.isEvaluationDue) {
        task.writeBack?.(progress.step);
        const start = performance.now();
        const evaluation = await shareWork(task.evaluate!);
        const seconds = (performance.now() - start) / 1000;
        const event = progress.evaluated(evaluation, seconds);
        if (event.best) {
          const values = await readValues({ params });
          best = { step: progress.step, values };
        }
        stage = "evaluated";
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
          task.batches(
            epoch,
            (position.skip ?? 0) * (options.gradientAccumulationSteps ?? 1),
          ),
          position,
          options,
        );
        stage = "running";
        const { value } = await steps.next();
        if (!value) throw tooFewBatches(progress.position, options);
        yield progress.stepTaken(value);
      }
    }
    await saver?.finish();
  } catch (error) {
    stage = "failed";
    const explained = cluster?.explain(error) ?? error;
    // What a worker passes on has the same cause.
    if (!signal?.aborted && !hasLeft(explained)) end = "failed";
    throw explained;
  } finally {
    await steps?.return();
    try {
      // After an error, the last checkpoint stands.
      if (stage !== "failed" || signal?.aborted) await saver?.save();
    } finally {
      await saver?.close();
      if (!progress.hasEnded) {
        const { step, options } = progress;
        cluster?.abort(
          `${end} at step ${step} of ${options.schedule.totalSteps}`,
        );
      }
      disposeTree(state.optimizerState);
      if (best) assignValues({ params }, best.values);
      task.writeBack?.(best?.step ?? progress.step);
      if (stage !== "failed") stage = "ended";
    }
  }
}

/** The error of an epoch whose batches end before its steps do. */
function tooFewBatches(
  { epoch, skip = 0 }: TrainPosition,
  { stepsPerEpoch }: ResolvedTrainOptions,
): RangeError {
  return new RangeError(
    `Cannot train: each epoch must have batches for ${stepsPerEpoch} steps; found ` +
      `batches for ${skip} in epoch ${epoch}`,
  );
}
