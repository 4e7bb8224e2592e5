/** A folder in Hugging Face's layout → a model with one of the seven heads. @module */

import * as tf from "@tensorflow/tfjs";
import { basename, join } from "node:path";
import type { ClassifierHeadConfig } from "../model/classifier_head_config.ts";
import { configFromJson } from "../model/config.ts";
import { growHead, type HeadName, HEADS } from "../model/heads/heads.ts";
import { initParameter, normalRandom } from "../model/initialize.ts";
import { type Parameter, sizeOf } from "../model/parameters.ts";
import { checkVocabularySize } from "../tokenizer/vocabulary.ts";
import { withShape } from "./classifier_head_config.ts";
import type { HeadModel } from "./head_model.ts";
import { chooseLabels, labelsFrom } from "./labels.ts";
import { checkShapes, matchNames, type NameMatch } from "./names.ts";
import { standingFolder } from "./replace.ts";
import { openSafetensors, type SafetensorsFile } from "./safetensors.ts";
import { WEIGHTS_FILE } from "./save_model.ts";
import {
  readJsonObject,
  readTokenizer,
  tokenizerWarning,
} from "./tokenizer_files.ts";
import { ensureEngine } from "../engine/start_engine.ts";

export type { ClassifierModel, HeadModel } from "./head_model.ts";
export { saveClassifier, saveModel } from "./save_model.ts";

/** What became of the tensors of a file and of the parameters of the model. */
export type LoadReport = {
  /** Parameters that were read, as tensors. */
  loaded: number;
  /** Parameters that the file lacks, by Python's names. */
  missing: string[];
  /** Tensors in the file that the model has no place for. */
  unexpected: string[];
  /** Parameters that are new and random, or 0 for a bias: they need training. */
  initialized: string[];
  /** Values in all parameters of the model. */
  parameters: number;
  /** What a reader of any result must know. */
  warnings: string[];
};

/** A model, and how it came to be. */
export type LoadedModel<H extends HeadName> = HeadModel<H> & {
  report: LoadReport;
};

/** A classifier, and how it came to be. */
export type LoadedClassifier = LoadedModel<"sequence-classification">;

/** What to make of a checkpoint. */
export type LoadOptions = {
  /**
   * The classes; may be left out if the checkpoint has a trained classifier, or the
   * head has no classes.
   */
  labels?: readonly string[];
  /**
   * What a new classifier of sequences has above the encoder; a trained one keeps
   * what it has. Default the checkpoint's, which is the usual if it has no word.
   */
  classifier?: Partial<ClassifierHeadConfig>;
  /** Decides the values of new parameters. */
  seed: number;
};

/**
 * Loads a BERT as a sequence classifier: {@linkcode loadModel} with that head.
 *
 * @param folder A model in Hugging Face's layout.
 * @param options The classes and the seed.
 * @returns The model and the report; the caller disposes `params`.
 * @throws As {@linkcode loadModel} does.
 */
export function loadClassifier(
  folder: string,
  options: LoadOptions,
): Promise<LoadedClassifier> {
  return loadModel("sequence-classification", folder, options);
}

/**
 * Loads a BERT under one of its heads.
 *
 * Configuration, vocabulary, names and shapes are compared before anything is
 * allocated. A head or a pooler that the file lacks is new, and the report says so;
 * nothing else may be.
 *
 * @param head What the model is to say.
 * @param folder A model in Hugging Face's layout, saved under any head.
 * @param options The classes and the seed.
 * @returns The model and the report; the caller disposes `params`.
 * @throws {SyntaxError} If a file is malformed.
 * @throws {TypeError} If the model is of another architecture.
 * @throws {RangeError} If configuration, vocabulary, labels and weights do not fit
 * one another, or a weight is not finite.
 */
export async function loadModel<H extends HeadName>(
  head: H,
  folder: string,
  options: LoadOptions,
): Promise<LoadedModel<H>> {
  const standing = await standingFolder(folder);
  const settings = await readJsonObject(standing, "config.json");
  const stored = configFromJson(settings, "config.json");
  const tokenizer = await readTokenizer(standing);
  checkVocabularySize(tokenizer.vocabulary, stored.vocabSize);

  const isUntrained = settings["untrained"] === true;
  using file = isUntrained ? undefined : await openWeights(standing);
  const numTrained = file ? trainedClasses(file) : 0;
  const labels = HEADS[head].hasLabels
    ? chooseLabels(
      options.labels,
      labelsFrom(settings["id2label"]),
      numTrained,
    )
    : [];
  const config = head === "sequence-classification"
    ? withShape(stored, options.classifier, numTrained > 0)
    : stored;
  const numLabels = labels.length;
  const parameters = HEADS[head].parameters(config, numLabels);
  const match = file
    ? matchNames(parameters, file.tensors.keys(), file.file)
    : { found: new Map<string, string>(), missing: parameters, unexpected: [] };
  if (file) checkShapes(parameters, match, file.tensors);

  await ensureEngine();
  const random = normalRandom(options.seed);
  const params = tf.tidy(() =>
    growHead(head, { config, numLabels }, (parameter) => {
      const stored = match.found.get(parameter.name);
      return file && stored !== undefined
        ? asTensor(parameter, file.read(stored))
        : initParameter(parameter, config, random);
    })
  );
  const name = String(settings["base_model"] ?? basename(folder));
  const warnings = [
    isUntrained
      ? `"${name}" is untrained: all its weights are random`
      : undefined,
    tokenizerWarning(tokenizer),
  ].filter((warning) => warning !== undefined);
  const report = { ...reportOf(parameters, match), warnings };
  return { config, params, tokenizer, labels, name, report };
}

/** Opens the weights, or says why there are none that may be opened. */
async function openWeights(folder: string): Promise<SafetensorsFile> {
  try {
    return await openSafetensors(join(folder, WEIGHTS_FILE));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    const pickle = names.find((name) => /\.(bin|pt|pth|ckpt|pkl)$/.test(name));
    throw new TypeError(
      `Cannot load "${
        basename(folder)
      }" as its weights must be in ${WEIGHTS_FILE}: ` +
        (pickle === undefined
          ? `found ${names.toSorted().join(", ")}`
          : `"${pickle}" is a pickle, which may run any code when read`) +
        `; save the model again with Python's save_pretrained`,
    );
  }
}

/** How many classes the classifier in the file has, whatever it classifies; or 0. */
function trainedClasses(file: SafetensorsFile): number {
  return file.tensors.get("classifier.weight")?.shape[0] ?? 0;
}

/** A kernel is stored as [Out, In] and used as [In, Out]; the engine turns it. */
function asTensor(
  { role, shape }: Parameter,
  values: Float32Array,
): tf.Tensor {
  if (role !== "kernel") return tf.tensor(values, [...shape]);
  return tf.tidy(() => tf.tensor(values, [...shape]).transpose());
}

function reportOf(
  parameters: readonly Parameter[],
  { found, missing, unexpected }: NameMatch,
): Omit<LoadReport, "warnings"> {
  const names = missing.map(({ name }) => name);
  return {
    loaded: found.size,
    missing: names,
    unexpected: [...unexpected],
    initialized: [...names],
    parameters: parameters.reduce((sum, entry) => sum + sizeOf(entry), 0),
  };
}

/** A model that guesses words, and perhaps judges pairs. */
export type PretrainableModel =
  | HeadModel<"masked-lm">
  | HeadModel<"pretraining">;
