/** Reviews: their sets, their encodings, and the scores to compare with. @module */

import { join } from "node:path";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import type { Example } from "../../lib/datasets/dataset.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import { accuracy } from "../../lib/evaluation/metrics.ts";
import { argMax } from "../../lib/evaluation/probabilities.ts";
import type { ClassificationReport } from "../../lib/evaluation/report.ts";
import type { ClassifyOptions } from "../../lib/inference/classify.ts";
import { encodeWindows } from "../../lib/inference/windows.ts";
import type { Explanation } from "../../lib/interpretation/explain.ts";
import type { Truncation } from "../../lib/tokenizer/encoding.ts";
import type { WordSpan } from "../../lib/tokenizer/words.ts";
import { colouredText } from "../../lib/views/coloured_text.ts";
import { show } from "../../lib/views/show.ts";

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
 * How much of each text a model reads.
 *
 * @param model Supplies the tokenizer.
 * @param examples The texts.
 * @param options As those of `classify`, with `maxLength`.
 * @returns The mean of the tokens of a text, special tokens included and those that
 * windows share counted in each.
 */
export function tokensPerText(
  { tokenizer }: Pick<ClassifierModel, "tokenizer">,
  examples: readonly Example[],
  options: ClassifyOptions & { readonly maxLength: number },
): number {
  const { maxLength, truncation = "head", windows } = options;
  const encoded = windows === undefined
    ? encodeExamples(tokenizer, examples, { maxLength, truncation })
    : encodeWindows(tokenizer, examples, { maxLength, stride: windows.stride });
  const total = encoded.reduce((sum, each) => sum + each.inputIds.length, 0);
  return total / examples.length;
}

/** A way to read long texts, and what it gave. */
export type Reading = {
  readonly way: string;
  /** Share of the texts that are classified correctly. */
  readonly accuracy: number;
  readonly "tokens per review": number;
};

/**
 * Compares reading in windows with a cut.
 *
 * @param cut The cut.
 * @param windows Ways to read in windows, at least one.
 * @returns A sentence about the best of them; each number is computed.
 */
export function windowVerdict(
  cut: Reading,
  windows: readonly Reading[],
): string {
  const best = windows.toSorted((a, b) => b.accuracy - a.accuracy)[0]!;
  const cost = best["tokens per review"] / cut["tokens per review"];
  const gain = best.accuracy - cut.accuracy;
  const verdict = gain > 0
    ? `${gain.toFixed(3)} more`
    : gain < 0
    ? `${(-gain).toFixed(3)} less`
    : "the same";
  return `${best.way}: ${
    cost.toFixed(1)
  } times as many tokens as ${cut.way}, ` +
    `and an accuracy of ${best.accuracy.toFixed(3)}, ${verdict}. ` +
    (gain > 0
      ? "Reading everything pays here."
      : "Reading everything does not pay here.");
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

/**
 * Shows both methods of an explanation as coloured texts with one scale, and keeps the
 * drawings as `reviews_gradient.svg` and `reviews_occlusion.svg`.
 *
 * @param explanation The explanation.
 * @param page `labels`: the names of the classes; `uncut`: the ids of the whole text, to
 * mark where it was cut; `folder`: where the drawings are kept.
 */
export async function showExplanation(
  explanation: Explanation,
  { labels, uncut, folder }: {
    readonly labels: readonly string[];
    readonly uncut: readonly number[];
    readonly folder: string;
  },
): Promise<void> {
  const { words, target, example: { inputIds } } = explanation;
  const cutAt = inputIds.findIndex((id, i) => id !== uncut[i]);
  const every = [...explanation.gradient, ...explanation.occlusion];
  const shared = {
    maxScore: Math.max(...every.map(Math.abs)),
    seam: words.filter(({ start }) => cutAt < 0 || start < cutAt).length,
    poles: {
      above: `for ${labels[target]}`,
      below: `against ${labels[target]}`,
    },
  };
  for (const method of ["gradient", "occlusion"] as const) {
    const title = method === "gradient" ? "Gradient × input" : "Occlusion";
    const scored = words.map(({ text }, i) => ({
      text,
      score: explanation[method][i]!,
    }));
    const view = colouredText(scored, { title, ...shared });
    await Deno.writeTextFile(join(folder, `reviews_${method}.svg`), view.svg);
    await show(view);
  }
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
