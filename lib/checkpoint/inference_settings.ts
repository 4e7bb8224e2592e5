/**
 * Inference settings: what was chosen on the validation set, kept with the model in its
 * `config.json`, under `inference`.
 *
 * @module
 */

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

/** The name of a setting in the file, what it must be, and whether it is. */
type Rule = readonly [
  name: string,
  must: string,
  holds: (value: unknown) => boolean,
];

function rulesFor(numLabels: number): Record<keyof InferenceSettings, Rule> {
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && value as number >= 0;
  const isWithin = (value: unknown, least: number, most: number): boolean =>
    Number.isFinite(value) && value as number >= least &&
    value as number <= most;
  return {
    maxLength: ["max_length", "a whole number", isCount],
    stride: ["stride", "a whole number", isCount],
    temperature: [
      "temperature",
      "a positive number",
      (value) => isWithin(value, Number.MIN_VALUE, Infinity),
    ],
    thresholds: [
      "thresholds",
      `${numLabels} probabilities`,
      (values) =>
        Array.isArray(values) && values.length === numLabels &&
        values.every((value) => isWithin(value, 0, 1)),
    ],
    noAnswerThreshold: ["no_answer_threshold", "a number", Number.isFinite],
  };
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
  return Object.fromEntries(
    Object.entries(rulesFor(0)).map(([field, [name]]) => [
      name,
      settings[field as keyof InferenceSettings],
    ]),
  );
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
  if (!isObject(json)) throw wrong("inference", "an object", json);
  const rules = Object.entries(rulesFor(numLabels));
  const settings = Object.entries(json).map(([name, value]) => {
    const [field, rule] = rules.find(([, [known]]) => known === name) ?? [];
    if (rule === undefined) {
      const known = rules.map(([, [name]]) => name).join(", ");
      throw wrong(`inference.${name}`, `one of ${known}`, value);
    }
    const [, must, holds] = rule;
    if (!holds(value)) throw wrong(`inference.${name}`, must, value);
    return [field, value];
  });
  return Object.fromEntries(settings);
}

function wrong(name: string, must: string, value: unknown): TypeError {
  return new TypeError(
    `Cannot read "config.json": "${name}" must be ${must}; found ${
      quoted(value)
    }`,
  );
}
