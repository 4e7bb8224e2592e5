/** Several labels, numbers and pairs: the corpus, how a page trains, and its baselines. @module */

import { join } from "node:path";
import type {
  TextExample,
  TextTargets,
} from "../../lib/batches/encode_examples.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { accuracy } from "../../lib/evaluation/metrics.ts";
import { multiLabelScores } from "../../lib/evaluation/multi_label.ts";
import { argMax, softmax } from "../../lib/evaluation/probabilities.ts";
import { classifyMultiLabel } from "../../lib/inference/classify.ts";
import type { MultiLabelClassification } from "../../lib/inference/postprocessing.ts";
import type { FitEvent, Metrics } from "../../lib/training/events.ts";
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
  /** A tenth of all steps: without it some trainings of so few steps learn nothing. */
  readonly warmupSteps: number;
};

/** `full` is for all training examples. */
export const OPINION_RECIPES: Readonly<
  Record<"labels" | "stars" | "pairs", Readonly<Record<Mode, OpinionRecipe>>>
> = {
  labels: {
    quick: {
      numTrain: 400,
      epochs: 2,
      batchSize: 16,
      learningRate: 3e-4,
      warmupSteps: 5,
    },
    full: {
      numTrain: 800,
      epochs: 4,
      batchSize: 16,
      learningRate: 3e-4,
      warmupSteps: 20,
    },
  },
  stars: {
    quick: {
      numTrain: 320,
      epochs: 3,
      batchSize: 8,
      learningRate: 3e-4,
      warmupSteps: 12,
    },
    full: {
      numTrain: 800,
      epochs: 6,
      batchSize: 16,
      learningRate: 3e-4,
      warmupSteps: 30,
    },
  },
  pairs: {
    quick: {
      numTrain: 480,
      epochs: 3,
      batchSize: 16,
      learningRate: 3e-4,
      warmupSteps: 9,
    },
    full: {
      numTrain: 1_000,
      epochs: 6,
      batchSize: 16,
      learningRate: 3e-4,
      warmupSteps: 38,
    },
  },
};

/** What is shown of the end of an epoch: its losses and metrics. */
export type EpochRow = Readonly<Record<string, number>>;

/** What else the end of an epoch has. */
const NOT_SHOWN = ["trainingSeconds", "validationSeconds"];

/**
 * Follows a training with a progress display.
 *
 * @param events What `fineTune` yields.
 * @param sets The examples that are trained on.
 * @param recipe How.
 * @returns Losses and metrics of each epoch, rows for `show()`.
 */
export async function follow<M extends Metrics>(
  events: AsyncIterable<FitEvent<M>>,
  { train }: { readonly train: readonly unknown[] },
  { epochs, batchSize }: Pick<OpinionRecipe, "epochs" | "batchSize">,
): Promise<EpochRow[]> {
  const total = epochs * Math.ceil(train.length / batchSize);
  const bar = progress({ title: "Training", total });
  const rows: EpochRow[] = [];
  for await (const event of events) {
    if (event.kind === "step") {
      await bar.update(event.step, { loss: event.loss });
    }
    if (event.kind === "epoch") {
      const shown = Object.entries(event)
        .filter(([name]) => !NOT_SHOWN.includes(name))
        .filter((entry): entry is [string, number] =>
          typeof entry[1] === "number"
        );
      rows.push(Object.fromEntries(shown));
    }
  }
  await bar.finish();
  return rows;
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

/**
 * Fits a bag of words and tests it.
 *
 * @param train Texts, perhaps with a second one, and their classes.
 * @param test Likewise.
 * @param textOf Which of both texts it reads.
 * @returns The share of the test texts that it gives the right class.
 */
export function wordAccuracy(
  train: readonly TextExample[],
  test: readonly TextExample[],
  textOf: (example: TextExample) => string,
): number {
  const labels = train.map(({ label }) => label);
  const says = wordClassifier(
    train.map(textOf),
    labels,
    1 + Math.max(...labels),
  );
  const found = test.map((each) => argMax(says(textOf(each))));
  return accuracy(found, test.map(({ label }) => label));
}

/**
 * Fits a bag of words to numbers of which there are few different ones.
 *
 * @param texts The training texts.
 * @param numbers Their numbers, [N].
 * @returns The number that is expected for a text: the mean of the numbers, weighted by
 * their probabilities.
 */
export function wordNumber(
  texts: readonly string[],
  numbers: readonly number[],
): (text: string) => number {
  const different = [...new Set(numbers)];
  const classes = numbers.map((number) => different.indexOf(number));
  const says = wordClassifier(texts, classes, different.length);
  return (text) => says(text).reduce((sum, p, i) => sum + p * different[i]!, 0);
}

/**
 * What two programs without a model say of the stars of texts: the mean, and a bag of
 * words.
 *
 * @param train Texts, and their stars as the only target.
 * @param texts The texts to rate.
 * @returns By the program's name, one row for each text, [N, 1].
 */
export function starBaselines(
  train: readonly TextTargets[],
  texts: readonly string[],
): Record<"the mean" | "a bag of words", number[][]> {
  const known = train.map(({ targets }) => targets[0]!);
  const mean = known.reduce((sum, stars) => sum + stars, 0) / known.length;
  const expects = wordNumber(train.map(({ text }) => text), known);
  return {
    "the mean": texts.map(() => [mean]),
    "a bag of words": texts.map((text) => [expects(text)]),
  };
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
 * The probability of each label for each text.
 *
 * @param model A model of multi-label classification.
 * @param texts The texts.
 * @returns [N, C].
 */
export async function probabilitiesOf(
  model: ClassifierModel,
  texts: readonly { readonly text: string }[],
): Promise<number[][]> {
  const found = await classifyMultiLabel(model, texts.map(({ text }) => text));
  return found.map(({ probabilities }) => Object.values(probabilities));
}

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
 * The scores of three programs without a model: no label, every label, a bag of words.
 *
 * @param train Texts with their targets, [C].
 * @param test Likewise.
 * @returns Rows for `show()`.
 */
export function labelBaselines(
  train: readonly TextTargets[],
  test: readonly TextTargets[],
): LabelScores[] {
  const actual = test.map(({ targets }) => targets);
  const all = (value: number): number[][] =>
    actual.map((row) => row.map(() => value));
  const texts = train.map(({ text }) => text);
  const words = actual[0]!.map((_, c) =>
    wordClassifier(texts, train.map(({ targets }) => targets[c]!), 2)
  );
  const byWords = test.map(({ text }) => words.map((says) => says(text)[1]!));
  return [
    labelScores("no label", all(0), actual),
    labelScores("every label", all(1), actual),
    labelScores("a bag of words", byWords, actual),
  ];
}

/** A text whose labels are not all right. */
export type LabelMistake = {
  readonly text: string;
  readonly missed: string;
  readonly invented: string;
};

/**
 * The texts whose labels are not all right.
 *
 * @param test The texts with their targets, [C].
 * @param given The labels that each was given.
 * @param labels The names of all labels, [C].
 * @returns Rows for `show()`.
 */
export function labelMistakes(
  test: readonly TextTargets[],
  given: readonly { readonly labels: readonly string[] }[],
  labels: readonly string[],
): LabelMistake[] {
  return test.flatMap(({ text, targets }, i) => {
    const right = labels.filter((_, c) => targets[c] === 1);
    const found = given[i]!.labels;
    const missed = right.filter((label) => !found.includes(label));
    const invented = found.filter((label) => !right.includes(label));
    return missed.length + invented.length === 0
      ? []
      : [{ text, missed: missed.join(), invented: invented.join() }];
  });
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

/**
 * The labels of texts, and the probability of each label.
 *
 * @param found What `classifyMultiLabel` gives.
 * @returns Rows for `show()`.
 */
export function labelRows(
  found: readonly MultiLabelClassification[],
): Record<string, string | number>[] {
  return found.map(({ labels, probabilities }) => (
    { given: labels.join() || "none", ...probabilities }
  ));
}

/**
 * How far predicted stars are from the right ones, the largest errors first.
 *
 * @param test Texts, and their stars as the only target.
 * @param found The predicted stars, [N, 1].
 * @returns Rows for `show()`.
 */
export function largestErrors(
  test: readonly TextTargets[],
  found: readonly (readonly number[])[],
): { text: string; right: number; guess: number; error: number }[] {
  return test.map(({ text, targets }, i) => {
    const [right, guess] = [targets[0]!, found[i]![0]!];
    return { text, right, guess, error: Math.abs(right - guess) };
  }).sort((a, b) => b.error - a.error);
}

/**
 * The pairs that were given a wrong class.
 *
 * @param test The pairs with their classes.
 * @param found The class that each was given.
 * @param classes The names of the classes.
 * @returns Rows for `show()`.
 */
export function wrongPairs(
  test: readonly TextExample[],
  found: readonly number[],
  classes: readonly string[],
): Record<"premise" | "hypothesis" | "right" | "found", string>[] {
  return test.flatMap(({ text: premise, pair: hypothesis = "", label }, i) =>
    found[i] === label ? [] : [{
      premise,
      hypothesis,
      right: classes[label]!,
      found: classes[found[i]!]!,
    }]
  );
}
