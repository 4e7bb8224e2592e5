/** Saving a model as a folder in Hugging Face's layout. @module */

import { join } from "node:path";
import { namedLeaves } from "../engine/tensor_tree.ts";
import type { FileFact } from "../download/asset.ts";
import { checkKnownOptions } from "../options.ts";
import { PROBLEM_TYPES } from "../model/config.ts";
import { type HeadName, HEADS } from "../model/heads/heads.ts";
import {
  ARCHITECTURES,
  configToJson,
  parametersOf,
  pythonNameOf,
} from "./architectures.ts";
import { inferenceToJson } from "./inference_settings.ts";
import { namesInFiles } from "./match_tensors.ts";
import type { HeadModel } from "./pretrained.ts";
import { RECEIPT_FILE, receiptOf, type TrainingRecord } from "./receipt.ts";
import { replaceFolder, writeSynced } from "./atomic_write.ts";
import {
  checkFinite,
  safetensorsChunks,
  type TensorToWrite,
  WEIGHTS_FILE,
} from "./safetensors.ts";
import { tokenizerFiles } from "./tokenizer_files.ts";

/**
 * Saves a model so that `loadModel` and the class of the same name in Python's
 * transformers open it.
 *
 * The folder appears as a whole, in place of an older one. If the model was trained,
 * `receipt.json` says from what and how: see `Receipt`.
 *
 * @param model The model; its parameters may be constants or variables.
 * @param folder Where to save it.
 * @param options `unfinished`: whether a model may be saved whose training was stopped.
 * @returns The files and their sizes in bytes.
 * @throws {RangeError} If a weight is not finite, or the training of the model was
 * stopped and `unfinished` is not set; then the old folder stays.
 */
export async function saveModel<H extends HeadName>(
  model: HeadModel<H>,
  folder: string,
  options: { readonly unfinished?: boolean } = {},
): Promise<{ file: string; bytes: number }[]> {
  const { training } = model;
  checkKnownOptions("save a model", options, ["unfinished"]);
  if (!options.unfinished) {
    const wayOut = ", or set the option unfinished to save it as it is";
    checkTrained("save the model", training, wayOut);
  }
  const written: { file: string; bytes: number }[] = [];
  const facts: Record<string, FileFact> = {};
  await replaceFolder(folder, async (aside) => {
    const write = async (
      file: string,
      chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    ): Promise<void> => {
      const fact = await writeSynced(join(aside, file), chunks);
      facts[file] = fact;
      written.push({ file, bytes: fact.bytes });
    };
    for (const [file, text] of Object.entries(modelTexts(model))) {
      await write(file, [new TextEncoder().encode(text)]);
    }
    await write(WEIGHTS_FILE, safetensorsChunks(tensorsOf(model)));
    if (training === undefined) return;
    const receipt = await receiptOf(training, folder, { ...facts });
    const text = JSON.stringify(receipt, null, 2) + "\n";
    await write(RECEIPT_FILE, [new TextEncoder().encode(text)]);
  });
  return written;
}

/**
 * The text files of a model's folder: its configuration and its tokenizer.
 *
 * @param model The model.
 * @returns The text of each file, by its name.
 */
export function modelTexts<H extends HeadName>(
  model: HeadModel<H>,
): Record<string, string> {
  const { config, tokenizer } = model;
  return {
    "config.json": JSON.stringify(jsonOf(model), null, 2) + "\n",
    ...tokenizerFiles(tokenizer, {
      maxLength: config.maxPositionEmbeddings,
      className: ARCHITECTURES[config.modelType].tokenizerClass,
    }),
  };
}

/**
 * Refuses a model that a stopped cell or an error has left half trained.
 *
 * @param action What is to be done with the model.
 * @param training The record of its training; undefined if it was not trained.
 * @param wayOut What else than training again helps.
 * @throws {RangeError} If the training was stopped.
 */
export function checkTrained(
  action: string,
  training: TrainingRecord | undefined,
  wayOut = "",
): void {
  if (training === undefined) return;
  const { stage, step, totalSteps } = training;
  if (stage === "ended" || stage === "evaluated") return;
  throw new RangeError(
    `Cannot ${action}: its training must have ended; found that it was ` +
      `stopped at step ${step} of ${totalSteps}; train again${wayOut}`,
  );
}

function jsonOf<H extends HeadName>(
  { head, config, labels, name, inference }: HeadModel<H>,
): unknown {
  return configToJson(config, {
    architectures: [pythonNameOf(head, config.modelType)],
    base_model: name,
    ...HEADS[head].hasLabels && {
      id2label: Object.fromEntries(labels.entries()),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    },
    ...head === "sequence-classification" &&
      { problem_type: config.problemType ?? PROBLEM_TYPES[0] },
    ...inference && { inference: inferenceToJson(inference) },
    dtype: "float32",
  });
}

/** The parameters by Python's names and in its shapes, read one by one. */
function tensorsOf<H extends HeadName>(
  { head, config, params, labels }: HeadModel<H>,
): TensorToWrite[] {
  const leaves = new Map(namedLeaves(params));
  const parameters = parametersOf(head, config, labels.length);
  const namesOf = namesInFiles(parameters, config.modelType);
  return parameters.flatMap((parameter) => {
    const { name, path, role, shape } = parameter;
    const values = async (): Promise<Float32Array> => {
      const leaf = leaves.get(path)!;
      const stored = role === "kernel" ? leaf.transpose() : leaf;
      try {
        const values = await stored.data<"float32">();
        checkFinite(values, name);
        return values;
      } finally {
        if (stored !== leaf) stored.dispose();
      }
    };
    // Python's decoder, if it is not tied, has the bias under another name, too.
    const names = config.tieWordEmbeddings === false &&
        path === "predictions.bias"
      ? namesOf.get(name)!
      : [name];
    return names.map((name) => ({ name, shape, values }));
  });
}
