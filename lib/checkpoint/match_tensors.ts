/** Tensor names: which tensor of a file is which parameter of the model. @module */

import type { ModelType } from "../model/config.ts";
import { ARCHITECTURES, type NamedParameter } from "./architectures.ts";
import type { TensorFact } from "./safetensors_header.ts";

/** A file of weights, and what it claims to be. */
type Source = { readonly file: string; readonly modelType: ModelType };

/** Which tensor of a file is which parameter. */
export type NameMatch = {
  /** The tensor's name in the file, by the parameter's name. */
  readonly found: ReadonlyMap<string, string>;
  /** Parameters that the file lacks, in the model's order. */
  readonly missing: readonly NamedParameter[];
  /** Names in the file that are no parameter, in the file's order. */
  readonly unexpected: readonly string[];
  /** What a wrapper has put into names, such as "module."; undefined if nothing. */
  readonly wrapper?: string | undefined;
};

/** What is between two parts of a name, or in front, if a wrapper saved the model. */
const WRAPPERS =
  /(?<=^|\.)(?:_orig_mod|module|model|_forward_module|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;

/**
 * The name that Python's models with a head have today for a tensor.
 *
 * Files of a bare encoder lack the prefix `bert.`; files converted from TensorFlow
 * before 2019 call a norm's weight and bias `gamma` and `beta`; the names in files of a
 * wrapped model, such as one that PyTorch compiles, have the wrapper's in them.
 *
 * @example
 * ```ts
 * import { presentName } from "bertbook/checkpoint/match_tensors.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   presentName("embeddings.LayerNorm.gamma", "bert"),
 *   "bert.embeddings.LayerNorm.weight",
 * );
 * ```
 *
 * @param name The name in the file.
 * @param modelType The architecture.
 * @returns The present name.
 */
export function presentName(name: string, modelType: ModelType): string {
  return name
    .replace(WRAPPERS, "")
    .replace(/\bLayerNorm\.gamma$/, "LayerNorm.weight")
    .replace(/\bLayerNorm\.beta$/, "LayerNorm.bias")
    .replace(
      /^(?=(embeddings|embeddings_project|encoder|transformer|pooler)\.)/,
      `${modelType}.`,
    );
}

/**
 * Finds each parameter in a file.
 *
 * The decoder of masked language modelling is tied to the word embeddings: a file may
 * hold either, or both, of which one is read.
 *
 * @param parameters What the model has.
 * @param names What the file has.
 * @param source The file's name, for messages, and the architecture.
 * @returns Found, missing and unexpected names: together, all there are but copies.
 * @throws {SyntaxError} If two names in the file are one parameter.
 * @throws {RangeError} If a part of the encoder is missing, or half of a head, or if
 * the file has more layers than the model.
 */
export function matchNames(
  parameters: readonly NamedParameter[],
  names: Iterable<string>,
  source: Source,
): NameMatch {
  const { file, modelType } = source;
  const namesOf = namesInFiles(parameters, modelType);
  const known = new Set([...namesOf.values()].flat());
  const inFile = [...names].map((stored) => ({
    stored,
    present: presentName(stored, modelType),
  }));
  const stored = new Map<string, string>();
  for (const entry of inFile) {
    const other = stored.get(entry.present);
    if (other !== undefined && known.has(entry.present)) {
      throw new SyntaxError(
        `Cannot load "${file}": each parameter must be in it once; found ` +
          `"${other}" and "${entry.stored}", which are both ${entry.present}`,
      );
    }
    stored.set(entry.present, entry.stored);
  }
  const found = new Map<string, string>();
  for (const [name, all] of namesOf) {
    const present = all.find((each) => stored.has(each));
    if (present !== undefined) found.set(name, stored.get(present)!);
  }
  const used = new Set(found.values());
  const hasDecoder = parameters.some(({ path }) => path === "predictions.bias");
  const unexpected = inFile
    .filter((entry) =>
      !used.has(entry.stored) && !(hasDecoder && known.has(entry.present))
    ).map((entry) => entry.stored);
  const missing = parameters.filter(({ name }) => !found.has(name));
  checkLayers(parameters, unexpected, source);
  checkMissing(parameters, { missing, unexpected }, source);
  const wrapper = [...used].flatMap((name) => name.match(WRAPPERS) ?? [])[0];
  return { found, missing, unexpected, wrapper };
}

/**
 * The names, of today, under which a file may hold each parameter.
 *
 * @param parameters What the model has.
 * @param modelType The architecture.
 * @returns By the parameter's name; of several in a file the first is read.
 */
export function namesInFiles(
  parameters: readonly NamedParameter[],
  modelType: ModelType,
): Map<string, readonly string[]> {
  const { tied } = ARCHITECTURES[modelType];
  const present = parameters.map(({ name }) => presentName(name, modelType));
  return new Map(present.map((own, i) => [
    parameters[i]!.name,
    (tied[own] ?? [own])
      .filter((name) => name === own || !present.includes(name)),
  ]));
}

/** Refuses to use the lower layers of a deeper model without a word. */
function checkLayers(
  parameters: readonly NamedParameter[],
  unexpected: readonly string[],
  { file, modelType }: Source,
): void {
  const inLayer = new RegExp(`^${modelType}\\.\\w+\\.layer\\.\\d+\\.`);
  const extra = unexpected
    .find((name) => inLayer.test(presentName(name, modelType)));
  if (extra === undefined) return;
  const numLayers = parameters
    .filter(({ path }) => path.endsWith(".intermediate.bias")).length;
  throw new RangeError(
    `Cannot load "${file}": the encoder must have the ${numLayers} layers of its ` +
      `configuration and nothing else; found "${extra}"; is config.json of this model?`,
  );
}

/** Only whole parts above the encoder may be new; the rest is what was pretrained. */
function checkMissing(
  parameters: readonly NamedParameter[],
  { missing, unexpected }: Pick<NameMatch, "missing" | "unexpected">,
  { file, modelType }: Source,
): void {
  const partOf = ({ path }: NamedParameter): string =>
    path.replace(/^bert\./, "").split(".")[0]!;
  const numIn = (list: readonly NamedParameter[], part: string): number =>
    list.filter((parameter) => partOf(parameter) === part).length;
  const lost = missing
    .filter((parameter) => {
      const part = partOf(parameter);
      return ["embeddings", "layers"].includes(part) ||
        numIn(missing, part) < numIn(parameters, part);
    })
    .map(({ name }) => name);
  if (lost.length === 0) return;
  const shown = lost.slice(0, 3).map((name) => `"${name}"`).join(", ");
  const { title } = ARCHITECTURES[modelType];
  const name = lost[0]!.replace(`${modelType}.`, "");
  const longer = unexpected.find((other) => other.endsWith(`.${name}`));
  const prefix = longer?.slice(0, -name.length).replace(`${modelType}.`, "");
  throw new RangeError(
    `Cannot load "${file}": only a head or a pooler may be new; found ` +
      `${lost.length} of ${parameters.length} tensors missing, ${shown}` +
      `${lost.length > 3 ? " …" : ""}; ` +
      (prefix
        ? `its names begin with "${prefix}"; save the ${title} inside it alone`
        : `is this a ${title} checkpoint?`),
  );
}

/**
 * Compares the shapes in a file with those of the model, before anything is allocated.
 *
 * @param parameters What the model has.
 * @param match The name of each in the file.
 * @param tensors The entries of the file's header.
 * @throws {RangeError} If a shape differs.
 */
export function checkShapes(
  parameters: readonly NamedParameter[],
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
      `Cannot load "${stored}": its shape must be [${shape.join(", ")}]; ` +
        `found [${found.join(", ")}]; is config.json of this model?`,
    );
  }
}
