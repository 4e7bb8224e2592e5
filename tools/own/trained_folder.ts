/** The folder of a training on one's own data: where its model and its metrics are. @module */

import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type LoadedModel,
  loadModel,
} from "../../lib/checkpoint/pretrained.ts";
import { readJsonObject } from "../../lib/checkpoint/tokenizer_files.ts";
import type { HeadName } from "../../lib/model/heads/heads.ts";
import { modelTask } from "../../lib/page/page_data.ts";
import { UsageError } from "../shell/option_values.ts";
import type { Columns, OwnModel, TaskName } from "./task.ts";
import type { ReadOptions } from "./tasks.ts";

/** The files of a training, in its folder. */
export const FILES = {
  model: "model",
  metrics: "metrics.json",
  report: "report.html",
  checkpoints: "checkpoints",
} as const;

/** The page of a model, which is made after the training. */
export const PAGE_FILE = "page.html";

/** The data of a training, in its metrics. */
export type TrainingSource = {
  readonly path: string;
  readonly read: ReadOptions;
  /** Where texts were cut, if they were streamed. */
  readonly streamedLength?: number;
  /** The SHA-256 of the validation examples. */
  readonly validationSha256: string;
};

/** A trained model that can be used. */
export type TrainedModel = {
  /** The folder of the model itself. */
  readonly place: string;
  readonly model: OwnModel;
  readonly task: TaskName;
  /** The columns that it was trained on, if that is known. */
  readonly columns: Columns;
};

/**
 * Opens a trained model.
 *
 * @param folder The folder of a training, or of a model in Hugging Face's layout.
 * @returns The model and what it is for; the caller disposes its parameters.
 * @throws {UsageError} If there is no model, or one that was not trained for a task.
 */
export async function openTrained(folder: string): Promise<TrainedModel> {
  const place = modelFolder(folder);
  if (!existsSync(join(place, "config.json"))) {
    throw new UsageError(
      `Cannot open "${folder}": it must be the folder of a training, or of a model; ` +
        `found no config.json; train one with "deno task train"`,
    );
  }
  const model = await loadModel(place);
  return {
    place,
    model: model as OwnModel,
    task: taskOf(model),
    columns: await columnsIn(join(place, "..")),
  };
}

/**
 * The folder of the model itself.
 *
 * @param folder The folder of a training, or of a model.
 */
export function modelFolder(folder: string): string {
  const inside = join(folder, FILES.model);
  return existsSync(join(inside, "config.json")) ? inside : folder;
}

/** What a model is for. */
function taskOf(model: LoadedModel<HeadName>): TaskName {
  const isNew = model.report.initialized.length > 0;
  const task = modelTask(model);
  if (!isNew && task !== undefined) return task;
  throw new UsageError(
    `Cannot predict with this model: it must be trained to classify texts, to find ` +
      `entities, or to answer questions; found ${
        isNew ? "a new, random head" : model.head
      }`,
  );
}

/** The columns of a training in this folder; none if it is no training's. */
async function columnsIn(folder: string): Promise<Columns> {
  if (!existsSync(join(folder, FILES.metrics))) return {};
  const { columns = {} } = await readJsonObject(folder, FILES.metrics);
  return columns as Columns;
}
