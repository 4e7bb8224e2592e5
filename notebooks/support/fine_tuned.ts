/** The fine-tuned model that the later notebooks look at. @module */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fineTune } from "../../lib/training/fine_tune.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import { split } from "../../lib/datasets/split.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { CATALOGUE, ensureModel } from "../../lib/checkpoint/catalogue.ts";
import {
  type ClassifierModel,
  loadModel,
} from "../../lib/checkpoint/pretrained.ts";
import { standingFolder } from "../../lib/checkpoint/atomic_write.ts";
import { stoppedRun } from "../../lib/checkpoint/training_runs.ts";
import { RECIPES } from "./recipes.ts";
import { readResults } from "./results.ts";
import { settings } from "./settings.ts";
import { trainingProgress } from "./training_progress.ts";

/** What CoLA's labels 0 and 1 mean. */
export const LABELS: readonly string[] = COLA.labels;

/**
 * Opens the model that the training notebook saved, or trains a quick one.
 *
 * @param cola What a quick model is trained on.
 * @returns The model, and a sentence for the page that says where it is from.
 * The caller disposes the model.
 */
export async function fineTunedModel(
  cola: Dataset,
): Promise<{ model: ClassifierModel; origin: string }> {
  const { seed, outFolder } = settings();
  const folder = join(outFolder, "model");
  const head = "sequence-classification";
  const options = { head, labels: [...COLA.labels], seed } as const;
  const { data, model: base, mode } = await readResults(outFolder);
  const standing = await standingFolder(folder);
  if (data === cola.title && existsSync(join(standing, "config.json"))) {
    const model = await loadModel(folder, options);
    const stopped = await stoppedRun(join(outFolder, "checkpoints", "cola"));
    const origin = `The model is the one that notebook 3 saved ` +
      `(${base}, ${mode} mode).` +
      (stopped === undefined
        ? ""
        : ` Its last training was stopped at step ${stopped.step} of ` +
          `${stopped.totalSteps}, and has saved no model: this is the one before.`);
    return { model, origin };
  }
  const model = await loadModel(await ensureModel(), options);
  const numSentences = await trainQuickly(model, cola, seed);
  return {
    model,
    origin: `Notebook 3 has saved no model for these sentences, so this one ` +
      `(${model.name}) was trained just now, on ${numSentences} sentences in ` +
      `quick mode.`,
  };
}

/**
 * Opens the model that another one was before it was fine-tuned.
 *
 * @param model A fine-tuned model.
 * @returns The model as pretrained, with a new classifier; the caller disposes it.
 */
export async function pretrainedModel(
  { name, labels }: ClassifierModel,
): Promise<ClassifierModel> {
  // A model that began as a folder knows its name alone, not where it was.
  const isKnown = CATALOGUE.some((each) => each.name === name);
  const folder = await ensureModel(isKnown ? name : undefined);
  return await loadModel(folder, {
    head: "sequence-classification",
    labels,
    seed: settings().seed,
  });
}

/** Trains as notebook 3 does in quick mode; returns the number of sentences. */
async function trainQuickly(
  model: ClassifierModel,
  cola: Dataset,
  seed: number,
): Promise<number> {
  const { trainingSentences, ...recipe } = RECIPES.quick;
  const examples = encodeExamples(model.tokenizer, cola.train, {
    maxLength: 64,
  });
  const parts = split(examples.length, { fraction: 0.1, seed: 2018 });
  const train = randomStream(seed).shuffle(parts.train)
    .slice(0, trainingSentences);
  const { epochs, batchSize } = recipe;
  const bar = trainingProgress(epochs * Math.ceil(train.length / batchSize));
  const data = {
    train: train.map((i) => examples[i]!),
    validation: parts.validation.map((i) => examples[i]!),
  };
  for await (const event of fineTune(model, data, { ...recipe, seed })) {
    await bar.update(event);
  }
  await bar.finish();
  return train.length;
}
