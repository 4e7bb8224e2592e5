/** How the page on pretraining trains, in each mode. @module */

import { type Recipe, RECIPES } from "./recipe.ts";
import type { Mode } from "./settings.ts";

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
      trainingSentences: 1_280,
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
