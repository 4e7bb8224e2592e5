/** One training on reviews and its test, for comparisons. @module */

import { fineTune } from "../../lib/training/fine_tune.ts";
import type { StepEvent } from "../../lib/training/train_epoch.ts";
import { predict } from "../../lib/inference/predict.ts";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import type { Example } from "../../lib/datasets/dataset.ts";
import { IMDB } from "../../lib/datasets/imdb.ts";
import { instructionSets } from "../../lib/engine/processor.ts";
import {
  multipliesBfloat16,
  type Precision,
} from "../../lib/engine/precision.ts";
import { disposeTree } from "../../lib/engine/tensor_tree.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { accuracy } from "../../lib/evaluation/metrics.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { loadModel } from "../../lib/checkpoint/pretrained.ts";
import type { ReviewRecipe, ReviewRun } from "./recipes.ts";

/** Shuffled reviews: for training, for choosing the epoch, and for the final score. */
export type ReviewSets = {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
};

/** What came of a run. */
export type ReviewResult = {
  /** Share of the test reviews that are classified correctly. */
  readonly accuracy: number;
  /** Sum of the training steps' seconds. */
  readonly trainingSeconds: number;
};

/**
 * Fine-tunes the pretrained model on the first reviews of the training part, and
 * tests its best epoch.
 *
 * @param data The reviews; all of the validation and test parts are used.
 * @param run How many training reviews, and how much of each.
 * @param recipe What all runs have in common.
 * @param options The seed; `onStep` receives every step.
 * @returns The test result; nothing of the model remains.
 */
export async function tryReviewRun(
  data: ReviewSets,
  run: ReviewRun,
  recipe: ReviewRecipe,
  options: { seed: number; onStep?: (step: StepEvent) => Promise<void> },
): Promise<ReviewResult> {
  const { seed, onStep } = options;
  const precision = reviewPrecision();
  const model = await loadModel(await ensureModel(), {
    head: "sequence-classification",
    labels: [...IMDB.labels],
    seed,
  });
  const { tokenizer } = model;
  const train = encodeExamples(
    tokenizer,
    data.train.slice(0, run.reviews),
    run,
  );
  const validation = encodeExamples(tokenizer, data.validation, run);
  const test = encodeExamples(tokenizer, data.test, run);
  const { epochs, batchSize, learningRate } = recipe;
  const how = { epochs, batchSize, learningRate, schedule: "cosine" } as const;
  let trainingSeconds = 0;
  try {
    const parts = { train, validation };
    for await (
      const event of fineTune(model, parts, { ...how, precision, seed })
    ) {
      if (event.kind !== "step") continue;
      trainingSeconds += event.seconds;
      await onStep?.(event);
    }
    const { predictions } = await predict(model, test, { precision });
    const labels = test.map(({ label }) => label);
    return { accuracy: accuracy(predictions, labels), trainingSeconds };
  } finally {
    disposeTree(model.params);
  }
}

/**
 * Fits logistic regression on which pieces a review has, and tests it.
 *
 * @param train Reviews as ids, not truncated.
 * @param test Reviews as ids, not truncated.
 * @param numWords Every id is below it.
 * @returns Share of the test reviews that are classified correctly.
 */
export function tryBagOfWords(
  train: readonly EncodedExample[],
  test: readonly EncodedExample[],
  numWords: number,
): number {
  const bag = fitBagOfWords(
    train.map(({ inputIds }) => inputIds),
    train.map(({ label }) => label),
    { numWords, numClasses: IMDB.labels.length },
  );
  return accuracy(
    test.map(({ inputIds }) => argMax(bagLogits(inputIds, bag))),
    test.map(({ label }) => label),
  );
}

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
