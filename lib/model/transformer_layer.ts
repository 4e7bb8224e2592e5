/** One transformer layer with the choices that models differ in. @module */

import * as tf from "@tensorflow/tfjs";
import { type LayerOptions, selfAttention } from "./attention.ts";
import type { BertConfig } from "./config.ts";
import type { EncoderLayerParams } from "./encoder.ts";
import {
  gelu,
  layerNorm,
  type LayerNormParams,
  linear,
} from "../ops/layers.ts";

/**
 * Where a sublayer f normalizes:
 *
 * - `"after"` the sum, norm(x + f(x)): Vaswani et al. (2017), BERT;
 * - `"before"` the sublayer, x + f(norm(x)): GPT-2; Xiong et al. (2020), section 3.3;
 * - `"replacing"` its input, n + f(n) with n = norm(x): some tutorials' pre-norm. The
 *   sum x + … x + … from the bottom to the top, which pre-norm is for, is gone.
 */
export type NormOrder = "after" | "before" | "replacing";

/** What bends the feed-forward layer: Vaswani et al. (2017) ReLU, BERT and GPT GELU. */
export type Activation = "relu" | "gelu";

/** What a layer must know of its model. */
export type TransformerLayerConfig =
  & Pick<
    BertConfig,
    "numHeads" | "hiddenDropout" | "attentionDropout" | "layerNormEpsilon"
  >
  & { readonly normOrder: NormOrder; readonly activation: Activation };

const ACTIVATIONS: Record<Activation, (x: tf.Tensor2D) => tf.Tensor2D> = {
  relu: (x) => tf.relu(x),
  gelu: (x) => gelu(x),
};

/**
 * One transformer layer: attention, then feed-forward, each a sublayer with a
 * normalization and a way around it.
 *
 * Vaswani et al. (2017), section 3.1. With `"after"` and `"gelu"` it is BERT's
 * `encoderLayer`.
 *
 * @param params Parameters of this layer. `attentionNorm` belongs to the attention
 * and `outputNorm` to the feed-forward layer, before or after it.
 * @param hidden Hidden states, [B · T, D].
 * @param config The head count, the dropout rates, the epsilon, and the choices.
 * @param options The mask and the dropout.
 * @returns Hidden states [B · T, D] and attention weights [B, H, T, T]; the caller
 * disposes both.
 */
export function transformerLayer(
  params: EncoderLayerParams,
  hidden: tf.Tensor2D,
  config: TransformerLayerConfig,
  options: Omit<LayerOptions, "queries">,
): { hidden: tf.Tensor2D; weights: tf.Tensor4D } {
  const { hiddenDropout, layerNormEpsilon, normOrder, activation } = config;
  const activate = ACTIVATIONS[activation];
  const around = (
    x: tf.Tensor2D,
    norm: LayerNormParams,
    f: (x: tf.Tensor2D) => tf.Tensor2D,
  ): tf.Tensor2D => {
    const normalize = (x: tf.Tensor2D): tf.Tensor2D =>
      layerNorm(norm, x, layerNormEpsilon);
    const dropped = (x: tf.Tensor2D): tf.Tensor2D =>
      options.dropout(f(x), hiddenDropout);
    if (normOrder === "after") return normalize(x.add(dropped(x)));
    const normalized = normalize(x);
    const kept = normOrder === "before" ? x : normalized;
    return kept.add(dropped(normalized));
  };
  let weights: tf.Tensor4D | undefined;
  return tf.tidy(() => {
    const middle = around(hidden, params.attentionNorm, (x) => {
      const attended = selfAttention(params.attention, x, config, options);
      weights = attended.weights;
      return attended.hidden;
    });
    const output = around(
      middle,
      params.outputNorm,
      (x) => linear(params.output, activate(linear(params.intermediate, x))),
    );
    return { hidden: output, weights: weights! };
  });
}
