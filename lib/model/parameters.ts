/**
 * Model parameters: where each is in the tree, its role and its shape, and how a new
 * one is initialized. A list of facts, so that a model can be described, checked and
 * loaded before anything is allocated.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { statelessUniform } from "../engine/random.ts";
import { cos, log } from "../exact_math.ts";
import type { BertConfig } from "./config.ts";

/**
 * What a parameter does, which decides how it is initialized and stored, and whether
 * weight decay applies to it.
 */
export type ParameterRole = "embedding" | "kernel" | "bias" | "weight";

/** One parameter, without its values. */
export type Parameter = {
  /** Its path in the tree, such as "layers.0.attention.query.kernel". */
  readonly path: string;
  readonly role: ParameterRole;
  /** Its shape in Python's model; a kernel is [Out, In] there and [In, Out] here. */
  readonly shape: readonly number[];
};

/**
 * The parameters of the encoder, and of its pooler if it has one, in the order of
 * Python's `BertModel`.
 *
 * @example BERT-Base has 199
 * ```ts
 * import { BERT_BASE } from "bertbook";
 * import { bertParameters } from "bertbook/model/parameters.ts";
 * import assert from "node:assert/strict";
 *
 * const parameters = bertParameters(BERT_BASE);
 * assert.equal(parameters.length, 199);
 * assert.equal(parameters[0]!.path, "embeddings.word");
 * assert.deepEqual(parameters[0]!.shape, [30_522, 768]);
 * ```
 *
 * @param config The sizes.
 * @returns One entry for each tensor.
 */
export function bertParameters(config: BertConfig): Parameter[] {
  const { hiddenSize: D, hasPooler } = config;
  return [
    ...encoderParameters(config),
    ...(hasPooler ? linearParameters("pooler", [D, D]) : []),
  ];
}

/**
 * The parameters of the encoder without its pooler.
 *
 * @param config The sizes.
 * @returns One entry for each tensor.
 */
export function encoderParameters(config: BertConfig): Parameter[] {
  const { hiddenSize: D, numLayers, typeVocabSize } = config;
  const { embeddingSize: E = D } = config;
  const embedding = (field: string, numRows: number): Parameter => ({
    path: `embeddings.${field}`,
    role: "embedding",
    shape: [numRows, E],
  });
  return [
    embedding("word", config.vocabSize),
    embedding("position", config.maxPositionEmbeddings),
    ...(typeVocabSize > 0 ? [embedding("tokenType", typeVocabSize)] : []),
    ...normParameters("embeddings.norm", E),
    ...(E === D ? [] : linearParameters("embeddings.project", [D, E])),
    ...Array.from(
      { length: numLayers },
      (_, layer) => under(`layers.${layer}`, layerParameters(config)),
    ).flat(),
  ];
}

/**
 * The parameters of a part of a larger model.
 *
 * @param part The part's path.
 * @param parameters By their paths in the part.
 */
export function under(
  part: string,
  parameters: readonly Parameter[],
): Parameter[] {
  return parameters.map(({ path, ...fact }) => ({
    path: `${part}.${path}`,
    ...fact,
  }));
}

/** The number of values in `parameter`. */
export function sizeOf(parameter: Parameter): number {
  return parameter.shape.reduce((product, size) => product * size, 1);
}

/**
 * The parameters of an encoder layer.
 *
 * @param config The sizes.
 * @returns One entry for each tensor, by its path in the layer.
 */
export function layerParameters(
  config: Pick<BertConfig, "hiddenSize" | "intermediateSize">,
): Parameter[] {
  const { hiddenSize: D, intermediateSize: F } = config;
  return [
    ...linearParameters("attention.query", [D, D]),
    ...linearParameters("attention.key", [D, D]),
    ...linearParameters("attention.value", [D, D]),
    ...linearParameters("attention.output", [D, D]),
    ...normParameters("attentionNorm", D),
    ...linearParameters("intermediate", [F, D]),
    ...linearParameters("output", [D, F]),
    ...normParameters("outputNorm", D),
  ];
}

/**
 * The two parameters of a linear layer.
 *
 * @param path Its path in the tree.
 * @param shape [Out, In], as Python keeps it.
 */
export function linearParameters(path: string, shape: number[]): Parameter[] {
  const bias = shape.slice(0, 1);
  return [
    { path: `${path}.kernel`, role: "kernel", shape },
    { path: `${path}.bias`, role: "bias", shape: bias },
  ];
}

/**
 * The two parameters of a layer normalization.
 *
 * @param path Its path in the tree.
 * @param size D.
 */
export function normParameters(path: string, size: number): Parameter[] {
  return [
    { path: `${path}.weight`, role: "weight", shape: [size] },
    { path: `${path}.bias`, role: "bias", shape: [size] },
  ];
}

type Branch = { [step: string]: Branch | tf.Tensor } | (Branch | tf.Tensor)[];

/**
 * Unflattens a list of parameters into a tree; a numeric step of a path makes an array.
 *
 * @param parameters What the tree holds.
 * @param tensorFor Makes the tensor of a parameter, kernels as [In, Out].
 * @returns The tree, which owns the tensors; the caller knows its type.
 */
export function unflatten<P extends Parameter>(
  parameters: readonly P[],
  tensorFor: (parameter: P) => tf.Tensor,
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

/** A source of normal deviates, mean 0 and variance 1. */
export type RandomLike = { normal(): number };

/** Deviates that are drawn at a time. */
const BLOCK = 4096;

/**
 * Normal deviates that are a function of the seed alone (Box and Muller, 1958).
 *
 * @param seed An integer of 32 bits.
 * @returns The source, which counts what it has given.
 */
export function normalRandom(seed: number): RandomLike {
  let uniforms = new Float32Array(0), next = 0, block = 0;
  return {
    normal: (): number => {
      if (next === uniforms.length) {
        uniforms = statelessUniform(2 * BLOCK, [seed | 0, block++]);
        next = 0;
      }
      const radius = Math.sqrt(-2 * log(1 - uniforms[next++]!));
      return radius * cos(2 * Math.PI * uniforms[next++]!);
    },
  };
}

/**
 * A new parameter: kernels and embeddings N(0, initializerRange²), norms 1, biases 0.
 *
 * As Python's transformers does; the original code of Devlin et al. (2019) cuts the
 * normal off at two standard deviations.
 *
 * @param parameter Its role and shape.
 * @param config Supplies `initializerRange`.
 * @param random The deviates, drawn in the order of the tensor's values.
 * @returns The tensor, a kernel as [In, Out]; the caller disposes it.
 */
export function initParameter(
  parameter: Parameter,
  config: Pick<BertConfig, "initializerRange">,
  random: RandomLike,
): tf.Tensor {
  const { role, shape } = parameter;
  if (role === "weight") return tf.ones([...shape]);
  if (role === "bias") return tf.zeros([...shape]);
  const values = new Float32Array(sizeOf(parameter));
  for (let i = 0; i < values.length; i++) {
    values[i] = config.initializerRange * random.normal();
  }
  return tf.tensor(values, role === "kernel" ? shape.toReversed() : [...shape]);
}
