/** BERT, the encoder: token ids to hidden states and attention weights. @module */

import * as tf from "@tensorflow/tfjs";
import { packedMask, paddingMask, splitHeads } from "../ops/attention.ts";
import { type Dropout, NO_DROPOUT } from "../ops/dropout.ts";
import { gatherRows } from "../ops/embedding.ts";
import { linear, type LinearParams } from "../ops/linear.ts";
import { type BertConfig, maxSequenceLength } from "./config.ts";
import { bertEmbeddings, type EmbeddingParams } from "./embeddings.ts";
import {
  encoderLayer,
  type EncoderLayerParams,
  type LayerOptions,
} from "./encoder_layer.ts";

/** The parameters of the encoder alone, for heads over single tokens. */
export type EncoderParams = {
  embeddings: EmbeddingParams;
  layers: EncoderLayerParams[];
};

/** The encoder and its pooler, for heads over whole sequences. */
export type BertParams = EncoderParams & {
  /** Used by {@linkcode pool}, [D, D]; absent if the architecture has none. */
  pooler?: LinearParams;
};

/** How sequences share rows: R rows of T tokens hold B sequences. */
export type Packing = {
  /** Position of each token in its own sequence, [R, T], int32. */
  positionIds: tf.Tensor2D;
  /** Which sequence each token is of, counted from 1, [R, T], int32; padding is 0. */
  sequenceIds: tf.Tensor2D;
  /** Position of the first token of each sequence among all R · T, [B], int32. */
  clsPositions: tf.Tensor1D;
};

/** A batch of token sequences; check it with `checkInput` before it becomes tensors. */
export type BertInput = {
  /** Word piece ids, [B, T], int32. */
  inputIds: tf.Tensor2D;
  /** 0 for sentence A, 1 for sentence B, [B, T], int32. Read if the model has types. */
  tokenTypeIds: tf.Tensor2D;
  /** 1 for a token, 0 for padding, [B, T]. */
  attentionMask: tf.Tensor2D;
  /** Given if several sequences share a row; B above is then R. */
  packing?: Packing;
};

/** Everything that can be drawn or built upon. */
export type BertOutput = {
  /** The embeddings, then the output of every layer: L + 1 of [B, T, D]. */
  hiddenStates: tf.Tensor3D[];
  /** The weights of every layer: L of [B, H, T, T]. */
  attentions: tf.Tensor4D[];
};

/** How to run a forward pass. */
export type ForwardOptions = {
  /** Default none: evaluation. */
  dropout?: Dropout;
  /**
   * `"first"` computes the last layer for the first token of each sequence alone,
   * which is all that a classifier reads of it: its hidden state is then [B, 1, D],
   * its weights are [B, H, 1, T], or [R, H, T, T] if packed. Default `"all"`.
   */
  rowsNeeded?: "all" | "first";
};

/**
 * The encoder of BERT.
 *
 * Devlin et al. (2019), section 3.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, token types and attention mask, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and which rows are needed.
 * @returns All hidden states and attention weights; the caller disposes them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function bert(
  params: EncoderParams,
  input: BertInput,
  config: BertConfig,
  options: ForwardOptions = {},
): BertOutput {
  const { dropout = NO_DROPOUT, rowsNeeded = "all" } = options;
  const { hiddenSize: D } = config;
  const [B, T] = input.inputIds.shape;
  checkLength(T, config);
  return tf.tidy(() => {
    const { packing } = input;
    const mask = packing === undefined
      ? paddingMask(input.attentionMask)
      : packedMask(packing.sequenceIds);
    const tokens = { ...input, positionIds: packing?.positionIds };
    let hidden = bertEmbeddings(params.embeddings, tokens, config, dropout); // [B · T, D]
    const hiddenStates = [hidden.reshape<tf.Tensor3D>([B, T, D])];
    const attentions: tf.Tensor4D[] = [];
    for (const layer of params.layers) {
      const isShort = rowsNeeded === "first" && layer === params.layers.at(-1);
      const queries = isShort ? packing?.clsPositions ?? "first" : "all";
      const how: LayerOptions = { mask, dropout, queries };
      const output = encoderLayer(layer, hidden, config, how);
      hidden = output.hidden;
      hiddenStates.push(hidden.reshape(isShort ? [-1, 1, D] : [B, T, D]));
      attentions.push(output.weights);
    }
    return { hiddenStates, attentions };
  });
}

/**
 * Refuses sequences that are longer than the position table.
 *
 * @param T Their length.
 * @param config Supplies `maxPositionEmbeddings` and `positionOffset`.
 * @throws {RangeError} If they are.
 */
export function checkLength(
  T: number,
  config: Pick<BertConfig, "maxPositionEmbeddings" | "positionOffset">,
): void {
  const longest = maxSequenceLength(config);
  if (Number.isInteger(T) && T >= 1 && T <= longest) return;
  throw new RangeError(
    `Cannot encode sequences: their length must be between 1 and ${longest}, the ` +
      `rows of the position table; found ${T}; truncate them`,
  );
}

/**
 * One vector for each sequence: tanh(W h + b), where h is the state of `[CLS]`.
 *
 * @param params The pooler, [D, D].
 * @param hidden The last hidden states, [B, T, D], or the first token's, [B, 1, D].
 * @param packing The positions of the sequences, if they share rows.
 * @returns Pooled states, [B, D]; the caller disposes them.
 */
export function pool(
  params: LinearParams,
  hidden: tf.Tensor3D,
  packing?: Packing,
): tf.Tensor2D {
  return tf.tidy(() => linear(params, clsState(hidden, packing)).tanh());
}

/**
 * The state of the first token of each sequence, `[CLS]`.
 *
 * @param hidden Hidden states, [B, T, D], or the first token's, [B, 1, D].
 * @param packing The positions of the sequences, if they share rows.
 * @returns Rows, [B, D]; the caller disposes them.
 */
export function clsState(
  hidden: tf.Tensor3D,
  packing?: Packing,
): tf.Tensor2D {
  const [B, T, D] = hidden.shape;
  return tf.tidy(() => {
    // A row of one token is a sequence's: the others were not computed.
    const isShared = packing !== undefined && T > 1;
    if (isShared) {
      return gatherRows(hidden.as2D(B * T, D), packing.clsPositions);
    }
    return hidden.slice([0, 0, 0], [B, 1, D]).reshape([B, D]);
  });
}

/** What every head compares, layer by layer: L of [B, H, T, K] each. */
export type QueriesAndKeys = { queries: tf.Tensor4D[]; keys: tf.Tensor4D[] };

/**
 * Projects the hidden states again to the queries and keys of every layer.
 *
 * A forward pass that only predicts has no use for them, so it does not keep them.
 * softmax(queries · keysᵀ / √K + mask) are the layer's weights: Vaswani et al. (2017),
 * equation 1.
 *
 * @param params The parameters; they stay the caller's.
 * @param hiddenStates Those of `bert`, L + 1 of [B, T, D], whole: `rowsNeeded: "all"`.
 * @param config The sizes that `params` were made with.
 * @returns Queries and keys; the caller disposes them.
 */
export function queriesAndKeysOf(
  params: EncoderParams,
  hiddenStates: BertOutput["hiddenStates"],
  { numHeads }: BertConfig,
): QueriesAndKeys {
  return tf.tidy(() => {
    const project = (part: "query" | "key"): tf.Tensor4D[] =>
      params.layers.map(({ attention }, layer) =>
        headsOf(attention[part], hiddenStates[layer]!)
      );
    return { queries: project("query"), keys: project("key") };
  });

  function headsOf(params: LinearParams, hidden: tf.Tensor3D): tf.Tensor4D {
    const [B, T, D] = hidden.shape;
    return splitHeads(linear(params, hidden.as2D(B * T, D)), [B, T, numHeads]);
  }
}
