/**
 * What all contestants of a race find in one folder: the recipe, the model with its
 * first weights, and the batches in their order and padding.
 *
 * @module
 */

import { join } from "node:path";
import type { FineTuneOptions } from "../../lib/training/fine_tune.ts";
import { planFineTuning } from "../../lib/training/fine_tune_options.ts";
import { predictionBatches } from "../../lib/inference/predict.ts";
import type { Batch, EncodedExample } from "../../lib/batches/batches.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import { LABELS } from "../../notebooks/support/fine_tuned.ts";
import { RECIPES } from "../../notebooks/support/recipe.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import { saveModel } from "../../lib/checkpoint/save_model.ts";
import { type ColaTask, colaTask } from "../trials/cola_task.ts";
import { type Judge, JUDGES } from "../trials/judged_epochs.ts";
import type { RacePlan } from "./options.ts";

/** What is in `recipe.json`. */
export type RaceRecipe =
  & Required<
    Pick<
      FineTuneOptions,
      | "epochs"
      | "batchSize"
      | "learningRate"
      | "epsilon"
      | "weightDecay"
      | "maxGradNorm"
      | "seed"
      | "order"
      | "precision"
    >
  >
  & { readonly totalSteps: number; readonly threads: number };

/** A folder for the contestants. */
export type RaceCourse = {
  readonly title: string;
  readonly model: string;
  readonly recipe: RaceRecipe;
  readonly numSentences: number;
  /** The right classes of each part. */
  readonly labels: Readonly<Record<Judge, readonly number[]>>;
};

/**
 * Writes all that a race with one seed needs: `recipe.json`, `model/`, and for ours
 * `task.json`; for others `train-1.jsonl` … and one file for each judge, a batch on
 * each line.
 *
 * Ours trains by `fineTune()`, which makes the same batches from the task, in the
 * same rows if its layout is `"padded"`.
 *
 * @param folder Where to write; it must be there.
 * @param plan What is raced.
 * @param options This race's seed, and the most threads of everyone.
 * @returns What the folder holds.
 */
export async function layCourse(
  folder: string,
  plan: RacePlan,
  options: { seed: number; threads: number },
): Promise<RaceCourse> {
  const { seed, threads } = options;
  const model = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: LABELS,
    seed,
  });
  const { dropout, sentences, epochs, order, precision } = plan;
  const config = {
    ...model.config,
    hiddenDropout: dropout,
    attentionDropout: dropout,
  };
  await saveModel({ ...model, config }, join(folder, "model"));
  disposeTree(model.params);
  const task = await colaTask(model.tokenizer, { seed, sentences });
  const { batchSize, learningRate, weightDecay, maxGradNorm } = RECIPES.full;
  const chosen = {
    ...{ epochs, batchSize, learningRate, weightDecay, maxGradNorm },
    ...{ seed, order, precision },
  };
  const settled = planFineTuning(model, task, { ...chosen, layout: "padded" });
  const recipe: RaceRecipe = {
    ...chosen,
    threads,
    epsilon: settled.adamW.epsilon,
    totalSteps: settled.schedule.totalSteps,
  };
  const write = (name: string, text: string): Promise<void> =>
    Deno.writeTextFile(join(folder, name), text);
  await write("recipe.json", JSON.stringify(recipe));
  await write("task.json", JSON.stringify(task));
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const batches = settled.batchesOf(task.train, epoch);
    await write(`train-${epoch}.jsonl`, linesOf(batches));
  }
  for (const judge of JUDGES) {
    const batches = predictionBatches(task[judge], config, batchSize);
    await write(`${judge}.jsonl`, linesOf(batches));
  }
  return {
    title: task.title,
    model: model.name,
    recipe,
    numSentences: task.train.length,
    labels: labelsIn(task),
  };
}

function labelsIn(task: ColaTask): RaceCourse["labels"] {
  const labels = (examples: readonly EncodedExample[]): number[] =>
    examples.map(({ label }) => label);
  const { validation, inDomain, outOfDomain } = task;
  return {
    validation: labels(validation),
    inDomain: labels(inDomain),
    outOfDomain: labels(outOfDomain),
  };
}

/** A batch on each line; its arrays row by row, [B · T] and [B]. */
function linesOf(batches: Iterable<Batch>): string {
  return Array.from(batches, (batch) =>
    JSON.stringify({
      size: batch.size,
      indices: batch.indices,
      inputIds: [...batch.inputIds],
      attentionMask: [...batch.attentionMask],
      labels: [...batch.labels],
    }) + "\n").join("");
}
