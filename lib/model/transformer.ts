/**
 * A transformer from scratch: any size, any of the usual choices, new parameters.
 *
 * BERT in `bert.ts` is one such model with its choices made and its token types added.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { type Dropout, NO_DROPOUT } from "../ops/dropout.ts";
import { gatherRows } from "../ops/embedding.ts";
import { layerNorm, type LayerNormParams } from "../ops/layer_norm.ts";
import { checkLength } from "./bert.ts";
import { BERT_TINY, type BertConfig, checkConfig } from "./config.ts";
import { addPositions, sinusoidalPositions } from "./embeddings.ts";
import { encoderLayer, type EncoderLayerParams } from "./encoder_layer.ts";
import {
  initParameter,
  layerParameters,
  normParameters,
  type Parameter,
  type RandomLike,
  under,
  unflatten,
} from "./parameters.ts";

/**
 * Position embeddings: a table that is trained (BERT, GPT), sines and cosines (Vaswani
 * et al., 2017), or none.
 */
export type Positions = "learned" | "sinusoidal" | "none";

/** Sizes and choices that fix a transformer. */
export type TransformerConfig =
  & Pick<
    BertConfig,
    | RequiredSize
    | "intermediateSize"
    | "activation"
    | "normOrder"
    | "hiddenDropout"
    | "attentionDropout"
    | "layerNormEpsilon"
    | "initializerRange"
  >
  & { readonly positions: Positions };

/** The sizes that have no default. */
export type RequiredSize =
  | "vocabSize"
  | "numLayers"
  | "numHeads"
  | "hiddenSize"
  | "maxPositionEmbeddings";

/**
 * Completes sizes to a configuration: F = 4 · D as in the paper, and for the rest
 * the choices of GPT-2 (Radford et al., 2019, section 2.3).
 *
 * @example The feed-forward layer is four times as wide as the hidden states
 * ```ts
 * import { transformerConfig } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const sizes = { vocabSize: 9, numLayers: 1, hiddenSize: 8, maxPositionEmbeddings: 5 };
 * assert.equal(transformerConfig({ ...sizes, numHeads: 2 }).intermediateSize, 32);
 * assert.throws(() => transformerConfig({ ...sizes, numHeads: 3 }), RangeError);
 * ```
 *
 * @param choices The sizes, and whatever differs from the defaults.
 * @returns A configuration whose numbers fit together.
 * @throws {RangeError} If `numHeads` does not divide `hiddenSize`, or a size or a
 * rate is out of its range.
 */
export function transformerConfig(
  choices:
    & Pick<TransformerConfig, RequiredSize>
    & Partial<TransformerConfig>,
): TransformerConfig {
  const config = {
    intermediateSize: 4 * choices.hiddenSize,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
    layerNormEpsilon: 1e-5,
    initializerRange: 0.02,
    normOrder: "pre",
    activation: "gelu",
    positions: "learned",
    ...choices,
  } as const;
  checkConfig({ ...BERT_TINY, ...config });
  return config;
}

/** All parameters of a transformer. */
export type TransformerParams = {
  /** One row for each token of the vocabulary, [V, D]. */
  word: tf.Tensor2D;
  /** One row for each position, [maxPositionEmbeddings, D]; there only if they are learned. */
  position?: tf.Tensor2D;
  layers: EncoderLayerParams[];
  /**
   * After the last layer. With the norm order `"pre"`, nothing else bounds the sum of
   * all layers.
   */
  finalNorm: LayerNormParams;
};

/**
 * The parameters of a transformer, in the order of {@linkcode TransformerParams}.
 *
 * @param config The sizes.
 * @returns One entry for each tensor.
 */
export function transformerParameters(config: TransformerConfig): Parameter[] {
  const { hiddenSize: D, numLayers, positions } = config;
  const table = (path: string, numRows: number): Parameter => ({
    path,
    role: "embedding",
    shape: [numRows, D],
  });
  return [
    table("word", config.vocabSize),
    ...(positions === "learned"
      ? [table("position", config.maxPositionEmbeddings)]
      : []),
    ...Array.from(
      { length: numLayers },
      (_, layer) => under(`layers.${layer}`, layerParameters(config)),
    ).flat(),
    ...normParameters("finalNorm", D),
  ];
}

/**
 * New parameters: kernels and tables N(0, initializerRange²), norms 1, biases 0.
 *
 * @param config The sizes and the initializer's range.
 * @param random The deviates.
 * @returns The parameters; the caller disposes them.
 */
export function initTransformer(
  config: TransformerConfig,
  random: RandomLike,
): TransformerParams {
  return unflatten(
    transformerParameters(config),
    (parameter) => initParameter(parameter, config, random),
  ) as TransformerParams;
}

/** Everything that can be drawn or built upon. */
export type TransformerOutput = {
  /** The normalized states after the last layer, [B, T, D]. */
  hidden: tf.Tensor3D;
  /** The weights of every layer: L of [B, H, T, T]. */
  attentions: tf.Tensor4D[];
};

/**
 * Token ids → hidden states, through every layer.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids [B, T], int32, each under V, and the mask, [1 or B, 1, 1 or T, T]:
 * 0 keeps a key, -1e9 hides it.
 * @param config The sizes and choices that `params` were made with.
 * @param dropout Default none: evaluation.
 * @returns Hidden states and attention weights; the caller disposes them.
 * @throws {RangeError} If there are more tokens than `maxPositionEmbeddings`.
 */
export function transformer(
  params: TransformerParams,
  input: { inputIds: tf.Tensor2D; mask: tf.Tensor4D },
  config: TransformerConfig,
  dropout: Dropout = NO_DROPOUT,
): TransformerOutput {
  const { hiddenSize: D, layerNormEpsilon } = config;
  const [B, T] = input.inputIds.shape;
  checkLength(T, { ...config, positionOffset: 0 });
  return tf.tidy(() => {
    // Attention reads B from the mask.
    const queries = input.mask.shape[2];
    const mask = tf.broadcastTo(input.mask, [B, 1, queries, T]) as tf.Tensor4D;
    let hidden = dropout(
      embedTokens(params, input.inputIds, config),
      config.hiddenDropout,
    );
    const attentions = params.layers.map((layer) => {
      const output = encoderLayer(layer, hidden, config, { mask, dropout });
      hidden = output.hidden;
      return output.weights;
    });
    const normalized = layerNorm(params.finalNorm, hidden, layerNormEpsilon);
    return { hidden: normalized.reshape([B, T, D]), attentions };
  });
}

/** Word plus position embeddings, [B, T] → [B · T, D]. */
function embedTokens(
  params: TransformerParams,
  inputIds: tf.Tensor2D,
  { positions, hiddenSize: D }: TransformerConfig,
): tf.Tensor2D {
  const [B, T] = inputIds.shape;
  const word = gatherRows(params.word, inputIds.reshape([B * T])); // [B · T, D]
  if (positions === "none") return word;
  const position = positions === "learned"
    ? params.position!
    : sinusoidalPositions(T, D);
  // The sines are as large as 1: Vaswani et al. (2017), section 3.4, scale the words.
  const scale = positions === "sinusoidal" ? Math.sqrt(D) : 1;
  return addPositions(word.mul(scale), position, [B, T], 0);
}
