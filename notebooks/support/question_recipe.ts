/** How the notebook on questions fine-tunes, in each mode. @module */

import type { Recipe } from "./recipe.ts";
import type { Mode } from "./settings.ts";

/** Hyperparameters of the classifier of questions. */
export type QuestionRecipe = Omit<Recipe, "trainingSentences"> & {
  /** Training questions used, the first of the shuffled ones. */
  readonly trainingQuestions: number;
};

/**
 * `full` trains as long, in batches as large and with as large steps as the tutorial
 * on TREC does with BERT-Base; its Adam has no weight decay. `quick` is the same for
 * a few epochs, and pads less.
 */
export const QUESTION_RECIPES: Readonly<Record<Mode, QuestionRecipe>> = {
  quick: {
    trainingQuestions: 1_500,
    epochs: 3,
    batchSize: 50,
    sampler: "length-grouped",
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
