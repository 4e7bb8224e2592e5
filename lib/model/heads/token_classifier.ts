/** Token classification: a class for each token, such as a part of speech. @module */

import * as tf from "@tensorflow/tfjs";
import {
  bert,
  type BertInput,
  type BertOutput,
  type EncoderParams,
  type ForwardOptions,
} from "../bert.ts";
import type { BertConfig } from "../config.ts";
import { NO_DROPOUT } from "../../ops/dropout.ts";
import { linear, type LinearParams } from "../../ops/linear.ts";
import { gatherStates } from "./masked_lm.ts";

/** BERT without a pooler, and one linear map. */
export type TokenClassifierParams = {
  bert: EncoderParams;
  /** [D, C]. */
  classifier: LinearParams;
};

/** The scores of each class for each token, and what led to them. */
export type TokenClassifierOutput = BertOutput & {
  /** Unnormalized log-probabilities, [B, T, C]. */
  logits: tf.Tensor3D;
};

/**
 * Token classification.
 *
 * Devlin et al. (2019), section 5.3 and figure 4 (d): the state of every token goes
 * through the same linear map.
 *
 * @param params The parameters; they stay the caller's.
 * @param input Ids, token types and attention mask, each [B, T].
 * @param config The sizes that `params` were made with.
 * @param options The dropout of a training step.
 * @returns Logits [B, T, C], all hidden states and attention weights; the caller
 * disposes them.
 */
export function classifyTokens(
  params: TokenClassifierParams,
  input: BertInput,
  config: BertConfig,
  options: Pick<ForwardOptions, "dropout"> = {},
): TokenClassifierOutput {
  const { dropout = NO_DROPOUT } = options;
  const { modelType, hiddenDropout, classifierDropout = hiddenDropout } =
    config;
  // DistilBERT's own rate is for sequences alone.
  const rate = modelType === "distilbert" ? hiddenDropout : classifierDropout;
  const [B, T] = input.inputIds.shape;
  return tf.tidy(() => {
    const output = bert(params.bert, input, config, options);
    const states = gatherStates(output.hiddenStates.at(-1)!, undefined);
    const logits = linear(params.classifier, dropout(states, rate)); // [B · T, C]
    return { ...output, logits: logits.reshape([B, T, logits.shape[1]]) };
  });
}
