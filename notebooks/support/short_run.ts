/** Trainings of a few seconds, to look at their curves. @module */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import {
  type ClassifierModel,
  loadModel,
} from "../../lib/checkpoint/pretrained.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import { split } from "../../lib/datasets/split.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import type { ClassificationMetrics } from "../../lib/evaluation/metrics.ts";
import type { EpochEvent, EvaluationEvent } from "../../lib/training/events.ts";
import {
  fineTune,
  type FineTuneOptions,
} from "../../lib/training/fine_tune.ts";
import { settings } from "./settings.ts";

/** A pretrained model, and what it will be trained and evaluated on. */
export type ShortStart = {
  readonly model: ClassifierModel;
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
};

/** What a training has shown. */
export type ShortRun = {
  readonly epochs: readonly EpochEvent<ClassificationMetrics>[];
  readonly evaluations: readonly EvaluationEvent<ClassificationMetrics>[];
  /** The end of the last epoch. */
  readonly last: EpochEvent<ClassificationMetrics>;
};

/** How many examples evaluate a short training. */
const VALIDATION_EXAMPLES = 150;

/**
 * Loads the pretrained model with a new head, and encodes a few examples.
 *
 * @param dataset Where the examples are from.
 * @param examples How many train, the first of the shuffled ones.
 * @returns The model and the examples. The caller disposes the model.
 */
export async function startShort(
  { labels, train }: Dataset,
  examples: number,
): Promise<ShortStart> {
  const { seed } = settings();
  const model = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: [...labels],
    seed,
  });
  const encoded = encodeExamples(model.tokenizer, train, { maxLength: 64 });
  const parts = split(encoded.length, { fraction: 0.1, seed: 2018 });
  const chosen = randomStream(seed).shuffle(parts.train).slice(0, examples);
  return {
    model,
    train: chosen.map((i) => encoded[i]!),
    validation: parts.validation.slice(0, VALIDATION_EXAMPLES)
      .map((i) => encoded[i]!),
  };
}

/**
 * Trains: batches of 16, five epochs and a linear schedule by default.
 *
 * @param start From {@linkcode startShort}. Its model changes.
 * @param options The learning rate, and what else differs.
 * @returns The ends of the epochs, and the evaluations.
 */
export async function runShort(
  { model, train, validation }: ShortStart,
  options: Partial<FineTuneOptions> & { readonly learningRate: number },
): Promise<ShortRun> {
  const epochs: EpochEvent<ClassificationMetrics>[] = [];
  const evaluations: EvaluationEvent<ClassificationMetrics>[] = [];
  const { seed } = settings();
  const recipe = { epochs: 5, batchSize: 16, seed, ...options };
  for await (const event of fineTune(model, { train, validation }, recipe)) {
    if (event.kind === "epoch") epochs.push(event);
    if (event.kind === "evaluation") evaluations.push(event);
  }
  return { epochs, evaluations, last: epochs.at(-1)! };
}
