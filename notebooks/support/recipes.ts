/** How each notebook trains, in each mode. @module */

import type { Truncation } from "../../lib/tokenizer/encoding.ts";
import type { Mode } from "./settings.ts";

/** Hyperparameters of a fine-tuning run. */
export type Recipe = {
  /** Training sentences used, the first of the shuffled ones. */
  readonly trainingSentences: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Which sentences share a batch: any, or those of about one length. */
  readonly sampler: "random" | "length-grouped";
  /** Largest learning rate of the schedule. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Decoupled weight decay of the kernels and embeddings. */
  readonly weightDecay: number;
  /** Largest global norm of the gradients. */
  readonly maxGradNorm: number;
  /** ε of AdamW, default 1e-8. */
  readonly epsilon?: number;
};

/**
 * `full` is in the grid of Devlin et al. (2019), appendix A.3; the small
 * pretrained model needs its largest learning rate. `quick` sees fewer
 * sentences, and takes larger steps to make up for it. `paper` is the recipe of the
 * fine-tuning tutorials, which they take from that grid for BERT-Base.
 */
export const RECIPES: Readonly<Record<Mode | "paper", Recipe>> = {
  quick: {
    trainingSentences: 4_000,
    epochs: 3,
    batchSize: 32,
    sampler: "random",
    learningRate: 1e-4,
    warmupSteps: 0,
    weightDecay: 0.01,
    maxGradNorm: 1,
  },
  full: {
    trainingSentences: Infinity,
    epochs: 4,
    batchSize: 32,
    sampler: "random",
    learningRate: 5e-5,
    warmupSteps: 0,
    weightDecay: 0.01,
    maxGradNorm: 1,
  },
  paper: {
    trainingSentences: Infinity,
    epochs: 4,
    batchSize: 32,
    sampler: "random",
    learningRate: 2e-5,
    warmupSteps: 0,
    weightDecay: 0.01,
    maxGradNorm: 1,
    epsilon: 1e-8,
  },
};

/** Hyperparameters of the classifier of questions. */
export type QuestionRecipe = Omit<Recipe, "trainingSentences"> & {
  /** Training questions used, the first of the shuffled ones. */
  readonly trainingQuestions: number;
};

/**
 * `full` trains as long, in batches as large and with as large steps as the tutorial
 * on TREC does with BERT-Base; its Adam has no weight decay. `quick` is the same for
 * a few epochs.
 */
export const QUESTION_RECIPES: Readonly<Record<Mode, QuestionRecipe>> = {
  quick: {
    trainingQuestions: 1_500,
    epochs: 3,
    batchSize: 50,
    sampler: "random",
    learningRate: 1e-4,
    warmupSteps: 0,
    weightDecay: 0,
    maxGradNorm: 1,
  },
  full: {
    trainingQuestions: Infinity,
    epochs: 12,
    batchSize: 50,
    sampler: "random",
    learningRate: 1e-4,
    warmupSteps: 0,
    weightDecay: 0,
    maxGradNorm: 1,
  },
};

/** How the model that finds entities is trained; `quick` takes larger steps. */
export const ENTITY_RECIPES: Readonly<
  Record<Mode, Pick<Recipe, "epochs" | "batchSize" | "learningRate">>
> = {
  quick: { epochs: 2, batchSize: 16, learningRate: 3e-4 },
  full: { epochs: 4, batchSize: 16, learningRate: 1e-4 },
};

/** How a model is fine-tuned on a few examples of each class. */
export const FEW_SHOT_RECIPES: Readonly<
  Record<Mode, Pick<Recipe, "epochs" | "batchSize" | "learningRate">>
> = {
  quick: { epochs: 10, batchSize: 16, learningRate: 3e-4 },
  full: { epochs: 20, batchSize: 16, learningRate: 3e-4 },
};

/** How the model that is exported is fine-tuned: on some examples of each class. */
export const EXPORT_RECIPES: Readonly<
  Record<
    Mode,
    Pick<Recipe, "epochs" | "batchSize" | "learningRate"> & {
      readonly numEach: number;
    }
  >
> = {
  quick: { numEach: 60, epochs: 2, batchSize: 16, learningRate: 3e-4 },
  full: { numEach: 250, epochs: 4, batchSize: 16, learningRate: 1e-4 },
};

/** One training: on how many reviews, and how much of each. */
export type ReviewRun = {
  /** Training reviews, the first of the shuffled ones: a larger run has them too. */
  readonly reviews: number;
  /** Longest sequence, in tokens. */
  readonly maxLength: number;
  readonly truncation: Truncation;
};

/** The trainings, and what they have in common. */
export type ReviewRecipe = {
  /** Validation and test reviews, the first of the shuffled ones. */
  readonly validationReviews: number;
  readonly testReviews: number;
  /** The run whose model is looked at closely. */
  readonly main: ReviewRun;
  /** The runs that it is compared with. */
  readonly others: readonly ReviewRun[];
  readonly epochs: number;
  readonly batchSize: number;
  /** Largest learning rate of the schedule. */
  readonly learningRate: number;
};

/**
 * `full` is for IMDB's 25,000 reviews and takes about an hour; `quick` is for 900,
 * and reads so little of each that it matters which part.
 */
export const REVIEW_RECIPES: Readonly<Record<Mode, ReviewRecipe>> = {
  quick: {
    validationReviews: 90,
    testReviews: 300,
    main: { reviews: 384, maxLength: 48, truncation: "head+tail" },
    others: [
      { reviews: 96, maxLength: 48, truncation: "head+tail" },
      { reviews: 192, maxLength: 48, truncation: "head+tail" },
      { reviews: 384, maxLength: 48, truncation: "head" },
    ],
    epochs: 3,
    batchSize: 16,
    learningRate: 1e-4,
  },
  full: {
    validationReviews: 500,
    testReviews: 5_000,
    main: { reviews: 10_000, maxLength: 256, truncation: "head+tail" },
    others: [
      { reviews: 2_500, maxLength: 128, truncation: "head" },
      { reviews: 2_500, maxLength: 128, truncation: "head+tail" },
      { reviews: 2_500, maxLength: 256, truncation: "head+tail" },
      { reviews: 10_000, maxLength: 128, truncation: "head" },
      { reviews: 10_000, maxLength: 128, truncation: "head+tail" },
    ],
    epochs: 2,
    batchSize: 32,
    learningRate: 1e-4,
  },
};

/** The options of one run of `pretrain`. */
type ReadingRecipe = {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
};

/** What the four trainings of the page take. */
export type PretrainingRecipe = {
  /** A new model guesses words in stories, each read `copies` times an epoch. */
  readonly words: ReadingRecipe & { readonly copies: number };
  /** Then it judges pairs, too; `draws` of them are made of each story. */
  readonly pairs: ReadingRecipe & { readonly draws: number };
  /** A pretrained model guesses words in the task's sentences. */
  readonly task: ReadingRecipe;
  /** The task itself, with and without having read its sentences before. */
  readonly fineTuning: Recipe;
  /** Sentences of the task by which epochs are judged. */
  readonly validationSentences: number;
};

/**
 * `full` reads all sentences of the task five times and fine-tunes as the tutorial
 * does; `quick` does everything, but the task only as far as seconds allow.
 */
export const PRETRAINING_RECIPES: Readonly<Record<Mode, PretrainingRecipe>> = {
  quick: {
    words: { copies: 6, epochs: 7, batchSize: 32, learningRate: 3e-3 },
    pairs: { draws: 6, epochs: 4, batchSize: 32, learningRate: 2e-3 },
    task: { epochs: 1, batchSize: 32, learningRate: 1e-4 },
    fineTuning: {
      ...RECIPES.quick,
      trainingSentences: 640,
      epochs: 2,
      learningRate: 2e-4,
    },
    validationSentences: 200,
  },
  full: {
    words: { copies: 6, epochs: 20, batchSize: 32, learningRate: 3e-3 },
    pairs: { draws: 6, epochs: 12, batchSize: 32, learningRate: 2e-3 },
    task: { epochs: 5, batchSize: 32, learningRate: 1e-4 },
    fineTuning: RECIPES.full,
    validationSentences: Infinity,
  },
};
