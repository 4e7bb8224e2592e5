/** Messages between the page of the lab and its worker. @module */

import type { Oddity } from "../../lib/datasets/dataset.ts";
import type { CharacterEncoding } from "../../lib/datasets/read_table.ts";
import type { TableColumns } from "../../lib/datasets/table_columns.ts";
import type { EngineName } from "../../lib/engine/start_engine.ts";
import type { ClassificationMetrics } from "../../lib/evaluation/metrics.ts";
import type { ClassScores } from "../../lib/evaluation/report.ts";
import type { Classification } from "../../lib/inference/postprocessing.ts";
import type { FitEvent } from "../../lib/training/events.ts";

/** A file with a table, and how it is read. */
export type TableInput = {
  readonly file: File;
  readonly encoding: CharacterEncoding;
};

/** The files of a model, by their names. */
export type ModelInput = {
  readonly name: string;
  readonly files: ReadonlyMap<string, Blob>;
};

/** The options of a training. */
export type Recipe = {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Tokens; default: the longest text, at most 256. */
  readonly maxLength?: number;
};

/** What computes. */
export type EngineChoice = {
  readonly engine: EngineName;
  readonly threads: number;
};

/** All that a training is made of; it is kept, so that a closed tab can go on. */
export type Job = {
  readonly table: TableInput;
  readonly columns: TableColumns;
  readonly model: ModelInput;
  readonly recipe: Recipe;
  readonly engine: EngineChoice;
};

/** Where a kept training is. */
export type Progress = { readonly step: number; readonly totalSteps: number };

/** What a training or a closed tab has left. */
export type Kept = {
  readonly table: string;
  readonly model: string;
  /** Undefined before the first state. */
  readonly progress: Progress | undefined;
};

/** What the page asks of the worker. */
export type Request =
  | { readonly kind: "read"; readonly table: TableInput }
  | { readonly kind: "choose"; readonly columns: TableColumns }
  | {
    readonly kind: "train";
    readonly job: Omit<Job, "table" | "columns">;
  }
  | { readonly kind: "stop" | "resume" | "forget" | "download" }
  | { readonly kind: "predict"; readonly text: string; readonly pair: string };

/** What the worker tells the page. */
export type Answer =
  | {
    readonly kind: "kept";
    /** Undefined if there is nothing. */
    readonly kept?: Kept;
  }
  | {
    readonly kind: "table";
    readonly name: string;
    readonly columns: readonly string[];
    readonly numRows: number;
    /** The first rows, as text. */
    readonly rows: readonly (readonly string[])[];
    /** The columns that `deno task train` would use; undefined if they are not clear. */
    readonly guess: TableColumns | undefined;
  }
  | {
    readonly kind: "data";
    readonly description: string;
    readonly unit: string;
    readonly oddities: readonly Oddity[];
  }
  | { readonly kind: "note"; readonly text: string }
  | {
    readonly kind: "event";
    readonly event: FitEvent<ClassificationMetrics>;
  }
  | {
    readonly kind: "trained";
    readonly progress: Progress;
    readonly hasPairs: boolean;
    readonly labels: readonly string[];
    /** Counts [actual][predicted] of the validation set. */
    readonly confusion: readonly (readonly number[])[];
    readonly classes: readonly ClassScores[];
    readonly accuracy: number;
    readonly macroF1: number;
    readonly mcc: number;
  }
  | { readonly kind: "prediction"; readonly prediction: Classification }
  | { readonly kind: "archive"; readonly name: string; readonly file: Blob }
  | {
    readonly kind: "error";
    readonly during: Request["kind"];
    readonly text: string;
  };
