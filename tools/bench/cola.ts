/** CoLA workload of `race` and `sweep`: the task, its recipe, its scores. @module */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import {
  type Order,
  sampleOrder,
  type SamplerName,
} from "../../lib/batches/sampler.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import {
  type ClassifierModel,
  loadModel,
} from "../../lib/checkpoint/pretrained.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import { loadDataset } from "../../lib/datasets/load_dataset.ts";
import { split } from "../../lib/datasets/split.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { matthewsCorrelation } from "../../lib/evaluation/metrics.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import type { Column } from "../shell/text_table.ts";
import { meanOf, meanText } from "./statistics.ts";

/** The tutorial's recipe in full mode, without what a race or a sweep varies. */
export const RECIPE = {
  batchSize: 32,
  learningRate: 5e-5,
  weightDecay: 0.01,
  maxGradNorm: 1,
} as const;

/** Longer sentences are truncated; CoLA has none. */
const MAX_LENGTH = 64;
/** The split of the BERT fine-tuning tutorials: a tenth for validation. */
const SPLIT = { fraction: 0.1, seed: 2018 } as const;

/**
 * Loads the default model with a new head for CoLA.
 *
 * @param options `seed` of the head; `dropout` of all layers, default the model's.
 * @returns The model. The caller disposes its parameters.
 */
export async function colaModel(
  { seed, dropout }: { seed: number; dropout?: number | undefined },
): Promise<ClassifierModel> {
  const model = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: ["unacceptable", "acceptable"],
    seed,
  });
  if (dropout === undefined) return model;
  const rates = { hiddenDropout: dropout, attentionDropout: dropout };
  return { ...model, config: { ...model.config, ...rates } };
}

/** The parts on which a model is evaluated. */
export const EVALUATED = ["validation", "inDomain", "outOfDomain"] as const;

type Part = (typeof EVALUATED)[number];

/** One value for each of {@linkcode EVALUATED}. */
export type PerPart<T> = Readonly<Record<Part, T>>;

const MCC_TITLES: PerPart<string> = {
  validation: "validation MCC",
  inDomain: "in domain",
  outOfDomain: "out of domain",
};

/**
 * The columns of Matthews correlations in a table.
 *
 * @param valuesOf Those of a row on one part, one for each seed.
 */
export function mccColumns<Row>(
  valuesOf: (row: Row, part: Part) => readonly number[],
): Column<Row>[] {
  return EVALUATED.map((part) => [
    MCC_TITLES[part],
    (row) => meanText(valuesOf(row, part), 3),
  ]);
}

/** The encoded sentences of all parts. */
export type ColaTask = PerPart<readonly EncodedExample[]> & {
  /** Which corpus it is. */
  readonly title: string;
  readonly train: readonly EncodedExample[];
};

/**
 * Loads and encodes the best corpus that this machine has.
 *
 * @param tokenizer The tokenizer of the model.
 * @param options `seed` chooses the training sentences, `sentences` is the most of
 * them, default all.
 * @returns Equal options give equal lists.
 */
export async function colaTask(
  tokenizer: Tokenizer,
  options: { seed: number; sentences?: number },
): Promise<ColaTask> {
  const { seed, sentences = Infinity } = options;
  const { title, train, ...dev } = await loadDataset(COLA);
  const encoded = (part: typeof train): EncodedExample[] =>
    encodeExamples(tokenizer, part, { maxLength: MAX_LENGTH });
  const examples = encoded(train);
  const parts = split(examples.length, SPLIT);
  const chosen = randomStream(seed).shuffle(parts.train).slice(0, sentences);
  return {
    title,
    train: chosen.map((i) => examples[i]!),
    validation: parts.validation.map((i) => examples[i]!),
    inDomain: encoded(dev.validation),
    outOfDomain: encoded(dev.test),
  };
}

/**
 * The order of the training sentences in an epoch, that of `fineTune()`.
 *
 * @param examples The sentences.
 * @param options The sampler, its seed, and the epoch from 1.
 * @returns Positions of the sentences.
 */
export function epochOrder(
  examples: readonly EncodedExample[],
  options: { sampler: SamplerName; seed: number; epoch: number },
): Order {
  const lengths = examples.map(({ inputIds }) => inputIds.length);
  const { batchSize } = RECIPE;
  return sampleOrder(options.sampler, lengths, { ...options, batchSize });
}

/** What a worker answers after an epoch. */
export type EpochAnswer = {
  /** Of each step, in nats. */
  readonly losses: readonly number[];
  /** By the clock, with tracing and padding, without validation. */
  readonly trainingSeconds: number;
  readonly validationSeconds: number;
  /** Only from Bertbook. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  /** The class that the model predicts for each example. */
  readonly predictions: PerPart<readonly number[]>;
  /** The peak memory so far, in MB of 10⁶ bytes. */
  readonly peakMb: number;
};

/** The scores of an epoch, as stored by `race` and `sweep`. */
export type ScoredEpoch = Omit<EpochAnswer, "predictions" | "peakMb"> & {
  /** Mean of the losses. */
  readonly trainingLoss: number;
  /** Matthews correlation. */
  readonly mcc: PerPart<number>;
};

/** Compares the predictions of an epoch with the labels. */
export function scored(
  { predictions, peakMb: _, ...answer }: EpochAnswer,
  task: ColaTask,
): ScoredEpoch {
  const mcc = perPart((part) => {
    const labels = task[part].map(({ label }) => label);
    return matthewsCorrelation(predictions[part], labels);
  });
  return { ...answer, trainingLoss: meanOf(answer.losses), mcc };
}

/** A record of one value for each part. */
export function perPart<T>(
  valueOf: (part: Part) => T,
): PerPart<T> {
  return Object.fromEntries(
    EVALUATED.map((part) => [part, valueOf(part)]),
  ) as PerPart<T>;
}
