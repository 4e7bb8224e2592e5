/** Reviews: their sets, their encodings, and the scores to compare with. @module */

import type { EncodedExample } from "../../lib/batches/batches.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import type { Example } from "../../lib/datasets/dataset.ts";
import {
  multipliesBfloat16,
  type Precision,
} from "../../lib/engine/precision.ts";
import { instructionSets } from "../../lib/engine/processor.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { accuracy } from "../../lib/evaluation/metrics.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import type { ClassificationReport } from "../../lib/evaluation/report.ts";
import type { Explanation } from "../../lib/interpretation/explain.ts";
import type { Truncation } from "../../lib/tokenizer/encoding.ts";
import type { WordSpan } from "../../lib/tokenizer/words.ts";

/** Examples to learn from, to choose the epoch by, and for the final score. */
export type ExampleSets<E = Example> = {
  readonly train: readonly E[];
  readonly validation: readonly E[];
  readonly test: readonly E[];
};

/**
 * Encodes three sets in the same way.
 *
 * @param model Supplies the tokenizer.
 * @param sets The texts.
 * @param cut How long a text may be, and which part of a longer one is kept.
 * @returns The encoded sets.
 */
export function encodeSets(
  { tokenizer }: Pick<ClassifierModel, "tokenizer">,
  { train, validation, test }: ExampleSets,
  cut: { readonly maxLength: number; readonly truncation?: Truncation },
): ExampleSets<EncodedExample> {
  const encode = (examples: readonly Example[]): EncodedExample[] =>
    encodeExamples(tokenizer, examples, cut);
  return {
    train: encode(train),
    validation: encode(validation),
    test: encode(test),
  };
}

/**
 * Fits logistic regression on which pieces a text has, and tests it. It reads whole
 * texts.
 *
 * @param model Supplies the tokenizer, and the number of pieces and of classes.
 * @param sets The texts.
 * @param numTraining How many of the training texts to use, the first ones.
 * @returns Share of the test texts that are classified correctly.
 */
export function tryBagOfWords(
  { tokenizer, config, labels }: ClassifierModel,
  { train, test }: ExampleSets,
  numTraining: number,
): number {
  const idsOf = ({ text }: Example): readonly number[] =>
    tokenizer.encode(text, { maxLength: Infinity }).inputIds;
  const used = train.slice(0, numTraining);
  const bag = fitBagOfWords(used.map(idsOf), used.map(({ label }) => label), {
    numWords: config.vocabSize,
    numClasses: labels.length,
  });
  return accuracy(
    test.map((example) => argMax(bagLogits(idsOf(example), bag))),
    test.map(({ label }) => label),
  );
}

/**
 * A classification report as rows for `show()`.
 *
 * @param report The report.
 * @param labels The names of the classes.
 * @returns One row for each class and each average.
 */
export function reportRows(
  { classes, macro, weighted }: ClassificationReport,
  labels: readonly string[],
): Record<string, string | number>[] {
  const named = [
    ...classes.map((scores, i) => ({ name: labels[i]!, ...scores })),
    { name: "macro average", ...macro },
    { name: "weighted average", ...weighted },
  ];
  return named.map(({ name, precision, recall, fScore, support }) => ({
    class: name,
    precision: precision.toFixed(3),
    recall: recall.toFixed(3),
    F1: fScore.toFixed(3),
    support,
  }));
}

/**
 * The words with the highest scores in an explanation.
 *
 * @param explanation The explanation.
 * @param method Whose scores.
 * @param count How many words.
 * @returns The words, the highest score first.
 */
export function strongestWords(
  explanation: Explanation,
  method: "gradient" | "occlusion",
  count = 5,
): WordSpan[] {
  return explanation.words
    .map((word, i) => ({ word, score: explanation[method][i]! }))
    .sort((a, b) => b.score - a.score).slice(0, count)
    .map(({ word }) => word);
}

/** The mean of numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of two numbers or more, with n − 1 degrees of freedom. */
export function standardDeviation(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * bfloat16 if the processor multiplies it.
 *
 * @returns The fastest precision to train and to predict with.
 */
export function fastestPrecision(): Precision {
  return multipliesBfloat16(instructionSets()) ? "bfloat16" : "float32";
}
