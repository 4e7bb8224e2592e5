/** Tickets: a table whose labels are partly wrong, how a page trains on it, and verdicts. @module */

import { join } from "node:path";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { bootstrapInterval } from "../../lib/evaluation/bootstrap.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import type { Recipe } from "./recipes.ts";
import type { Mode } from "./settings.ts";
import { mean } from "./review_run.ts";

const FOLDER = join(import.meta.dirname!, "..", "..", "data", "tickets");

/** The files of `data/tickets`. */
export const TICKETS = {
  train: join(FOLDER, "tickets.csv"),
  /** Written in new ways; no label is wrong. */
  test: join(FOLDER, "test.csv"),
  /** The lines of `train` whose label is wrong, with the right one. */
  wrongLabels: join(FOLDER, "wrong_labels.csv"),
} as const;

/** How a classifier of tickets is trained; a fold takes fewer epochs. */
export const TICKET_RECIPES: Readonly<
  Record<
    Mode,
    {
      readonly folds: number;
      readonly foldEpochs: number;
      readonly recipe: Pick<Recipe, "epochs" | "batchSize" | "learningRate">;
    }
  >
> = {
  quick: {
    folds: 3,
    foldEpochs: 2,
    recipe: { epochs: 2, batchSize: 16, learningRate: 3e-4 },
  },
  full: {
    folds: 5,
    foldEpochs: 3,
    recipe: { epochs: 4, batchSize: 16, learningRate: 1e-4 },
  },
};

/**
 * What two programs say that need no pretraining: always the commonest class, and
 * logistic regression on which pieces a text has.
 *
 * @param train What they learn from.
 * @param test What they classify.
 * @param numWords The size of the vocabulary.
 * @returns The class of each test text, by the name of the program.
 */
export function baselinePredictions(
  train: readonly EncodedExample[],
  test: readonly EncodedExample[],
  numWords: number,
): Record<"the commonest class" | "a bag of words", number[]> {
  const labels = train.map(({ label }) => label);
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const numClasses = counts.length;
  const piecesOf = ({ inputIds }: EncodedExample): number[] => [
    ...new Set(inputIds),
  ];
  const bag = fitBagOfWords(train.map(piecesOf), labels, {
    numWords,
    numClasses,
  });
  const commonest = argMax(Array.from(counts, (count = 0) => count));
  return {
    "the commonest class": test.map(() => commonest),
    "a bag of words": test.map((each) =>
      argMax(bagLogits(piecesOf(each), bag))
    ),
  };
}

/** A mean with its 95 % interval. */
export type MeanEstimate = {
  readonly value: number;
  readonly low: number;
  readonly high: number;
};

/**
 * The mean of some values, and the interval of the bootstrap.
 *
 * @param values One for each test text, such as 1 if the prediction is right and else 0.
 * @param seed Chooses the draws.
 */
export function estimateMean(
  values: readonly number[],
  seed: number,
): MeanEstimate {
  const meanOf = (drawn: readonly number[]): number =>
    mean(drawn.map((i) => values[i]!));
  const { low, high } = bootstrapInterval(values.length, meanOf, {
    random: randomStream(seed),
  });
  return { value: mean(values), low, high };
}

/**
 * Says whether one model is better than another, by the paired differences of their
 * scores.
 *
 * @param model The name of the first, such as "the model".
 * @param other The name of the second.
 * @param difference The mean of first minus second.
 * @returns A sentence.
 */
export function verdict(
  model: string,
  other: string,
  { value, low, high }: MeanEstimate,
): string {
  const [size, ...ends] = high < 0 ? [-value, -high, -low] : [value, low, high];
  const found = `${size.toFixed(3)} (95 % interval ${
    ends.map((end) => end.toFixed(3)).join(" to ")
  })`;
  const [first = "", ...rest] = model;
  const name = first.toUpperCase() + rest.join("");
  if (low > 0) return `${name} is better than ${other} by ${found}.`;
  if (high < 0) return `${name} is worse than ${other} by ${found}.`;
  return `These tickets cannot tell whether ${model} is better than ${other}: the ` +
    `difference is ${found}.`;
}
