/** Several labels, numbers and pairs: the corpus, how a page trains, and its baselines. @module */

import { join } from "node:path";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { multiLabelScores } from "../../lib/evaluation/multi_label.ts";
import { softmax } from "../../lib/evaluation/probabilities.ts";
import type { EpochEvent, Metrics } from "../../lib/training/events.ts";
import type { Point } from "../../lib/views/charts/lines_and_bars.ts";
import { progress } from "./progress.ts";
import type { Mode } from "./settings.ts";

const FOLDER = join(import.meta.dirname!, "..", "..", "data", "opinions");

/**
 * The files of the generated film reviews.
 *
 * @param kind `"reviews"` with the parts that they judge and their stars, or `"pairs"` of
 * sentences.
 * @returns The path of each part.
 */
export function opinionFiles(
  kind: "reviews" | "pairs",
): Record<"train" | "validation" | "test", string> {
  const file = (part: string): string =>
    join(FOLDER, kind === "pairs" ? `${part}_pairs.csv` : `${part}.csv`);
  return {
    train: file("train"),
    validation: file("validation"),
    test: file("test"),
  };
}

/** How a model is trained. */
export type OpinionRecipe = {
  /** Training examples, the first ones. */
  readonly numTrain: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Largest learning rate of the schedule. */
  readonly learningRate: number;
};

/** `full` is for all training examples. */
export const OPINION_RECIPES: Readonly<
  Record<"labels" | "stars" | "pairs", Readonly<Record<Mode, OpinionRecipe>>>
> = {
  labels: {
    quick: { numTrain: 400, epochs: 2, batchSize: 16, learningRate: 5e-4 },
    full: { numTrain: 800, epochs: 4, batchSize: 16, learningRate: 3e-4 },
  },
  stars: {
    quick: { numTrain: 400, epochs: 3, batchSize: 16, learningRate: 5e-4 },
    full: { numTrain: 800, epochs: 6, batchSize: 16, learningRate: 3e-4 },
  },
  pairs: {
    quick: { numTrain: 600, epochs: 3, batchSize: 16, learningRate: 5e-4 },
    full: { numTrain: 1_000, epochs: 6, batchSize: 16, learningRate: 3e-4 },
  },
};

/**
 * Follows a training with a progress display.
 *
 * @param events What `fineTune` yields.
 * @param recipe How it trains: how many steps there are.
 * @returns The end of each epoch.
 */
export async function follow<M extends Metrics>(
  events: AsyncIterable<
    EpochEvent<M> | { readonly kind: string; step?: number; loss?: number }
  >,
  { numTrain, epochs, batchSize }: OpinionRecipe,
): Promise<EpochEvent<M>[]> {
  const total = epochs * Math.ceil(numTrain / batchSize);
  const bar = progress({ title: "Training", total });
  const ends: EpochEvent<M>[] = [];
  for await (const event of events) {
    if (event.kind === "step") {
      const { step, loss } = event as { step: number; loss: number };
      await bar.update(step, { loss });
    }
    if (event.kind === "epoch") ends.push(event as EpochEvent<M>);
  }
  await bar.finish();
  return ends;
}

/**
 * Fits a bag of words, logistic regression on which words a text has.
 *
 * @param texts The training texts.
 * @param labels Their classes, [N].
 * @param numClasses C.
 * @returns The probability of each class for a text, [C].
 */
export function wordClassifier(
  texts: readonly string[],
  labels: readonly number[],
  numClasses: number,
): (text: string) => number[] {
  const wordsOf = (text: string): string[] => [
    ...new Set(text.toLowerCase().match(/\p{L}+/gu)),
  ];
  const words = [...new Set(texts.flatMap(wordsOf))];
  const ids = new Map(words.map((word, id) => [word, id]));
  const idsOf = (text: string): number[] =>
    wordsOf(text).flatMap((word) => ids.get(word) ?? []);
  const bag = fitBagOfWords(texts.map(idsOf), labels, {
    numWords: words.length,
    numClasses,
  });
  return (text) => softmax(bagLogits(idsOf(text), bag));
}

/** Scores of several labels; accuracy counts every yes and no. */
export type LabelScores = {
  readonly program: string;
  readonly "accuracy of labels": number;
  readonly "subset accuracy": number;
  readonly "micro F1": number;
  readonly "macro F1": number;
};

/**
 * The scores of predicted labels, as a row of a table.
 *
 * @param program What predicted them.
 * @param probabilities The probability of each label, [N, C].
 * @param targets 1 if the label holds or else 0, [N, C].
 * @param thresholds From which probability on each label is given, [C]; default 0.5.
 */
export function labelScores(
  program: string,
  probabilities: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  thresholds: readonly number[] = targets[0]!.map(() => 0.5),
): LabelScores {
  const { microF1, macroF1, subsetAccuracy } = multiLabelScores(
    probabilities,
    targets,
    thresholds,
  );
  const right = probabilities.flatMap((row, i) =>
    row.map((p, c) => Number(p >= thresholds[c]!) === targets[i]![c])
  );
  return {
    program,
    "accuracy of labels": right.filter(Boolean).length / right.length,
    "subset accuracy": subsetAccuracy,
    "micro F1": microF1,
    "macro F1": macroF1,
  };
}

/**
 * F₁ of one label at many thresholds.
 *
 * @param probabilities The probability of each label, [N, C].
 * @param targets 1 if the label holds or else 0, [N, C].
 * @param label Its number.
 * @returns A point for each threshold.
 */
export function thresholdCurve(
  probabilities: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  label: number,
): Point[] {
  const column = (rows: readonly (readonly number[])[]): number[][] =>
    rows.map((row) => [row[label]!]);
  return Array.from({ length: 19 }, (_, i) => {
    const x = (i + 1) / 20;
    const scores = multiLabelScores(column(probabilities), column(targets), [
      x,
    ]);
    return { x, y: scores.microF1 };
  });
}
