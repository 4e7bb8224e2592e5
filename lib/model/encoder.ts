/** One encoder layer. @module */

import * as tf from "@tensorflow/tfjs";
import {
  type AttentionParams,
  type LayerOptions,
  queryRows,
  selfAttention,
} from "./attention.ts";
import type { BertConfig } from "./config.ts";
import {
  gelu,
  layerNorm,
  type LayerNormParams,
  linear,
  type LinearParams,
} from "./layers.ts";

/** Parameters of one encoder layer. */
export type EncoderLayerParams = {
  attention: AttentionParams;
  attentionNorm: LayerNormParams;
  /** [D, F]. */
  expand: LinearParams;
  /** [F, D]. */
  contract: LinearParams;
  outputNorm: LayerNormParams;
};

/**
 * One encoder layer: attention, then feed-forward, each added to its input and
 * normalized.
 *
 * Vaswani et al. (2017), section 3.1. Normalization comes after the sum, as in the
 * original Transformer and in BERT; GPT-2 and later models normalize first.
 *
 * @param params Parameters of this layer.
 * @param hidden Hidden states, [B · T, D].
 * @param config Supplies the head count, the dropout rates and the epsilon.
 * @param options The padding mask, the dropout, and whose output is wanted: Q of
 * the T tokens.
 * @returns Hidden states [B · Q, D] and attention weights [B, H, Q, T]; the caller
 * disposes both.
 */
export function encoderLayer(
  params: EncoderLayerParams,
  hidden: tf.Tensor2D,
  config: BertConfig,
  options: LayerOptions,
): { hidden: tf.Tensor2D; weights: tf.Tensor4D } {
  const { hiddenDropout, layerNormEpsilon } = config;
  const { dropout } = options;
  return tf.tidy(() => {
    const attended = selfAttention(params.attention, hidden, config, options);
    const middle = layerNorm(
      params.attentionNorm,
      queryRows(hidden, options).add(dropout(attended.hidden, hiddenDropout)),
      layerNormEpsilon,
    );
    const expanded = gelu(linear(params.expand, middle)); // [B · Q, F]
    const fed = linear(params.contract, expanded); // [B · Q, D]
    const output = layerNorm(
      params.outputNorm,
      middle.add(dropout(fed, hiddenDropout)),
      layerNormEpsilon,
    );
    return { hidden: output, weights: attended.weights };
  });
}
