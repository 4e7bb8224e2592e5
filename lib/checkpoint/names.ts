/** The names in a checkpoint ↔ the parameters of the model. @module */

import type { Parameter } from "../model/parameters.ts";
import type { TensorFact } from "./safetensors_header.ts";

/** What may be new: whole parts above the encoder. */
const PARTS = [
  "classifier",
  "classifier_hidden",
  "qa_outputs",
  "bert.pooler.dense",
  "cls.predictions",
  "cls.seq_relationship",
] as const;

/** Copies of the word embeddings and of a bias, which older files hold twice. */
const TIED = ["cls.predictions.decoder.weight", "cls.predictions.decoder.bias"];

/** Which tensor of a file is which parameter. */
export type NameMatch = {
  /** The tensor's name in the file, by the parameter's name. */
  readonly found: ReadonlyMap<string, string>;
  /** Parameters that the file lacks, in the model's order. */
  readonly missing: readonly Parameter[];
  /** Names in the file that are no parameter, in the file's order. */
  readonly unexpected: readonly string[];
};

/**
 * The name that Python's models with a head have today for a tensor.
 *
 * Files of `BertModel` lack the prefix `bert.`; files converted from TensorFlow before
 * 2019 call a norm's weight and bias `gamma` and `beta`.
 *
 * @example
 * ```ts
 * import { presentName } from "bertbook/checkpoint/names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   presentName("embeddings.LayerNorm.gamma"),
 *   "bert.embeddings.LayerNorm.weight",
 * );
 * ```
 *
 * @param name The name in the file.
 * @returns The present name.
 */
export function presentName(name: string): string {
  return name
    .replace(/\bLayerNorm\.gamma$/, "LayerNorm.weight")
    .replace(/\bLayerNorm\.beta$/, "LayerNorm.bias")
    .replace(/^(?=(embeddings|encoder|pooler)\.)/, "bert.");
}

/**
 * Finds each parameter in a file.
 *
 * The decoder of masked language modelling is tied to the word embeddings: a copy of
 * it in the file is passed over, as Python does.
 *
 * @param parameters What the model has.
 * @param names What the file has.
 * @param file The file's name, for messages.
 * @returns Found, missing and unexpected names: together, all there are but copies.
 * @throws {SyntaxError} If two names in the file are one parameter.
 * @throws {RangeError} If a part of the encoder is missing, or half of a head, or if
 * the file has more layers than the model.
 */
export function matchNames(
  parameters: readonly Parameter[],
  names: Iterable<string>,
  file: string,
): NameMatch {
  const wanted = new Map(
    parameters.map(({ name }) => [presentName(name), name]),
  );
  const hasDecoder = wanted.has("cls.predictions.bias");
  const found = new Map<string, string>();
  const unexpected: string[] = [];
  for (const stored of names) {
    const present = presentName(stored);
    const name = wanted.get(present);
    if (name === undefined) {
      if (!(hasDecoder && TIED.includes(present))) unexpected.push(stored);
      continue;
    }
    const other = found.get(name);
    if (other !== undefined) {
      throw new SyntaxError(
        `Cannot load "${file}" as each parameter must stand in it once: ` +
          `"${other}" and "${stored}" are both ${present}`,
      );
    }
    found.set(name, stored);
  }
  const missing = parameters.filter(({ name }) => !found.has(name));
  checkLayers(parameters, unexpected, file);
  checkMissing(parameters, missing, file);
  return { found, missing, unexpected };
}

/** Refuses to use the lower layers of a deeper model without a word. */
function checkLayers(
  parameters: readonly Parameter[],
  unexpected: readonly string[],
  file: string,
): void {
  const extra = unexpected.find((name) =>
    /^bert\.encoder\.layer\.\d+\./.test(presentName(name))
  );
  if (extra === undefined) return;
  const numLayers = parameters
    .filter(({ name }) => name.endsWith(".intermediate.dense.bias")).length;
  throw new RangeError(
    `Cannot load "${file}" as the encoder must have the ${numLayers} layers of its ` +
      `configuration and nothing else: found "${extra}"; is config.json of this model?`,
  );
}

/** Only whole parts may be new; the rest is what was pretrained. */
function checkMissing(
  parameters: readonly Parameter[],
  missing: readonly Parameter[],
  file: string,
): void {
  const isIn = (part: string) => ({ name }: Parameter): boolean =>
    presentName(name).startsWith(`${part}.`);
  const newParts = PARTS.filter((part) =>
    missing.filter(isIn(part)).length === parameters.filter(isIn(part)).length
  );
  const lost = missing
    .filter((parameter) => !newParts.some((part) => isIn(part)(parameter)))
    .map(({ name }) => name);
  if (lost.length === 0) return;
  const shown = lost.slice(0, 3).map((name) => `"${name}"`).join(", ");
  throw new RangeError(
    `Cannot load "${file}" as only a head or a pooler may be new: ` +
      `${lost.length} of ${parameters.length} tensors are missing, ${shown}` +
      `${lost.length > 3 ? " …" : ""}; is this a BERT checkpoint?`,
  );
}

/**
 * Compares the shapes in a file with those of the model, before anything is allocated.
 *
 * @param parameters What the model has.
 * @param match Where each stands in the file.
 * @param tensors What the file says of its tensors.
 * @throws {RangeError} If a shape differs.
 */
export function checkShapes(
  parameters: readonly Parameter[],
  match: NameMatch,
  tensors: ReadonlyMap<string, TensorFact>,
): void {
  for (const { name, shape } of parameters) {
    const stored = match.found.get(name);
    if (stored === undefined) continue;
    const found = tensors.get(stored)!.shape;
    if (
      found.length === shape.length &&
      found.every((size, i) => size === shape[i])
    ) {
      continue;
    }
    throw new RangeError(
      `Cannot load "${stored}" as its shape must be [${shape.join(", ")}]: ` +
        `found [${found.join(", ")}]; is config.json of this model?`,
    );
  }
}
