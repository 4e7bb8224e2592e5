/** Tasks on one's own data: what a command needs to know of each. @module */

import type { StreamedExamples } from "../../lib/batches/example_source.ts";
import type { HeadModel } from "../../lib/checkpoint/pretrained.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import type { TableColumns } from "../../lib/datasets/table_columns.ts";
import type { ProblemType } from "../../lib/model/config.ts";
import type { HeadName } from "../../lib/model/heads/heads.ts";
import type { FitEvent, Metrics } from "../../lib/training/events.ts";
import type { TrainOptions } from "../../lib/training/train_options.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";

/** The tasks, as `--task` names them. */
export const TASK_NAMES = [
  "single-label",
  "multi-label",
  "regression",
  "entities",
  "questions",
] as const;

export type TaskName = typeof TASK_NAMES[number];

/** Which columns of a table are read; as given, or as guessed in training. */
export type Columns = TableColumns;

/** A model with the head of a task. */
export type OwnModel = HeadModel<HeadName>;

/** What is counted of the prediction for one example; a metric is made of many. */
export type Outcome = readonly number[];

/** Predictions for the test examples that need no pretrained model. */
export type Baseline<P> = {
  /** As in "better than a bag of words". */
  readonly name: string;
  readonly predictions: readonly P[];
};

/** A row of a table for the report. */
export type Row = Readonly<Record<string, unknown>>;

/** A part of the report: Markdown, and what is shown below it. */
export type Section = {
  readonly markdown: string;
  readonly shown: readonly Shown[];
};

/** A table, a chart as SVG, or a view as HTML, with its text. */
export type Shown =
  | { readonly rows: readonly Row[] }
  | { readonly svg: string; readonly text: string }
  | { readonly html: string; readonly text: string };

/** What a test has found. */
export type Tested<E, P> = {
  readonly model: OwnModel;
  readonly examples: readonly E[];
  readonly predictions: readonly P[];
};

/**
 * A task, from the examples of a file to the sections of a report.
 *
 * @typeParam E An example.
 * @typeParam I What is predicted for: an example without its answer.
 * @typeParam P A prediction, which is also the JSON that the commands print.
 */
export type OwnTask<E, I, P extends object> = {
  readonly name: TaskName;
  /** Such as "one class for each text". */
  readonly purpose: string;
  /** What the examples are, in the plural. */
  readonly unit: string;
  /** An input for {@linkcode OwnTask.parseInput}. */
  readonly sample: unknown;
  readonly head: HeadName;
  readonly problemType?: ProblemType;
  /** The task's name on Hugging Face's hub. */
  readonly pipeline: string;
  /** The metric that chooses the best epoch, and that the verdict is about. */
  readonly metric: string;
  /** Sequences are cut after this many tokens, if the model can read as many. */
  readonly maxLength: number;
  /**
   * Refuses data that cannot teach the task.
   *
   * @throws {RangeError} If there is nothing to learn.
   */
  readonly check?: (dataset: Dataset<E>) => void;
  /** Tokens of an example. */
  readonly lengthOf: (tokenizer: Tokenizer, example: E) => number;
  readonly train: (
    model: OwnModel,
    data: {
      readonly train: readonly E[];
      readonly validation: readonly E[];
      /** Encoded examples to train on in place of `train`. */
      readonly streamed?: StreamedExamples<unknown> | undefined;
    },
    options: TrainOptions & { readonly maxLength: number },
  ) => AsyncGenerator<FitEvent<Metrics>, void>;
  /** Chooses the model's inference settings by the validation examples. */
  readonly tune: (
    model: OwnModel,
    validation: readonly E[],
  ) => Promise<void>;
  readonly inputOf: (example: E) => I;
  /**
   * Reads the input of a prediction: a text, or a row by its columns' names.
   *
   * @throws {TypeError} If it has not what the task needs.
   */
  readonly parseInput: (given: unknown, columns: Columns) => I;
  readonly predict: (
    model: OwnModel,
    inputs: readonly I[],
  ) => Promise<readonly P[]>;
  /** The example with the numbers that its labels have in another list. */
  readonly relabel: (
    example: E,
    from: readonly string[],
    to: readonly string[],
  ) => E;
  readonly outcome: (
    prediction: P,
    example: E,
    labels: readonly string[],
  ) => Outcome;
  /** The metrics of some examples, by their names. */
  readonly metrics: (
    outcomes: readonly Outcome[],
    numLabels: number,
  ) => Record<string, number>;
  readonly baselines: (
    dataset: Dataset<E>,
    test: readonly E[],
    tokenizer: Tokenizer,
  ) => readonly Baseline<P>[];
  /** What only the report of this task has. */
  readonly sections: (tested: Tested<E, P>) => Promise<Section[]>;
};

/**
 * The number of a label in the list of a model.
 *
 * @param label The label.
 * @param labels The labels of the model.
 * @throws {RangeError} If the model does not know it.
 */
export function numberOf(label: string, labels: readonly string[]): number {
  const number = labels.indexOf(label);
  if (number >= 0) return number;
  throw new RangeError(
    `Cannot evaluate: each label must be one of the model's, ${
      labels.join(", ")
    }; ` +
      `found "${label}"`,
  );
}
