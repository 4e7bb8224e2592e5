/** A model → a folder in Hugging Face's layout. @module */

import { join } from "node:path";
import { namedLeaves } from "../engine/tensor_tree.ts";
import { configToJson } from "../model/config.ts";
import { type HeadName, HEADS } from "../model/heads/heads.ts";
import { checkFinite } from "./float_values.ts";
import type { ClassifierModel, HeadModel } from "./head_model.ts";
import { replaceFolder, writeSynced } from "./replace.ts";
import { safetensorsChunks, type TensorToWrite } from "./safetensors.ts";
import { tokenizerFiles } from "./tokenizer_files.ts";

/** The one file of weights in a folder. */
export const WEIGHTS_FILE = "model.safetensors";

/**
 * Saves a classifier so that `loadClassifier` and Python's
 * `AutoModelForSequenceClassification.from_pretrained` open it.
 *
 * @param model The classifier; its parameters may be constants or variables.
 * @param folder Where to save it.
 * @returns The files and their sizes.
 * @throws {RangeError} If a weight is not finite; then the old folder stays.
 */
export function saveClassifier(
  model: ClassifierModel,
  folder: string,
): Promise<{ file: string; bytes: number }[]> {
  return saveModel("sequence-classification", model, folder);
}

/**
 * Saves a model so that `loadModel` and the class of the same name in Python's
 * transformers open it.
 *
 * The folder appears as a whole, in the place of one that may stand there.
 *
 * @param head What the model says.
 * @param model The model; its parameters may be constants or variables.
 * @param folder Where to save it.
 * @returns The files and their sizes.
 * @throws {RangeError} If a weight is not finite; then the old folder stays.
 */
export async function saveModel<H extends HeadName>(
  head: H,
  model: HeadModel<H>,
  folder: string,
): Promise<{ file: string; bytes: number }[]> {
  const texts = {
    "config.json": JSON.stringify(configOf(head, model), null, 2) + "\n",
    ...tokenizerFiles(model.tokenizer, model.config.maxPositionEmbeddings),
  };
  const written: { file: string; bytes: number }[] = [];
  await replaceFolder(folder, async (aside) => {
    const write = async (
      file: string,
      chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    ): Promise<void> => {
      const bytes = await writeSynced(join(aside, file), chunks);
      written.push({ file, bytes });
    };
    for (const [file, text] of Object.entries(texts)) {
      await write(file, [new TextEncoder().encode(text)]);
    }
    await write(WEIGHTS_FILE, safetensorsChunks(tensorsOf(head, model)));
  });
  return written;
}

function configOf<H extends HeadName>(
  head: H,
  { config, labels, name }: HeadModel<H>,
): unknown {
  const { pythonName, hasLabels } = HEADS[head];
  return configToJson(config, {
    architectures: [pythonName],
    base_model: name,
    ...hasLabels && {
      id2label: Object.fromEntries(labels.entries()),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    },
    ...head === "sequence-classification" &&
      { problem_type: "single_label_classification" },
    pad_token_id: 0,
    dtype: "float32",
  });
}

/** The parameters by Python's names and in its shapes, read one by one. */
function tensorsOf<H extends HeadName>(
  head: H,
  { config, params, labels }: HeadModel<H>,
): TensorToWrite[] {
  const leaves = new Map(namedLeaves(params));
  return HEADS[head].parameters(config, labels.length).map((parameter) => {
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
    return { name, shape, values };
  });
}
