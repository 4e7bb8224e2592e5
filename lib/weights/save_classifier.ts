/** A classifier → a folder in Hugging Face's layout. @module */

import { join } from "node:path";
import { namedLeaves } from "../engine/tensor_tree.ts";
import { configToJson } from "../model/config.ts";
import { classifierParameters } from "../model/parameters.ts";
import { checkFinite } from "./float_values.ts";
import type { ClassifierModel } from "./pretrained.ts";
import { replaceFolder, writeSynced } from "./replace.ts";
import { safetensorsChunks, type TensorToWrite } from "./safetensors.ts";
import { tokenizerFiles } from "./tokenizer_files.ts";

/** The one file of weights in a folder. */
export const WEIGHTS_FILE = "model.safetensors";

/**
 * Saves a classifier so that `loadClassifier` and Python's
 * `AutoModelForSequenceClassification.from_pretrained` open it.
 *
 * The folder appears as a whole, in the place of one that may stand there.
 *
 * @param model The classifier; its parameters may be constants or variables.
 * @param folder Where to save it.
 * @returns The files and their sizes.
 * @throws {RangeError} If a weight is not finite; then the old folder stays.
 */
export async function saveClassifier(
  model: ClassifierModel,
  folder: string,
): Promise<{ file: string; bytes: number }[]> {
  const texts = {
    "config.json": JSON.stringify(configOf(model), null, 2) + "\n",
    ...tokenizerFiles(model.tokenizer, model.config.maxLength),
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
    await write(WEIGHTS_FILE, safetensorsChunks(tensorsOf(model)));
  });
  return written;
}

function configOf({ config, labels, name }: ClassifierModel): unknown {
  return configToJson(config, {
    architectures: ["BertForSequenceClassification"],
    base_model: name,
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    pad_token_id: 0,
    problem_type: "single_label_classification",
    dtype: "float32",
  });
}

/** The parameters by Python's names and in its shapes, read one by one. */
function tensorsOf(
  { config, params, labels }: ClassifierModel,
): TensorToWrite[] {
  const leaves = new Map(namedLeaves(params));
  return classifierParameters(config, labels.length).map((parameter) => {
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
