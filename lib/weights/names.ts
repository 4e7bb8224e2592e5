/** The names in a checkpoint ↔ the parameters of the model. @module */

import type { Parameter } from "../model/parameters.ts";
import type { TensorFact } from "./safetensors_header.ts";

/** What is new in a fine-tuned model: the heads above the encoder. */
const HEADS = ["classifier", "bert.pooler.dense"] as const;

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
 * The name that Python's `BertForSequenceClassification` has today for a tensor.
 *
 * Files of `BertModel` lack the prefix `bert.`; files converted from TensorFlow before
 * 2019 call a norm's weight and bias `gamma` and `beta`.
 *
 * @example
 * ```ts
 * import { presentName } from "bertbook/weights/names.ts";
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
 * @param parameters What the model has, named with the prefix `bert.`.
 * @param names What the file has.
 * @param file The file's name, for messages.
 * @returns Found, missing and unexpected names: together, all there are.
 * @throws {SyntaxError} If two names in the file are one parameter.
 * @throws {RangeError} If a part of the encoder is missing, or half of a head, or if
 * the file has more layers than the model.
 */
export function matchNames(
  parameters: readonly Parameter[],
  names: Iterable<string>,
  file: string,
): NameMatch {
  const wanted = new Set(parameters.map(({ name }) => name));
  const found = new Map<string, string>();
  const unexpected: string[] = [];
  for (const name of names) {
    const present = presentName(name);
    const other = found.get(present);
    if (other !== undefined) {
      throw new SyntaxError(
        `Cannot load "${file}" as each parameter must stand in it once: ` +
          `"${other}" and "${name}" are both ${present}`,
      );
    }
    if (wanted.has(present)) found.set(present, name);
    else unexpected.push(name);
  }
  const missing = parameters.filter(({ name }) => !found.has(name));
  checkLayers(wanted, unexpected, file);
  checkMissing(parameters, missing, file);
  return { found, missing, unexpected };
}

/** Refuses to use the lower layers of a deeper model without a word. */
function checkLayers(
  wanted: ReadonlySet<string>,
  unexpected: readonly string[],
  file: string,
): void {
  const extra = unexpected.find((name) =>
    /^bert\.encoder\.layer\.\d+\./.test(presentName(name))
  );
  if (extra === undefined) return;
  const numLayers =
    [...wanted].filter((name) => name.endsWith(".intermediate.dense.bias"))
      .length;
  throw new RangeError(
    `Cannot load "${file}" as the encoder must have the ${numLayers} layers of its ` +
      `configuration and nothing else: found "${extra}"; is config.json of this model?`,
  );
}

/** Only whole heads may be new; the rest is what was pretrained. */
function checkMissing(
  parameters: readonly Parameter[],
  missing: readonly Parameter[],
  file: string,
): void {
  const newHeads = HEADS.filter((head) => {
    const isPart = ({ name }: Parameter): boolean =>
      name.startsWith(`${head}.`);
    return missing.filter(isPart).length === parameters.filter(isPart).length;
  });
  const lost = missing.map(({ name }) => name)
    .filter((name) => !newHeads.some((head) => name.startsWith(`${head}.`)));
  if (lost.length === 0) return;
  const shown = lost.slice(0, 3).map((name) => `"${name}"`).join(", ");
  throw new RangeError(
    `Cannot load "${file}" as only a classifier or a pooler may be new: ` +
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
