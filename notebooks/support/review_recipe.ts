/** How the notebook on reviews fine-tunes, in each mode. @module */

import { instructionSets } from "../../lib/engine/processor.ts";
import {
  multipliesBfloat16,
  type Precision,
} from "../../lib/engine/precision.ts";
import type { Truncation } from "../../lib/tokenizer/encoding.ts";
import type { Mode } from "./settings.ts";

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

/**
 * bfloat16 where the processor multiplies it, which takes half of the time here
 * and costs no accuracy.
 *
 * @returns The precision to train and to predict with.
 */
export function reviewPrecision(): Precision {
  return multipliesBfloat16(instructionSets()) ? "bfloat16" : "float32";
}

/**
 * A run in a few words.
 *
 * @param run The run.
 * @returns Such as "head+tail, 48 tokens".
 */
export function describeRun({ maxLength, truncation }: ReviewRun): string {
  return `${truncation}, ${maxLength} tokens`;
}
