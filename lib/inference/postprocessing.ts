/** Postprocessing: logits → labels with their probabilities, tags, entities. @module */

import { entitySpans } from "../evaluation/entities.ts";
import { DEFAULT_THRESHOLD } from "../evaluation/multi_label.ts";
import { predictedClass, softmax } from "../evaluation/probabilities.ts";
import type { TextSpan } from "../tokenizer/normalize.ts";

/** The class that a model gives a text. */
export type Classification = {
  /** The likeliest class. */
  label: string;
  /** The probability of that class, in [0, 1]. */
  probability: number;
  /** The probability of each class by its label; the sum is 1. */
  probabilities: Record<string, number>;
  /** The tokens at which the model did not look, because the text is too long. */
  numTruncated: number;
};

/**
 * The class that logits stand for.
 *
 * @param labels The classes.
 * @param logits A number for each, [C].
 * @param temperature What the logits are divided by; default 1.
 * @returns Label and probabilities.
 */
export function classificationOf(
  labels: readonly string[],
  logits: readonly number[],
  temperature = 1,
): Omit<Classification, "numTruncated"> {
  const probabilities = softmax(logits.map((logit) => logit / temperature));
  const best = predictedClass(logits);
  return {
    label: labels[best]!,
    probability: probabilities[best]!,
    probabilities: byLabel(labels, probabilities),
  };
}

/** The labels that a model gives a text. */
export type MultiLabelClassification = {
  /** Those whose probability reaches their threshold, in the order of the model's. */
  labels: string[];
  /** The probability of each label, in [0, 1]. */
  probabilities: Record<string, number>;
  /** The tokens at which the model did not look, because the text is too long. */
  numTruncated: number;
};

/**
 * The labels whose probability reaches their threshold.
 *
 * @param labels All labels.
 * @param probabilities The probability of each, [C].
 * @param thresholds The least probability of each, [C]; default 0.5 for all.
 * @returns These labels, and the probabilities of all.
 */
export function labelsReached(
  labels: readonly string[],
  probabilities: readonly number[],
  thresholds?: readonly number[],
): Omit<MultiLabelClassification, "numTruncated"> {
  return {
    labels: labels.filter((_, c) =>
      probabilities[c]! >= (thresholds?.[c] ?? DEFAULT_THRESHOLD)
    ),
    probabilities: byLabel(labels, probabilities),
  };
}

/** Numbers, [C], by their labels. */
export function byLabel(
  labels: readonly string[],
  numbers: readonly number[],
): Record<string, number> {
  return Object.fromEntries(labels.map((label, id) => [label, numbers[id]!]));
}

/** A word and the class that a model gives it. */
export type WordTag = {
  readonly tag: string;
  /** The probability of that class, in [0, 1]. */
  readonly probability: number;
};

/** A word of a text: its characters are `start` … `end` − 1, as `slice` counts them. */
export type TaggedWord = TextSpan & WordTag;

/** An entity in a text. */
export type Entity = TextSpan & {
  /** What it is, such as `"PER"`. */
  readonly type: string;
  /** The mean of the probabilities of its words' tags. */
  readonly probability: number;
};

/**
 * The tag that the logits of a word stand for.
 *
 * @param labels The tags.
 * @param logits A number for each, [C].
 * @param temperature What the logits are divided by; default 1.
 * @returns The likeliest tag, and its probability.
 */
export function tagOf(
  labels: readonly string[],
  logits: readonly number[],
  temperature = 1,
): WordTag {
  const { label: tag, probability } = classificationOf(
    labels,
    logits,
    temperature,
  );
  return { tag, probability };
}

/**
 * The entities that tagged words make, by the rules of `entitySpans`.
 *
 * @param text The text.
 * @param words Its words.
 * @returns The entities, in order.
 */
export function entitiesIn(
  text: string,
  words: readonly TaggedWord[],
): Entity[] {
  return entitySpans(words.map(({ tag }) => tag))
    .map(({ type, start: first, end: after }): Entity => {
      const own = words.slice(first, after);
      const { start } = own[0]!, { end } = own.at(-1)!;
      const sum = own.reduce((sum, { probability }) => sum + probability, 0);
      const probability = sum / own.length;
      return { type, text: text.slice(start, end), start, end, probability };
    });
}
