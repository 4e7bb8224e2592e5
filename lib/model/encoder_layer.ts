/**
 * One encoder layer: self-attention, then feed-forward, each with a residual
 * connection and a layer normalization. BERT, the transformer from scratch and the
 * language model are made of it.
 *
 * Shapes: B batch, T tokens, Q of them whose output is wanted, D hidden size, H heads,
 * F intermediate size.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { addNorm } from "../ops/add_norm.ts";
import { attend, mergeHeads, projectHeads } from "../ops/attention.ts";
import type { Dropout } from "../ops/dropout.ts";
import { gatherRows } from "../ops/embedding.ts";
import { feedForward } from "../ops/feed_forward.ts";
import { layerNorm, type LayerNormParams } from "../ops/layer_norm.ts";
import { linear, type LinearParams } from "../ops/linear.ts";
import type { BertConfig } from "./config.ts";

/** The four projections of a multi-head attention block, each [D, D]. */
export type AttentionParams = {
  query: LinearParams;
  key: LinearParams;
  value: LinearParams;
  output: LinearParams;
};

/** What a layer needs besides its parameters and its input. */
export type LayerOptions = {
  /** Hides keys, [B, 1, 1, T] or [B, 1, T, T]: 0 keeps a key, -1e9 hides it. */
  mask: tf.Tensor4D;
  dropout: Dropout;
  /**
   * Whose output is wanted: every token's, the first one's of each sequence, or that
   * of the tokens at these positions among all B · T, int32.
   */
  queries?: "all" | "first" | tf.Tensor1D;
};

/** What a layer must know of its model. */
export type EncoderLayerConfig = Pick<
  BertConfig,
  | "numHeads"
  | "hiddenDropout"
  | "attentionDropout"
  | "layerNormEpsilon"
  | "activation"
  | "normOrder"
>;

/** Parameters of one encoder layer. */
export type EncoderLayerParams = {
  attention: AttentionParams;
  /** Of the attention: before or after it. */
  attentionNorm: LayerNormParams;
  /** [D, F]. */
  intermediate: LinearParams;
  /** [F, D]. */
  output: LinearParams;
  /** Of the feed-forward layer: before or after it. */
  outputNorm: LayerNormParams;
};

/**
 * One encoder layer: attention, then feed-forward.
 *
 * Vaswani et al. (2017), section 3.1; see {@linkcode NormOrder} for the ways to
 * normalize. Each sublayer ends with a linear layer, dropout and the sum with the
 * residual.
 *
 * @param params Parameters of this layer.
 * @param hidden Hidden states, [B · T, D].
 * @param config The head count, the dropout rates, the epsilon, the activation
 * function and the order of norms.
 * @param options The attention mask, the dropout, and whose output is wanted: Q of
 * the T tokens.
 * @returns Hidden states [B · Q, D] and attention weights [B, H, Q, T]; the caller
 * disposes both.
 */
export function encoderLayer(
  params: EncoderLayerParams,
  hidden: tf.Tensor2D,
  config: EncoderLayerConfig,
  options: LayerOptions,
): { hidden: tf.Tensor2D; weights: tf.Tensor4D } {
  const { hiddenDropout, layerNormEpsilon: epsilon, normOrder } = config;
  const { dropout } = options;
  /** The sublayer's input, and the residual that goes around it. */
  const begin = (
    x: tf.Tensor2D,
    norm: LayerNormParams,
  ): { input: tf.Tensor2D; residual: tf.Tensor2D } => {
    const input = normOrder === "post" ? x : layerNorm(norm, x, epsilon);
    return { input, residual: normOrder === "pre" ? x : input };
  };
  /** Adds the bias of the sublayer's last product, drops, and adds the residual. */
  const end = (
    product: tf.Tensor2D,
    bias: tf.Tensor1D,
    residual: tf.Tensor2D,
    norm: LayerNormParams,
  ): tf.Tensor2D => {
    if (normOrder !== "post") {
      return residual.add(dropout(product.add(bias), hiddenDropout));
    }
    const dropoutKey = dropout.key(hiddenDropout);
    return addNorm(product, bias, { residual, norm, dropoutKey, epsilon });
  };
  return tf.tidy(() => {
    const { attention, attentionNorm, intermediate, outputNorm } = params;
    const { input, residual } = begin(hidden, attentionNorm);
    const { concatenatedHeads, weights } = attentionContext(
      attention,
      input,
      config,
      options,
    );
    const projected: tf.Tensor2D = tf.matMul(
      concatenatedHeads,
      attention.output.kernel,
    ); // [B · Q, D]
    const middle = end(
      projected,
      attention.output.bias,
      gatherPositions(residual, options),
      attentionNorm,
    );
    const second = begin(middle, outputNorm);
    const { kernel, bias } = params.output;
    const fed = feedForward(
      intermediate,
      kernel,
      second.input,
      config.activation,
    ); // [B · Q, D]
    const output = end(fed, bias, second.residual, outputNorm);
    return { hidden: output, weights };
  });
}

/**
 * Multi-head self-attention over a batch of sequences.
 *
 * Vaswani et al. (2017), section 3.2.2: every head attends in its own K columns.
 *
 * @param params The four [D, D] projections.
 * @param hidden Hidden states, [B · T, D].
 * @param config Supplies `numHeads` and `attentionDropout`.
 * @param options The attention mask, the dropout, and whose output is wanted.
 * @returns Hidden states [B · Q, D] and weights [B, H, Q, T], those of all T tokens if
 * positions were named; the caller disposes both.
 */
export function selfAttention(
  params: AttentionParams,
  hidden: tf.Tensor2D,
  config: Pick<BertConfig, "numHeads" | "attentionDropout">,
  options: LayerOptions,
): { hidden: tf.Tensor2D; weights: tf.Tensor4D } {
  return tf.tidy(() => {
    const { concatenatedHeads, weights } = attentionContext(
      params,
      hidden,
      config,
      options,
    );
    return { hidden: linear(params.output, concatenatedHeads), weights };
  });
}

/**
 * {@linkcode selfAttention} without the projection at its end: the contexts of all
 * heads, concatenated, [B · Q, D], and the weights, [B, H, Q, T].
 */
function attentionContext(
  params: Omit<AttentionParams, "output">,
  hidden: tf.Tensor2D,
  config: Pick<BertConfig, "numHeads" | "attentionDropout">,
  options: LayerOptions,
): { concatenatedHeads: tf.Tensor2D; weights: tf.Tensor4D } {
  const { numHeads, attentionDropout } = config;
  const { mask, dropout, queries } = options;
  const [B] = mask.shape;
  return tf.tidy(() => {
    // Positions are scattered over the rows: all tokens ask, and few are answered.
    const isScattered = queries instanceof tf.Tensor;
    const asking = isScattered ? hidden : gatherPositions(hidden, options);
    const headsOf = (projection: LinearParams, rows = hidden): tf.Tensor4D => {
      const each = rows.shape[0] / B; // Q or T
      return projectHeads(projection, rows, [B, each, numHeads]);
    };
    const { context, weights } = attend(
      {
        query: headsOf(params.query, asking),
        key: headsOf(params.key),
        value: headsOf(params.value),
      },
      mask,
      dropout.key(attentionDropout),
    );
    const concatenatedHeads = mergeHeads(context);
    return {
      concatenatedHeads: isScattered
        ? gatherPositions(concatenatedHeads, options)
        : concatenatedHeads,
      weights,
    };
  });
}

/**
 * The hidden states of the tokens whose output is wanted, [B · T, D] → [B · Q, D]:
 * `hidden` itself if all are.
 */
function gatherPositions(
  hidden: tf.Tensor2D,
  { mask, queries }: LayerOptions,
): tf.Tensor2D {
  if (queries instanceof tf.Tensor) return gatherRows(hidden, queries);
  if (queries !== "first") return hidden;
  const [B, , , T] = mask.shape, D = hidden.shape[1];
  return hidden.as3D(B, T, D).slice([0, 0, 0], [B, 1, D]).as2D(B, D);
}
