/** Recorded trainings: which trainings each record has, on which examples. @module */

// deno-lint-ignore-file camelcase -- the records are named like their files

import { COLA } from "../lib/datasets/cola.ts";
import type {
  Dataset,
  DatasetSource,
  Example,
} from "../lib/datasets/dataset.ts";
import { IMDB } from "../lib/datasets/imdb.ts";
import { split, stratifiedSplit } from "../lib/datasets/split.ts";
import { TREC } from "../lib/datasets/trec.ts";
import { randomStream } from "../lib/engine/random/stream.ts";
import {
  PRETRAINING_RECIPES,
  QUESTION_RECIPES,
  type Recipe,
  RECIPES,
  REVIEW_RECIPES,
} from "../notebooks/support/recipes.ts";
import type {
  PublishedScore,
  RecordedMetric,
  RecordedOptions,
  RecordedRun,
  RecordName,
} from "../notebooks/support/recorded.ts";
import type { Precision } from "../lib/engine/precision.ts";
import { settingsOf } from "./sweep/store.ts";

/** A training to be recorded. */
export type PlannedRun = Pick<RecordedRun, "label" | "seed" | "options">;

/** The examples of one training. */
export type RecordedParts = {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** The sets that are scored, by their names. */
  readonly scored: Readonly<Record<string, readonly Example[]>>;
};

/** What a record holds. */
export type RecordPlan = {
  readonly title: string;
  readonly source: DatasetSource;
  /** Classifiers without a hidden layer have another shape than the default. */
  readonly classifier?: { readonly hiddenSizes: number[] };
  readonly metrics: readonly RecordedMetric[];
  /** Whether the training examples are predicted after each epoch, too. */
  readonly scoresTraining?: boolean;
  readonly published: readonly PublishedScore[];
  readonly partsOf: (dataset: Dataset, seed: number) => RecordedParts;
  /**
   * All its trainings, as far as the finished ones decide them, and the precision that is
   * the fastest on this machine; default float32.
   */
  readonly runsOf: (
    finished: readonly RecordedRun[],
    fastest?: Precision,
  ) => PlannedRun[];
};

/** The default seed of the notebooks, and two more. */
const SEEDS = [42, 1, 2];
/** Seeds of the grid's best setting and of the paper's. */
const FIVE_SEEDS = [...SEEDS, 3, 4];

const DEFAULTS: Omit<RecordedOptions, keyof Recipe> & { epsilon: number } = {
  epsilon: 1e-8,
  schedule: "linear",
  precision: "float32",
  keeps: "best",
  metricForBestModel: "mcc",
  maxLength: 64,
  truncation: "head",
  trainingExamples: null,
  reading: null,
};

/** One training for each seed. */
function overSeeds(
  label: string,
  options: RecordedOptions,
  seeds: readonly number[] = SEEDS,
): PlannedRun[] {
  return seeds.map((seed) => ({ label, seed, options }));
}

function optionsOf(
  { trainingSentences: _, ...recipe }: Recipe,
  changes: Partial<RecordedOptions> = {},
): RecordedOptions {
  return { ...DEFAULTS, ...recipe, ...changes };
}

const FULL = optionsOf(RECIPES.full);
/** The tutorials score the weights of the last epoch. */
const PAPER = optionsOf(RECIPES.paper, { keeps: "last" });

/** Trainings on CoLA, split as in the notebook of training. */
const ON_COLA: Omit<RecordPlan, "title" | "runsOf"> = {
  source: COLA,
  metrics: ["mcc", "accuracy"],
  published: [{
    set: "out of domain",
    metric: "mcc",
    value: 0.498,
    source: "McCormick and Ryan, 2019, BERT-Base",
  }],
  partsOf: (cola, seed) => {
    const { train, validation } = split(cola.train.length, {
      fraction: 0.1,
      seed: 2018,
    });
    return {
      train: randomStream(seed).shuffle(train).map((i) => cola.train[i]!),
      validation: validation.map((i) => cola.train[i]!),
      scored: { "in domain": cola.validation, "out of domain": cola.test },
    };
  },
};

/** The 18 settings with one seed; then the best and the paper's with the others. */
function gridRuns(finished: readonly RecordedRun[]): PlannedRun[] {
  const settings = settingsOf({
    batch: [16, 32],
    lr: [5e-5, 3e-5, 2e-5],
    epochs: [2, 3, 4],
    schedule: "linear",
  }).map((setting) => ({ ...PAPER, ...setting }));
  const label = (options: RecordedOptions): string =>
    `batch ${options.batchSize}, rate ${options.learningRate.toExponential()}, ` +
    `${options.epochs} epochs`;
  const grid = settings.flatMap((options) =>
    overSeeds(label(options), options, FIVE_SEEDS.slice(0, 1))
  );
  const tried = grid.flatMap((planned) =>
    finished.find((run) =>
      run.label === planned.label && run.seed === planned.seed
    ) ?? []
  );
  if (tried.length < grid.length) return grid;
  const score = (run: RecordedRun): number => run.epochs.at(-1)!.validationMcc;
  const best = tried.reduce((a, b) => score(b) > score(a) ? b : a);
  const chosen = new Map(
    [best.options, PAPER].map((each) => [label(each), each]),
  );
  return [
    ...grid,
    ...[...chosen].flatMap(([label, options]) =>
      overSeeds(label, options, FIVE_SEEDS.slice(1))
    ),
  ];
}

/** Trainings on so many reviews, as in the notebook of reviews. */
function onReviews(reviews: number): RecordPlan {
  const { main, others, validationReviews, testReviews, ...recipe } =
    REVIEW_RECIPES.full;
  return {
    title: `${reviews.toLocaleString("en")} reviews of IMDB`,
    source: IMDB,
    metrics: ["accuracy", "macroF1"],
    published: [],
    partsOf: (imdb, seed) => {
      const { train, validation } = stratifiedSplit(
        imdb.train.map(({ label }) => label),
        { fraction: validationReviews / imdb.train.length, seed },
      );
      return {
        train: randomStream(seed).shuffle(train.map((i) => imdb.train[i]!)),
        validation: validation.map((i) => imdb.train[i]!),
        scored: {
          test: randomStream(seed).shuffle(imdb.test).slice(0, testReviews),
        },
      };
    },
    runsOf: (_, precision = "float32") =>
      [...others, main].filter((run) => run.reviews === reviews)
        .flatMap(({ maxLength, truncation }) =>
          overSeeds(`${truncation}, ${maxLength} tokens`, {
            ...FULL,
            ...recipe,
            schedule: "cosine",
            precision,
            maxLength,
            truncation,
            trainingExamples: reviews,
          }, SEEDS.slice(0, 1))
        ),
  };
}

const { trainingQuestions: _, ...QUESTIONS } = QUESTION_RECIPES.full;
const ON_TREC: RecordedOptions = {
  ...DEFAULTS,
  ...QUESTIONS,
  metricForBestModel: "accuracy",
};

/** The records of trainings, by their names. */
export const RECORD_PLANS: Readonly<
  Record<Exclude<RecordName, "time_by_length">, RecordPlan>
> = {
  cola: {
    ...ON_COLA,
    title: "CoLA, the full recipe of the notebooks",
    runsOf: () => overSeeds("full recipe", FULL),
  },
  trec: {
    title: "TREC, the full recipe of the notebooks and the tutorial's",
    source: TREC,
    classifier: { hiddenSizes: [] },
    metrics: ["accuracy", "macroF1"],
    scoresTraining: true,
    published: [
      { set: "test", metric: "accuracy", value: 0.968 },
      { set: "test", metric: "macroF1", value: 0.957 },
    ].map((score) => ({
      ...score,
      source: "the tutorial on TREC, BERT-Base",
    } as PublishedScore)),
    partsOf: ({ train, validation, test }, seed) => ({
      train: randomStream(seed).shuffle(train),
      validation,
      scored: { test },
    }),
    runsOf: () =>
      SEEDS.flatMap((seed) => [
        { label: "linear decay, clipping", seed, options: ON_TREC },
        {
          label: "constant rate, no clipping",
          seed,
          options: { ...ON_TREC, schedule: "constant", maxGradNorm: null },
        },
      ]),
  },
  cola_paper: {
    ...ON_COLA,
    title: "CoLA, the recipe of the tutorials",
    runsOf: () => overSeeds("tutorials' recipe", PAPER),
  },
  imdb_2500: onReviews(2_500),
  grid: {
    ...ON_COLA,
    title: "CoLA, the grid of Devlin et al. (2019)",
    runsOf: gridRuns,
  },
  imdb_10000: onReviews(10_000),
  pretraining: {
    ...ON_COLA,
    title: "CoLA, with and without reading its sentences before",
    published: [],
    runsOf: () => {
      const { task, fineTuning } = PRETRAINING_RECIPES.full;
      const options = optionsOf(fineTuning);
      return [
        ...overSeeds("as it comes", options),
        ...overSeeds("after reading", { ...options, reading: task }),
      ];
    },
  },
};
