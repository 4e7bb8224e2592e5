/** A model as files in Hugging Face's layout, wherever they are written. @module */

import { namedLeaves } from "../engine/tensor_tree.ts";
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
import type { HeadModel } from "./read_model.ts";
import { tokenizerFiles } from "./read_tokenizer.ts";
import {
  checkFinite,
  safetensorsChunks,
  type TensorToWrite,
} from "./safetensors_format.ts";

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

/**
 * The bytes of a model's weights as a safetensors file: the parameters by Python's names
 * and in its shapes, read one by one.
 *
 * @param model The model.
 * @returns A generator of the file's bytes.
 * @throws {RangeError} While it runs, if a weight is not finite.
 */
export function modelWeights<H extends HeadName>(
  { head, config, params, labels }: HeadModel<H>,
): AsyncGenerator<Uint8Array> {
  const leaves = new Map(namedLeaves(params));
  const parameters = parametersOf(head, config, labels.length);
  const namesOf = namesInFiles(parameters, config.modelType);
  const tensors = parameters.flatMap((parameter): TensorToWrite[] => {
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
  return safetensorsChunks(tensors);
}
