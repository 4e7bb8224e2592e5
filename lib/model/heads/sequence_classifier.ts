/** Sequence classification: linear layers over the state of `[CLS]`. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type BertParams,
  clsState,
  type ForwardOptions,
  pool,
} from "../bert.ts";
import { type BertConfig, classifierHeadOf } from "../config.ts";
import { activate } from "../../ops/activations.ts";
import { NO_DROPOUT } from "../../ops/dropout.ts";
import { linear, type LinearParams } from "../../ops/linear.ts";

/** BERT and the one layer that fine-tuning adds, or several. */
export type ClassifierParams = {
  bert: BertParams;
  /** Below the last layer; see {@linkcode ClassifierHeadConfig}. */
  hidden?: LinearParams[];
  /** [D, C], or [the last hidden size, C]. */
  classifier: LinearParams;
};

/** The scores of each class, and what led to them. */
export type ClassifierOutput = BertOutput & {
  /** Unnormalized log-probabilities, [B, C]. */
  logits: tf.Tensor2D;
};

/**
 * Sequence classification, of single sentences and of pairs.
 *
 * Devlin et al. (2019), section 4.1: the final hidden state of `[CLS]` represents
 * the sequence, and the classifier's kernel is the only new parameter. Hidden layers
 * end with an activation function, and dropout comes before every layer.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, token types and attention mask, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and which rows are needed: for the
 * logits alone, `"first"`.
 * @returns Logits [B, C], all hidden states and attention weights; the caller
 * disposes them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function classifySequences(
  params: ClassifierParams,
  input: BertInput,
  config: BertConfig,
  options: ForwardOptions = {},
): ClassifierOutput {
  const { dropout = NO_DROPOUT } = options;
  const { pooling, activation, inputDropout = true } = classifierHeadOf(config);
  const { classifierDropout = config.hiddenDropout } = config;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, options);
    const last = output.hiddenStates.at(-1)!;
    const drop = (x: tf.Tensor2D): tf.Tensor2D => dropout(x, classifierDropout);
    const pooled = pooling === "pooler"
      ? pool(params.bert.pooler!, last, input.packing)
      : clsState(last, input.packing); // [B, D]
    let features = inputDropout ? drop(pooled) : pooled;
    for (const layer of params.hidden ?? []) {
      const hidden = linear(layer, features);
      features = drop(
        activation === undefined ? hidden.relu() : activate(activation, hidden),
      );
    }
    return { ...output, logits: linear(params.classifier, features) };
  });
}
