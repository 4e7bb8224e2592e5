/** Saving a model as a folder in Hugging Face's layout. @module */

import { join } from "node:path";
import { namedLeaves } from "../engine/tensor_tree.ts";
import { type HeadName, HEADS } from "../model/heads/heads.ts";
import {
  ARCHITECTURES,
  configToJson,
  parametersOf,
  pythonNameOf,
} from "./architectures.ts";
import type { HeadModel } from "./pretrained.ts";
import { replaceFolder, writeSynced } from "./replace.ts";
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
 * The folder appears as a whole, in place of an older one.
 *
 * @param model The model; its parameters may be constants or variables.
 * @param folder Where to save it.
 * @returns The files and their sizes in bytes.
 * @throws {RangeError} If a weight is not finite; then the old folder stays.
 */
export async function saveModel<H extends HeadName>(
  model: HeadModel<H>,
  folder: string,
): Promise<{ file: string; bytes: number }[]> {
  const { config, tokenizer } = model;
  const texts = {
    "config.json": JSON.stringify(jsonOf(model), null, 2) + "\n",
    ...tokenizerFiles(tokenizer, {
      maxLength: config.maxPositionEmbeddings,
      className: ARCHITECTURES[config.modelType].tokenizerClass,
    }),
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

function jsonOf<H extends HeadName>(
  { head, config, labels, name }: HeadModel<H>,
): unknown {
  return configToJson(config, {
    architectures: [pythonNameOf(head, config.modelType)],
    base_model: name,
    ...HEADS[head].hasLabels && {
      id2label: Object.fromEntries(labels.entries()),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    },
    ...head === "sequence-classification" &&
      { problem_type: "single_label_classification" },
    dtype: "float32",
  });
}

/** The parameters by Python's names and in its shapes, read one by one. */
function tensorsOf<H extends HeadName>(
  { head, config, params, labels }: HeadModel<H>,
): TensorToWrite[] {
  const leaves = new Map(namedLeaves(params));
  return parametersOf(head, config, labels.length).map((parameter) => {
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
