/** Causal language model: scores of the next token. @module */

import * as tf from "@tensorflow/tfjs";
import type { Dropout } from "../ops/dropout.ts";
import { causalMask } from "../ops/attention.ts";
import {
  transformer,
  type TransformerConfig,
  type TransformerOutput,
  type TransformerParams,
} from "./transformer.ts";

/** A language model and what it was made with. */
export type LanguageModel = {
  readonly config: TransformerConfig;
  readonly params: TransformerParams;
};

/** The scores of every next token, and what led to them. */
export type LanguageModelOutput = TransformerOutput & {
  /** Unnormalized log-probabilities of the token after each position, [B, T, V]. */
  logits: tf.Tensor3D;
};

/**
 * Scores, after every token, each token of the vocabulary as the next one.
 *
 * Radford et al. (2018), section 3.1. The word table serves twice, to read a token
 * and to name the next (Press and Wolf, 2017). No padding mask is needed: padding is
 * at the end, where the causal mask hides it from every token.
 *
 * @param params The parameters; they stay the caller's.
 * @param inputIds Token ids, [B, T], int32, each under V.
 * @param config The sizes and choices that `params` were made with.
 * @param dropout Default none: evaluation.
 * @returns Logits, hidden states and attention weights; the caller disposes them.
 * @throws {RangeError} If there are more tokens than `maxPositionEmbeddings`.
 */
export function languageModel(
  params: TransformerParams,
  inputIds: tf.Tensor2D,
  config: TransformerConfig,
  dropout?: Dropout,
): LanguageModelOutput {
  const { vocabSize: V, hiddenSize: D } = config;
  const [B, T] = inputIds.shape;
  return tf.tidy(() => {
    const input = { inputIds, mask: causalMask(T) };
    const output = transformer(params, input, config, dropout);
    const rows = output.hidden.reshape<tf.Tensor2D>([B * T, D]);
    const logits = tf.matMul(rows, params.word, false, true); // [B · T, V]
    return { ...output, logits: logits.reshape([B, T, V]) };
  });
}
