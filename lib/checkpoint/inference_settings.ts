/**
 * Inference settings: what was chosen on the validation set, kept with the model in its
 * `config.json`, under `inference`.
 *
 * @module
 */

// deno-lint-ignore-file camelcase -- the names in the file are Python's

import { quoted } from "../printable.ts";
import { isObject } from "./strict_json.ts";

/** How a trained model makes its predictions. */
export type InferenceSettings = {
  /** The longest sequence in training, in tokens. */
  readonly maxLength?: number;
  /** Tokens that neighbouring windows of a longer text share. */
  readonly stride?: number;
  /** What the logits are divided by (Guo et al., 2017, section 4.2); default 1. */
  readonly temperature?: number;
  /** The least probability at which each label is given, [C]; default 0.5 for all. */
  readonly thresholds?: readonly number[];
  /** No answer is given if its score is lower than that of no answer by this much. */
  readonly noAnswerThreshold?: number;
};

/**
 * The settings that do not depend on the weights: what was chosen for other weights is
 * gone once a model is trained.
 *
 * @param settings The settings.
 * @returns Those that stay.
 */
export function untuned(settings: InferenceSettings): InferenceSettings {
  const { temperature: _, thresholds: __, noAnswerThreshold: ___, ...rest } =
    settings;
  return rest;
}

/**
 * Writes inference settings.
 *
 * @param settings The settings.
 * @returns An object for `JSON.stringify`.
 */
export function inferenceToJson(
  settings: InferenceSettings,
): Record<string, unknown> {
  const { maxLength, stride, temperature, thresholds } = settings;
  return {
    max_length: maxLength,
    stride,
    temperature,
    thresholds,
    no_answer_threshold: settings.noAnswerThreshold,
  };
}

/**
 * Reads inference settings.
 *
 * @param json What `config.json` has under `inference`.
 * @param numLabels C: thresholds must be as many.
 * @returns The settings; undefined if there are none.
 * @throws {TypeError} If a setting is unknown or out of its range.
 */
export function inferenceFromJson(
  json: unknown,
  numLabels: number,
): InferenceSettings | undefined {
  if (json === undefined) return undefined;
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && value as number >= 0;
  const isFinite = (value: unknown): boolean => Number.isFinite(value);
  const rules: Record<string, [(value: unknown) => boolean, string]> = {
    max_length: [isCount, "a whole number"],
    stride: [isCount, "a whole number"],
    temperature: [
      (value) => isFinite(value) && value as number > 0,
      "a positive number",
    ],
    thresholds: [
      (value) =>
        Array.isArray(value) && value.length === numLabels &&
        value.every((each) => isFinite(each) && each >= 0 && each <= 1),
      `${numLabels} probabilities`,
    ],
    no_answer_threshold: [isFinite, "a number"],
  };
  if (!isObject(json)) throw wrong("inference", "an object", json);
  for (const [name, value] of Object.entries(json)) {
    const rule = rules[name];
    if (rule === undefined) {
      const known = Object.keys(rules).join(", ");
      throw wrong(`inference.${name}`, `one of ${known}`, value);
    }
    const [holds, must] = rule;
    if (!holds(value)) throw wrong(`inference.${name}`, must, value);
  }
  const { max_length, stride, temperature, thresholds, no_answer_threshold } =
    json;
  return Object.fromEntries(
    Object.entries({
      maxLength: max_length,
      stride,
      temperature,
      thresholds,
      noAnswerThreshold: no_answer_threshold,
    }).filter(([, value]) => value !== undefined),
  );
}

function wrong(name: string, must: string, value: unknown): TypeError {
  return new TypeError(
    `Cannot read "config.json": "${name}" must be ${must}; found ${
      quoted(value)
    }`,
  );
}
