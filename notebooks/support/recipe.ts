/** How the tutorial fine-tunes, in each mode. @module */

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
};

/**
 * `full` is in the grid of Devlin et al. (2019), appendix A.3; the small
 * pretrained model needs its largest learning rate. `quick` sees fewer
 * sentences, and takes larger steps to make up for it.
 */
export const RECIPES: Readonly<Record<Mode, Recipe>> = {
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
};
