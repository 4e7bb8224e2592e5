/** CoLA workload of `race` and `sweep`: the task, its recipe, its scores. @module */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import { COLA } from "../../lib/datasets/cola.ts";
import { loadDataset } from "../../lib/datasets/load_dataset.ts";
import { split } from "../../lib/datasets/split.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { matthewsCorrelation } from "../../lib/evaluation/metrics.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import { meanOf, standardDeviationOf } from "./statistics.ts";

/** The names of CoLA's classes 0 and 1. */
export const LABELS: readonly string[] = ["unacceptable", "acceptable"];

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

/** The model with another dropout rate of all layers; it shares the parameters. */
export function withDropout(
  model: ClassifierModel,
  dropout: number,
): ClassifierModel {
  const { config } = model;
  return {
    ...model,
    config: { ...config, hiddenDropout: dropout, attentionDropout: dropout },
  };
}

/** The parts on which a model is evaluated. */
export const EVALUATED = ["validation", "inDomain", "outOfDomain"] as const;

/** One value for each of {@linkcode EVALUATED}. */
export type PerPart<T> = Readonly<Record<(typeof EVALUATED)[number], T>>;

/** The titles of {@linkcode EVALUATED} in tables of Matthews correlations. */
export const MCC_TITLES: PerPart<string> = {
  validation: "validation MCC",
  inDomain: "in domain",
  outOfDomain: "out of domain",
};

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
 * them.
 * @returns Equal options give equal lists.
 */
export async function colaTask(
  tokenizer: Tokenizer,
  options: { seed: number; sentences: number },
): Promise<ColaTask> {
  const { seed, sentences } = options;
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
  valueOf: (part: (typeof EVALUATED)[number]) => T,
): PerPart<T> {
  return Object.fromEntries(
    EVALUATED.map((part) => [part, valueOf(part)]),
  ) as PerPart<T>;
}

/**
 * Mean and standard deviation over seeds, as a cell of a table.
 *
 * @param values At least one; of a single one there is no deviation.
 * @param digits Digits after the point.
 */
export function meanText(values: readonly number[], digits: number): string {
  const mean = meanOf(values).toFixed(digits);
  return values.length === 1
    ? mean
    : `${mean} ± ${standardDeviationOf(values).toFixed(digits)}`;
}
