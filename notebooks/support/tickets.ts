/** Tickets: a table with wrong labels, its recipes, baselines, rows to show, and verdicts. @module */

import { join } from "node:path";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import {
  type ClassifierModel,
  reloadModel,
} from "../../lib/checkpoint/pretrained.ts";
import type { Example } from "../../lib/datasets/dataset.ts";
import { readTableRows } from "../../lib/datasets/load_table.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { bootstrapInterval } from "../../lib/evaluation/bootstrap.ts";
import type { LabelIssue } from "../../lib/evaluation/label_issues.ts";
import type { Mistake } from "../../lib/evaluation/mistakes.ts";
import {
  fineTune,
  type FineTuneData,
  type FineTuneOptions,
} from "../../lib/training/fine_tune.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import { progress } from "./progress.ts";
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
    foldEpochs: 1,
    recipe: { epochs: 2, batchSize: 16, learningRate: 3e-4 },
  },
  full: {
    folds: 5,
    foldEpochs: 3,
    recipe: { epochs: 4, batchSize: 16, learningRate: 1e-4 },
  },
};

/** A row of the table that is used. */
export type TicketRow = {
  /** Its line in the file. */
  readonly row: number;
  readonly customer: unknown;
  readonly message: string;
  readonly category: string;
};

/**
 * Trains the pretrained model anew, whatever it was trained on before.
 *
 * @param title What the training is called.
 * @param model It comes from `loadModel`, and changes.
 * @param data Training and validation examples.
 * @param options The recipe.
 */
export async function trainAnew(
  title: string,
  model: ClassifierModel,
  data: FineTuneData,
  options: FineTuneOptions & {
    readonly epochs: number;
    readonly batchSize: number;
  },
): Promise<void> {
  await reloadModel(model);
  const { epochs, batchSize } = options;
  const total = epochs * Math.ceil(data.train.length / batchSize);
  const bar = progress({ title, total, lineEvery: Infinity });
  for await (const event of fineTune(model, data, options)) {
    if (event.kind !== "step") continue;
    await bar.update(event.step, { loss: event.loss });
  }
  await bar.finish();
}

/**
 * Which predictions are right.
 *
 * @param predictions The predicted classes.
 * @param examples The examples, in the same order.
 * @returns 1 for each that is right, 0 for the others.
 */
export function isRight(
  predictions: readonly number[],
  examples: readonly EncodedExample[],
): number[] {
  return predictions.map((label, i) => Number(label === examples[i]!.label));
}

/**
 * How two programs do that need no pretraining: always the commonest class, and
 * logistic regression on which pieces a text has.
 *
 * @param train What they learn from.
 * @param test What they classify.
 * @param numWords The size of the vocabulary.
 * @returns For each test text 1 if they are right, else 0; by the name of the program.
 */
export function rightByBaselines(
  train: readonly EncodedExample[],
  test: readonly EncodedExample[],
  numWords: number,
): Record<"the commonest class" | "a bag of words", number[]> {
  const labels = train.map(({ label }) => label);
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const piecesOf = ({ inputIds }: EncodedExample): number[] => [
    ...new Set(inputIds),
  ];
  const bag = fitBagOfWords(train.map(piecesOf), labels, {
    numWords,
    numClasses: counts.length,
  });
  const commonest = argMax(Array.from(counts, (count = 0) => count));
  const classified = test.map((each) => argMax(bagLogits(piecesOf(each), bag)));
  return {
    "the commonest class": isRight(test.map(() => commonest), test),
    "a bag of words": isRight(classified, test),
  };
}

/**
 * Mistakes as rows for `show()`.
 *
 * @param mistakes The mistakes.
 * @param examples The examples that they are of.
 * @param labels The names of the classes.
 * @param lineOf The line in the file of each message.
 */
export function mistakeRows(
  mistakes: readonly Mistake[],
  examples: readonly Example[],
  labels: readonly string[],
  lineOf: ReadonlyMap<string, number>,
): Record<string, unknown>[] {
  return mistakes.map(({ index, label, prediction, confidence }) => ({
    line: lineOf.get(examples[index]!.text),
    label: labels[label],
    prediction: labels[prediction],
    confidence,
    message: examples[index]!.text,
  }));
}

/**
 * Suspect labels as rows for `show()`.
 *
 * @param issues The suspects.
 * @param rows The rows that they are of.
 * @param labels The names of the classes.
 */
export function suspectRows(
  issues: readonly LabelIssue[],
  rows: readonly TicketRow[],
  labels: readonly string[],
): Record<string, unknown>[] {
  return issues.map(({ index, suggestion, probability }) => {
    const { row, category, message } = rows[index]!;
    const suggested = labels[suggestion];
    return { line: row, label: category, suggested, probability, message };
  });
}

/** The right label of each line of the training table whose label is wrong. */
export async function rightLabelsOf(): Promise<ReadonlyMap<number, string>> {
  const { records } = await readTableRows(TICKETS.wrongLabels);
  return new Map(records.map(({ values: { line, category } }) => [
    Number(line),
    String(category),
  ]));
}

/**
 * Gives rows the labels that a reader chose.
 *
 * @param rows The rows.
 * @param corrections By new label the lines, separated by spaces.
 * @param read The lines that were read; corrections of others do not count.
 * @returns The rows with their new labels.
 */
export function correctRows(
  rows: readonly TicketRow[],
  corrections: Readonly<Record<string, string>>,
  read: ReadonlySet<number>,
): TicketRow[] {
  const labels = new Map(
    Object.entries(corrections).flatMap(([label, lines]) =>
      lines.split(" ").map((line) => [Number(line), label] as const)
    ),
  );
  return rows.map((each) =>
    read.has(each.row) && labels.has(each.row)
      ? { ...each, category: labels.get(each.row)! }
      : each
  );
}

/**
 * Counts customers with tickets in training and in validation.
 *
 * @param parts A dataset of rows.
 * @param rows The rows, each message once.
 */
export function customersInBoth(
  { train, validation }: Record<"train" | "validation", readonly Example[]>,
  rows: readonly TicketRow[],
): number {
  const customerOf = new Map(rows.map((row) => [row.message, row.customer]));
  const customers = (part: readonly Example[]): Set<unknown> =>
    new Set(part.map(({ text }) => customerOf.get(text)));
  return customers(train).intersection(customers(validation)).size;
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
