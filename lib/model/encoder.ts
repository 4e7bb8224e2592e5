/** One encoder layer. @module */

import * as tf from "@tensorflow/tfjs";
import {
  type AttentionParams,
  type LayerOptions,
  mixValues,
  queryRows,
} from "./attention.ts";
import type { BertConfig } from "./config.ts";
import { feedForward } from "../ops/feed_forward.ts";
import type { LayerNormParams, LinearParams } from "../ops/layers.ts";
import { addNorm } from "../ops/sublayer.ts";

/** Parameters of one encoder layer. */
export type EncoderLayerParams = {
  attention: AttentionParams;
  attentionNorm: LayerNormParams;
  /** [D, F]. */
  intermediate: LinearParams;
  /** [F, D]. */
  output: LinearParams;
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
    const { output: projection } = params.attention;
    const projected: tf.Tensor2D = tf.matMul(mixed, projection.kernel); // [B · Q, D]
    const middle = addNorm(projected, projection.bias, {
      residual: queryRows(hidden, options),
      norm: params.attentionNorm,
      site: dropout.site(hiddenDropout),
      epsilon: layerNormEpsilon,
    });
    const { kernel, bias } = params.output;
    const fed = feedForward(params.intermediate, kernel, middle); // [B · Q, D]
    const output = addNorm(fed, bias, {
      residual: middle,
      norm: params.outputNorm,
      site: dropout.site(hiddenDropout),
      epsilon: layerNormEpsilon,
    });
    return { hidden: output, weights };
  });
}
