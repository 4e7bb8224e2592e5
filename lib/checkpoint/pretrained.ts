/** Loading a pretrained model, from a folder or by name, under one of seven heads. @module */

import * as tf from "@tensorflow/tfjs";
import { basename } from "node:path";
import { disposeTree, namedLeaves } from "../engine/tensor_tree.ts";
import type { HeadName } from "../model/heads/heads.ts";
import { readAtOnce } from "./atomic_write.ts";
import { ensureModel } from "./catalogue.ts";
import { untuned } from "./inference_settings.ts";
import {
  type HeadModel,
  type LoadedModel,
  type LoadOptions,
  modelFrom,
  type OpenedModel,
  openModel,
} from "./read_model.ts";
import { filesInFolder } from "./tokenizer_files.ts";

export type {
  ClassifierModel,
  HeadModel,
  LoadedModel,
  LoadOptions,
  LoadReport,
  ModelOrigin,
  PretrainableModel,
  RunModel,
} from "./read_model.ts";

/**
 * Loads a model of the catalogue or of Hugging Face's hub by its name, or a folder in
 * Hugging Face's layout. See `ensureModel` for what is downloaded.
 *
 * A trained model needs no options: the head and the labels are in its `config.json`.
 * For TypeScript a model without `head` is a classifier of sequences, the usual case;
 * `model.head` says what it is.
 *
 * Configuration, vocabulary, names and shapes are compared before anything is
 * allocated. Only a head or a pooler that the file lacks may be new, and the report
 * names it.
 *
 * @param folderOrName A name such as "all-MiniLM-L6-v2", "tiny" or
 * "google-bert/bert-base-cased", or a folder.
 * @param options The head, and the classes and the seed of a new one.
 * @returns The model and the report; the caller disposes `params`.
 * @throws {SyntaxError} If a file is malformed.
 * @throws {TypeError} If an option is unknown or of the wrong kind, or the model is of
 * another architecture.
 * @throws {RangeError} If there is no such model; if it is a bare encoder and `head`
 * is not given; if configuration, vocabulary, labels and weights do not fit one
 * another; or if a weight is not finite.
 * @throws {ProvisionError} If no source delivers a model that is not a folder.
 */
export async function loadModel<
  H extends HeadName = "sequence-classification",
>(
  folderOrName: string,
  options: LoadOptions<H> = {},
): Promise<LoadedModel<H>> {
  const open = async (): Promise<OpenedModel> => ({
    ...await readAtOnce(
      await ensureModel(folderOrName),
      (folder) => openModel(filesInFolder(folder)),
      ({ weights }) => weights?.[Symbol.dispose](),
    ),
    folder: basename(folderOrName),
  });
  const origin = { folderOrName, options };
  return { ...await modelFrom(open, options), origin };
}

/**
 * Gives a loaded model the weights that it was loaded with, in place, so that a cell that
 * trains it can be run again.
 *
 * @param model From {@linkcode loadModel}. A model that was not trained stays as it is.
 * @throws {TypeError} If it was not loaded.
 * @throws As {@linkcode loadModel} does.
 */
export async function reloadModel<H extends HeadName>(
  model: HeadModel<H>,
): Promise<void> {
  const { origin, training } = model;
  if (origin === undefined) {
    throw new TypeError(
      `Cannot reload the model: it must come from loadModel(); found one that does ` +
        `not; make it anew`,
    );
  }
  if (training === undefined) return;
  const fresh = await loadModel(origin.folderOrName, origin.options);
  const values = new Map(namedLeaves(fresh.params));
  for (const [path, leaf] of namedLeaves(model.params)) {
    if (leaf instanceof tf.Variable) leaf.assign(values.get(path)!);
  }
  disposeTree(fresh.params);
  delete model.training;
  if (model.inference !== undefined || fresh.inference !== undefined) {
    model.inference = { ...untuned(model.inference ?? {}), ...fresh.inference };
  }
}
