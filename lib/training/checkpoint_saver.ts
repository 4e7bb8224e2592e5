/**
 * Saving checkpoints during a training: what they hold, and when they are due.
 *
 * Values are copied between two steps; they are hashed and written while the next steps
 * run.
 *
 * @module
 */

import type {
  Json,
  StoredTensor,
  TrainingCheckpoint,
} from "../checkpoint/training_checkpoint.ts";
import type { Checkpoints, OpenRun } from "../checkpoint/training_runs.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import type { Metrics, StartEvent } from "./events.ts";
import type { FitProgress, KeptEvent } from "./fit_progress.ts";
import type { TrainState } from "./train_step.ts";
import {
  assignValues,
  readValues,
  type Values,
  variablesOf,
} from "./variable_values.ts";

/** Thrown if a training was asked to stop; it continues when it is run again. */
export class TrainingStoppedError extends Error {
  /** The name of the class. */
  override readonly name = "TrainingStoppedError";
}

/** Saves the checkpoints of one training. */
export class CheckpointSaver<M extends Metrics> {
  /** The first event of the training. */
  readonly start: StartEvent;
  /** The events of an earlier process, if the training continues. */
  readonly replayed: readonly KeptEvent<M>[];
  /** The parameters of the best evaluation so far. */
  readonly best: { readonly step: number; readonly values: Values } | undefined;
  #savedEvents: number;
  #savedStep: number;
  #savedTime = performance.now();
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  /**
   * If the run continues, parameters, moments and progress become those of its newest
   * checkpoint.
   *
   * @param checkpoints How often to save.
   * @param run The open run, which the saver closes.
   * @param state Parameters and moments. They may change.
   * @param progress At step 0. It may change.
   */
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly run: OpenRun,
    private readonly state: TrainState<TensorTree>,
    private readonly progress: FitProgress<M>,
  ) {
    const { name, notes, resumed, best } = run;
    const { totalSteps } = progress.options.schedule;
    const step = resumed?.step ?? 0;
    this.start = { kind: "start", step, totalSteps, run: name, notes };
    this.replayed = (resumed?.events ?? []) as KeptEvent<M>[];
    this.best = best && {
      step: best.step,
      values: valuesOf(best, { params: state.params }),
    };
    if (resumed) {
      const tree = stateTree(state);
      assignValues(tree, valuesOf(resumed, tree));
      progress.replay(this.replayed);
    }
    this.#savedEvents = this.replayed.length;
    this.#savedStep = step;
  }

  /** The folder of the run. */
  get folder(): string {
    return this.run.path;
  }

  /**
   * Saves a checkpoint if one is due; returns when the state is copied.
   *
   * @throws {CheckpointError} If an earlier one could not be written.
   * @throws {TrainingStoppedError} If the training is asked to stop.
   */
  async saveIfDue(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { step, events } = this.progress;
    this.run.record(step);
    const { saveSteps, saveMinutes } = this.checkpoints;
    const minutes = (performance.now() - this.#savedTime) / 60_000;
    const isDue = events.at(-1)?.kind !== "step" ||
      step - this.#savedStep >= saveSteps || minutes >= saveMinutes;
    if (isDue) await this.#begin();
    if (!this.run.takeStopRequest()) return;
    await this.save();
    const { totalSteps } = this.start;
    throw new TrainingStoppedError(
      `Training stopped at step ${step} of ${totalSteps}, as it was asked to; run it ` +
        `again to continue`,
    );
  }

  /** Saves a checkpoint of the last step unless there is one; returns when it is written. */
  async save(): Promise<void> {
    if (this.#failure === undefined) await this.#begin();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Saves the last checkpoint, and notes that the training has come to its end. */
  async finish(): Promise<void> {
    await this.save();
    await this.run.finish();
  }

  /** Ends the writing, and lets other trainings use the folder. */
  async close(): Promise<void> {
    await this.#writing;
    this.run[Symbol.dispose]();
  }

  /** Copies the state, and begins to write it. */
  async #begin(): Promise<void> {
    const { step, bestStep, events, options } = this.progress;
    if (events.length === this.#savedEvents) return;
    await this.#writing;
    const tree = stateTree(this.state);
    const shapes = new Map(variablesOf(tree));
    const values = await readValues(tree);
    const checkpoint: TrainingCheckpoint = {
      step,
      totalSteps: options.schedule.totalSteps,
      isBest: bestStep === step,
      events: [...events] as unknown as Json[], // more are added meanwhile
      tensors: Array.from(values, ([name, values]): StoredTensor => ({
        name,
        shape: shapes.get(name)!.shape,
        values,
      })),
    };
    this.#savedEvents = events.length;
    this.#savedStep = step;
    this.#savedTime = performance.now();
    this.#writing = this.run.save(checkpoint).catch((error) => {
      this.#failure = error;
    });
  }
}

/** Parameters and moments in one tree: `params.…`, `m.…`, `v.…`. */
export function stateTree(
  { params, optimizerState }: TrainState<TensorTree>,
): TensorTree {
  return { params, ...optimizerState };
}

/** The values that a checkpoint has for the variables of a tree. */
function valuesOf(
  { step, tensors }: TrainingCheckpoint,
  tree: TensorTree,
): Values {
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return new Map(
    variablesOf(tree).map(([path, { shape }]) => {
      const tensor = stored.get(path);
      if (tensor !== undefined && `${tensor.shape}` === `${shape}`) {
        return [path, tensor.values];
      }
      throw new RangeError(
        `Cannot continue from the checkpoint of step ${step}: "${path}" must have the ` +
          `shape [${shape}]; found ${
            tensor ? `[${tensor.shape}]` : "no such tensor"
          }`,
      );
    }),
  );
}
