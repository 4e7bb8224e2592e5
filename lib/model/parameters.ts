/**
 * The parameters of BERT: where each stands in our tree, what Hugging Face calls it,
 * and its shape. A list of facts, so that a model can be described, checked and
 * loaded before anything is allocated.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { BertParams } from "./bert.ts";
import type { ClassifierParams } from "./heads/sequence_classifier.ts";
import { DEFAULT_CLASSIFIER_HEAD } from "./classifier_head_config.ts";
import type { BertConfig } from "./config.ts";

/** What a parameter does, which decides how it is initialized and stored. */
export type ParameterRole = "embedding" | "kernel" | "bias" | "weight";

/** One parameter, without its values. */
export type Parameter = {
  /** Its place in the tree, such as "layers.0.attention.query.kernel". */
  readonly path: string;
  /** Its name in Python's model, e.g. "encoder.layer.0.attention.self.query.weight". */
  readonly name: string;
  readonly role: ParameterRole;
  /** Its shape in Python's model; a kernel is [Out, In] there and [In, Out] here. */
  readonly shape: readonly number[];
};

/**
 * The parameters of the encoder and its pooler, in the order of Python's `BertModel`.
 *
 * @example BERT-Base has 199
 * ```ts
 * import { BERT_BASE } from "bertbook/model/config.ts";
 * import { bertParameters } from "bertbook/model/parameters.ts";
 * import assert from "node:assert/strict";
 *
 * const parameters = bertParameters(BERT_BASE);
 * assert.equal(parameters.length, 199);
 * assert.equal(parameters[0]!.name, "embeddings.word_embeddings.weight");
 * assert.deepEqual(parameters[0]!.shape, [30_522, 768]);
 * ```
 *
 * @param config The sizes.
 * @returns One entry for each tensor.
 */
export function bertParameters(config: BertConfig): Parameter[] {
  const { hiddenSize: D, vocabSize, maxPositionEmbeddings, typeVocabSize } =
    config;
  return [
    embedding("word", "word_embeddings", [vocabSize, D]),
    embedding("position", "position_embeddings", [maxPositionEmbeddings, D]),
    embedding("segment", "token_type_embeddings", [typeVocabSize, D]),
    ...normParameters("embeddings.norm", "embeddings.LayerNorm", D),
    ...Array.from({ length: config.numLayers }, (_, layer) => {
      return layerParameters(config).map(({ path, name, ...fact }) => ({
        path: `layers.${layer}.${path}`,
        name: `encoder.layer.${layer}.${name}`,
        ...fact,
      }));
    }).flat(),
    ...linearParameters("pooler", "pooler.dense", [D, D]),
  ];
}

/**
 * The parameters of a sequence classifier, in the order of Python's
 * `BertForSequenceClassification`.
 *
 * @param config The sizes.
 * @param numLabels C: the number of classes.
 * @returns One entry for each tensor: the encoder's, two for each hidden layer, and
 * two more.
 */
export function classifierParameters(
  config: BertConfig,
  numLabels: number,
): Parameter[] {
  const { hiddenSizes } = config.classifier ?? DEFAULT_CLASSIFIER_HEAD;
  const sizes = [config.hiddenSize, ...hiddenSizes];
  return [
    ...underBert(bertParameters(config)),
    ...hiddenSizes.flatMap((size, i) =>
      linearParameters(`hidden.${i}`, `classifier_hidden.${i}`, [
        size,
        sizes[i]!,
      ])
    ),
    ...linearParameters("classifier", "classifier", [
      numLabels,
      sizes.at(-1)!,
    ]),
  ];
}

/**
 * The parameters of a model as the part `bert` of a larger one.
 *
 * @param parameters Of the encoder, with or without its pooler.
 */
export function underBert(parameters: readonly Parameter[]): Parameter[] {
  return parameters.map(({ path, name, ...fact }) => ({
    path: `bert.${path}`,
    name: `bert.${name}`,
    ...fact,
  }));
}

/** The number of values in `parameter`. */
export function sizeOf(parameter: Parameter): number {
  return parameter.shape.reduce((product, size) => product * size, 1);
}

function layerParameters(config: BertConfig): Parameter[] {
  const { hiddenSize: D, intermediateSize: F } = config;
  return [
    ...linearParameters("attention.query", "attention.self.query", [D, D]),
    ...linearParameters("attention.key", "attention.self.key", [D, D]),
    ...linearParameters("attention.value", "attention.self.value", [D, D]),
    ...linearParameters("attention.output", "attention.output.dense", [D, D]),
    ...normParameters("attentionNorm", "attention.output.LayerNorm", D),
    ...linearParameters("intermediate", "intermediate.dense", [F, D]),
    ...linearParameters("output", "output.dense", [D, F]),
    ...normParameters("outputNorm", "output.LayerNorm", D),
  ];
}

function embedding(field: string, name: string, shape: number[]): Parameter {
  return {
    path: `embeddings.${field}`,
    name: `embeddings.${name}.weight`,
    role: "embedding",
    shape,
  };
}

/**
 * The two parameters of a linear map.
 *
 * @param path Its place in our tree.
 * @param name Its name in Python's model.
 * @param shape [Out, In], as Python keeps it.
 */
export function linearParameters(
  path: string,
  name: string,
  shape: number[],
): Parameter[] {
  const bias = shape.slice(0, 1);
  return [
    { path: `${path}.kernel`, name: `${name}.weight`, role: "kernel", shape },
    { path: `${path}.bias`, name: `${name}.bias`, role: "bias", shape: bias },
  ];
}

/**
 * The two parameters of a layer normalization.
 *
 * @param path Its place in our tree.
 * @param name Its name in Python's model.
 * @param size D.
 */
export function normParameters(
  path: string,
  name: string,
  size: number,
): Parameter[] {
  const shape = [size];
  return [
    { path: `${path}.weight`, name: `${name}.weight`, role: "weight", shape },
    { path: `${path}.bias`, name: `${name}.bias`, role: "bias", shape },
  ];
}

/**
 * Grows the tree of an encoder from one tensor for each parameter.
 *
 * @param config The sizes.
 * @param tensorFor Makes the tensor of a parameter, kernels as [In, Out].
 * @returns The tree, which owns the tensors.
 */
export function growBert(
  config: BertConfig,
  tensorFor: (parameter: Parameter) => tf.Tensor,
): BertParams {
  return grow(bertParameters(config), tensorFor) as BertParams;
}

/**
 * Grows the tree of a sequence classifier from one tensor for each parameter.
 *
 * @param config The sizes.
 * @param numLabels C: the number of classes.
 * @param tensorFor Makes the tensor of a parameter, kernels as [In, Out].
 * @returns The tree, which owns the tensors.
 */
export function growClassifier(
  config: BertConfig,
  numLabels: number,
  tensorFor: (parameter: Parameter) => tf.Tensor,
): ClassifierParams {
  const parameters = classifierParameters(config, numLabels);
  return grow(parameters, tensorFor) as ClassifierParams;
}

type Branch = { [step: string]: Branch | tf.Tensor } | (Branch | tf.Tensor)[];

/**
 * Plants each tensor at its path; a numeric step makes an array.
 *
 * @param parameters What the tree holds.
 * @param tensorFor Makes the tensor of a parameter, kernels as [In, Out].
 * @returns The tree, which owns the tensors; the caller knows its type.
 */
export function grow(
  parameters: readonly Parameter[],
  tensorFor: (parameter: Parameter) => tf.Tensor,
): unknown {
  const root: Branch = {};
  for (const parameter of parameters) {
    const steps = parameter.path.split(".");
    let branch = root as Record<string, Branch | tf.Tensor>;
    steps.slice(0, -1).forEach((step, i) => {
      branch[step] ??= /^\d+$/.test(steps[i + 1]!) ? [] : {};
      branch = branch[step] as Record<string, Branch | tf.Tensor>;
    });
    branch[steps.at(-1)!] = tensorFor(parameter);
  }
  return root;
}
