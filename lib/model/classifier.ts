/** A class for each sequence: a linear map over the pooled `[CLS]`. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type BertParams,
  type ForwardOptions,
  pool,
} from "./bert.ts";
import type { BertConfig } from "./config.ts";
import { NO_DROPOUT } from "./dropout.ts";
import { linear, type LinearParams } from "./layers.ts";

/** BERT and the one layer that fine-tuning adds. */
export type ClassifierParams = {
  bert: BertParams;
  /** [D, C]. */
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
 * Devlin et al. (2019), section 4.1: the final hidden state of `[CLS]` stands for
 * the sequence, and the classifier's kernel is the only new parameter.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, segments and attention mask, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step, and which rows are needed: for the
 * logits alone, `"first"`.
 * @returns Logits [B, C], all hidden states and attention weights; the caller
 * disposes them.
 * @throws {RangeError} If the sequences are longer than the position table.
 */
export function classify(
  params: ClassifierParams,
  input: BertInput,
  config: BertConfig,
  options: ForwardOptions = {},
): ClassifierOutput {
  const { dropout = NO_DROPOUT } = options;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, options);
    const pooled = pool(params.bert.pooler, output.hiddenStates.at(-1)!);
    const logits = linear(
      params.classifier,
      dropout(pooled, config.hiddenDropout),
    );
    return { ...output, logits };
  });
}
