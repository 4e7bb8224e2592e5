/** Classification: texts → labels with probabilities. @module */

import { checkInputs } from "../batches/check_examples.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import { predictedClass, softmax } from "../evaluation/probabilities.ts";
import { maxSequenceLength } from "../model/config.ts";
import { checkKnownOptions } from "../options.ts";
import type { EncodingOptions } from "../tokenizer/encoding.ts";
import { logitsOf, PREDICT_OPTIONS, type PredictOptions } from "./predict.ts";

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

/** How to classify. */
export type ClassifyOptions =
  & PredictOptions
  & Pick<EncodingOptions, "maxLength" | "truncation">;

/**
 * Classifies texts.
 *
 * A text with more tokens than the model can read is truncated, and the result says so.
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
 * @param texts The texts, at least one.
 * @param options Batch size (default 32), precision (default `"float32"`), longest
 * sequence in tokens (default what the model can read) and how longer texts are
 * truncated (default `"head"`, which keeps the beginning).
 * @returns Label and probabilities of each text, in the order of the texts.
 * @throws {TypeError} If a text is no string, an option is unknown, or the model has
 * been disposed.
 * @throws {RangeError} If there is no text, or an option is out of range.
 */
export async function classify(
  model: ClassifierModel,
  texts: readonly string[],
  options: ClassifyOptions = {},
): Promise<Classification[]> {
  checkKnownOptions("classify", options, [
    ...PREDICT_OPTIONS,
    "maxLength",
    "truncation",
  ]);
  checkTexts(texts);
  const { config, tokenizer, labels } = model;
  const {
    maxLength = maxSequenceLength(config),
    truncation = "head",
    ...how
  } = options;
  const encoded = texts.map((text) =>
    tokenizer.encode(text, { maxLength, truncation })
  );
  checkInputs(encoded, config, "classification");
  const logits = await logitsOf(model, encoded, how);
  return logits.map((row, i) => {
    const probabilities = softmax(row);
    const best = predictedClass(row);
    return {
      label: labels[best]!,
      probability: probabilities[best]!,
      probabilities: Object.fromEntries(
        labels.map((label, id) => [label, probabilities[id]!]),
      ),
      numTruncated: encoded[i]!.numTruncated,
    };
  });
}

function checkTexts(texts: unknown): void {
  if (!Array.isArray(texts)) {
    throw new TypeError(
      `Cannot classify: texts must be an array of strings; found ${
        kind(texts)
      }` +
        (typeof texts === "string" ? `; write [text]` : ""),
    );
  }
  if (texts.length === 0) {
    throw new RangeError(
      `Cannot classify: there must be at least one text; found 0`,
    );
  }
  const odd = texts.findIndex((text) => typeof text !== "string");
  if (odd === -1) return;
  throw new TypeError(
    `Cannot classify: text ${odd} must be a string; found ${kind(texts[odd])}` +
      (isEncoded(texts[odd])
        ? `; call predict(model, texts) with encoded texts`
        : ""),
  );
}

function isEncoded(value: unknown): boolean {
  return typeof value === "object" && value !== null && "inputIds" in value;
}

/** A value in an error's message. */
function kind(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (typeof value === "object" && value !== null) {
    return isEncoded(value) ? "an encoded text" : "an object";
  }
  return String(value);
}
