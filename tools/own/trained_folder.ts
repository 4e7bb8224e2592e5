/** The folder of a training on one's own data: where its model and its metrics are. @module */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { UsageError } from "../shell/option_values.ts";
import type { Columns, OwnModel, TaskName } from "./task.ts";

/** The files of a training, in its folder. */
export const FILES = {
  model: "model",
  metrics: "metrics.json",
  report: "report.html",
  checkpoints: "checkpoints",
} as const;

/** A trained model that can be used. */
export type TrainedModel = {
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
  const inside = join(folder, FILES.model);
  const place = existsSync(join(inside, "config.json")) ? inside : folder;
  if (!existsSync(join(place, "config.json"))) {
    throw new UsageError(
      `Cannot open "${folder}": it must be the folder of a training, or of a model; ` +
        `found no config.json; train one with "deno task train"`,
    );
  }
  const model = await loadModel(place) as OwnModel;
  return { model, task: taskOf(model), columns: await columnsOf(folder) };
}

/** What a model is for. */
function taskOf({ head, config, report }: OwnModel & {
  report?: { readonly initialized: readonly string[] };
}): TaskName {
  const isNew = report !== undefined && report.initialized.length > 0;
  if (!isNew) {
    switch (head) {
      case "token-classification":
        return "entities";
      case "question-answering":
        return "questions";
      case "sequence-classification":
        switch (config.problemType) {
          case "multi_label_classification":
            return "multi-label";
          case "regression":
            return "regression";
          default:
            return "single-label";
        }
    }
  }
  throw new UsageError(
    `Cannot predict with this model: it must be trained to classify texts or tokens, ` +
      `or to answer questions; found ${isNew ? "a new, random head" : head}`,
  );
}

async function columnsOf(folder: string): Promise<Columns> {
  const file = join(folder, FILES.metrics);
  if (!existsSync(file)) return {};
  const { columns = {} } = JSON.parse(await Deno.readTextFile(file));
  return columns;
}
