/**
 * The events of a training: steps, evaluations, and the ends of epochs.
 *
 * @module
 */

import type { StepEvent } from "./train_epoch.ts";

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

/** What a training yields. */
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
