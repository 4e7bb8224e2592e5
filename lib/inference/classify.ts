/** Classification and regression: texts → labels with probabilities, or values. @module */

import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import { sigmoid } from "../evaluation/probabilities.ts";
import {
  byLabel,
  type Classification,
  classificationOf,
  labelsReached,
  type MultiLabelClassification,
} from "./postprocessing.ts";
import { logitsOfTexts, type TextOptions, type TextPair } from "./texts.ts";

/** How to classify. */
export type ClassifyOptions = TextOptions;

/**
 * Classifies texts.
 *
 * A text with more tokens than the model can read is truncated, and the result says so;
 * or it is read in windows, if the option `windows` is given. The logits are divided by the temperature of `model.inference`, if there is one: see
 * `calibrate`.
 *
 * @example A model with random weights; one that is trained is sure of its answer
 * ```ts
 * import { classify, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", {
 *   head: "sequence-classification",
 *   labels: ["no", "yes"],
 * });
 * const [first] = await classify(model, ["Is this a question?"]);
 * assert.ok(first!.label === "no" || first!.label === "yes");
 * assert.equal(first!.probability, first!.probabilities[first!.label]);
 * ```
 *
 * @param model The classifier; its parameters do not change.
 * @param texts The texts, or pairs of texts, at least one.
 * @param options Batch size (default 32), precision (default `"float32"`), longest
 * sequence in tokens (default that of `model.inference`, or else what the model can
 * read), and either how longer texts are truncated (default `"head"`, which keeps the
 * beginning) or the windows in which they are read.
 * @returns Label and probabilities of each text, in the order of the texts.
 * @throws {TypeError} If a text is no string and no pair, an option is unknown, the
 * model does not predict one class for each text, or it has been disposed.
 * @throws {RangeError} If there is no text, or an option is out of range.
 */
export async function classify(
  model: ClassifierModel,
  texts: readonly (string | TextPair)[],
  options: ClassifyOptions = {},
): Promise<Classification[]> {
  const { labels, inference } = model;
  const problem = "single_label_classification";
  const rows = await logitsOfTexts(model, texts, options, problem);
  return rows.map(({ logits, numTruncated }) => ({
    ...classificationOf(labels, logits, inference?.temperature),
    numTruncated,
  }));
}

/**
 * Classifies texts that may have several labels, or none.
 *
 * A label is given if its probability is at least its threshold in `model.inference`,
 * 0.5 by default: see `tuneThresholds`.
 *
 * @example A model with random weights
 * ```ts
 * import { classifyMultiLabel, loadModel } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", {
 *   head: "sequence-classification",
 *   problemType: "multi_label_classification",
 *   labels: ["politics", "sports"],
 * });
 * model.inference = { thresholds: [0, 1] };
 * const [first] = await classifyMultiLabel(model, ["Who won?"]);
 * assert.deepEqual(first!.labels, ["politics"]);
 * ```
 *
 * @param model A model of multi-label classification; its parameters do not change.
 * @param texts The texts, or pairs of texts, at least one.
 * @param options As those of {@linkcode classify}.
 * @returns Labels and probabilities of each text, in the order of the texts.
 * @throws As {@linkcode classify} does.
 * @throws {RangeError} If there is not one threshold for each label.
 */
export async function classifyMultiLabel(
  model: ClassifierModel,
  texts: readonly (string | TextPair)[],
  options: ClassifyOptions = {},
): Promise<MultiLabelClassification[]> {
  const { labels, inference: { thresholds } = {} } = model;
  if (thresholds !== undefined && thresholds.length !== labels.length) {
    throw new RangeError(
      `Cannot classify: model.inference must have a threshold for each label; found ` +
        `${thresholds.length} thresholds, ${labels.length} labels`,
    );
  }
  const problem = "multi_label_classification";
  const rows = await logitsOfTexts(model, texts, options, problem);
  return rows.map(({ logits, numTruncated }) => ({
    ...labelsReached(labels, logits.map(sigmoid), thresholds),
    numTruncated,
  }));
}

/** The values that a model predicts for a text. */
export type Regression = {
  /** The value of each label. */
  values: Record<string, number>;
  /** The tokens at which the model did not look, because the text is too long. */
  numTruncated: number;
};

/**
 * Predicts the values of texts.
 *
 * @example A model with random weights
 * ```ts
 * import { loadModel, regress } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel("tiny", {
 *   head: "sequence-classification",
 *   problemType: "regression",
 *   labels: ["similarity"],
 * });
 * const pair = { text: "A dog barks.", pair: "A cat sleeps." };
 * const [first] = await regress(model, [pair]);
 * assert.ok(Number.isFinite(first!.values["similarity"]));
 * ```
 *
 * @param model A model of regression; its parameters do not change.
 * @param texts The texts, or pairs of texts, at least one.
 * @param options As those of {@linkcode classify}.
 * @returns The values of each text, in the order of the texts.
 * @throws As {@linkcode classify} does.
 */
export async function regress(
  model: ClassifierModel,
  texts: readonly (string | TextPair)[],
  options: ClassifyOptions = {},
): Promise<Regression[]> {
  const rows = await logitsOfTexts(model, texts, options, "regression");
  return rows.map(({ logits, numTruncated }) => ({
    values: byLabel(model.labels, logits),
    numTruncated,
  }));
}
