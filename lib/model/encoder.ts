/** One encoder layer. @module */

import * as tf from "@tensorflow/tfjs";
import {
  type AttentionParams,
  type LayerOptions,
  mixValues,
  queryRows,
} from "./attention.ts";
import type { BertConfig } from "./config.ts";
import {
  type LayerNormParams,
  linearGelu,
  type LinearParams,
} from "./layers.ts";
import { linearAddNorm } from "./sublayer.ts";

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
    const { mixed, weights } = mixValues(
      params.attention,
      hidden,
      config,
      options,
    );
    const middle = linearAddNorm(params.attention.output, mixed, {
      residual: queryRows(hidden, options),
      norm: params.attentionNorm,
      site: dropout.site(hiddenDropout),
      epsilon: layerNormEpsilon,
    });
    const expanded = linearGelu(params.expand, middle); // [B · Q, F]
    const output = linearAddNorm(params.contract, expanded, {
      residual: middle,
      norm: params.outputNorm,
      site: dropout.site(hiddenDropout),
      epsilon: layerNormEpsilon,
    });
    return { hidden: output, weights };
  });
}
