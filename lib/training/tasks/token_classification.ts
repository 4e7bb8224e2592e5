/** Token classification: its loss, its training step and its metrics. @module */

import type * as tf from "@tensorflow/tfjs";
import { type TokenInput, tokenTensors } from "../../batches/batch_tensors.ts";
import { IGNORE_INDEX, paddingOf } from "../../batches/batches.ts";
import { checkInputs, checkLabel } from "../../batches/check_examples.ts";
import {
  type TokenBatch,
  tokenBatchesOf,
  type TokenExample,
} from "../../batches/head_batches.ts";
import type { BertConfig } from "../../model/config.ts";
import {
  classifyTokens,
  type TokenClassifierParams,
} from "../../model/heads/token_classifier.ts";
import type { Dropout } from "../../ops/dropout.ts";
import { compileSums, sumOverBatches, tokenSums } from "../evaluate.ts";
import type { Evaluation } from "../fit.ts";
import { tokenLoss } from "../losses.ts";
import { compileTrainStep } from "../train_step.ts";
import type { HeadTask, LossConfig } from "./head_task.ts";

/** The metrics of a token classifier, over all labelled tokens. */
export type TokenMetrics = {
  /** Mean cross-entropy without dropout, in nats. */
  readonly loss: number;
  readonly accuracy: number;
};

/**
 * Mean cross-entropy of the labelled tokens of a batch.
 *
 * @param params A token classifier.
 * @param batch The sequences and the classes of their tokens.
 * @param config The sizes that `params` were made with, and ε of label smoothing.
 * @param dropout The dropout of the step.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function tokenClassificationLoss(
  params: TokenClassifierParams,
  { input, tokenLabels }: TokenInput,
  config: LossConfig,
  dropout: Dropout,
): tf.Scalar {
  const { logits } = classifyTokens(params, input, config, { dropout });
  return tokenLoss(logits, tokenLabels, config.labelSmoothing);
}

/** Sums over the labelled tokens of a batch: losses, right classes, tokens; [3]. */
const compiledSums = compileSums(
  (
    params: TokenClassifierParams,
    { input, tokenLabels }: TokenInput,
    config: BertConfig,
  ) => tokenSums(classifyTokens(params, input, config).logits, tokenLabels),
  "token classification evaluation",
);

/** The task of a token classifier (Devlin et al., 2019, section 5.3). */
export const TOKEN_CLASSIFICATION: HeadTask<{
  params: TokenClassifierParams;
  example: TokenExample;
  plain: TokenBatch;
  batch: TokenInput;
  metrics: TokenMetrics;
}> = {
  trainStep: compileTrainStep(
    tokenClassificationLoss,
    "token classification step",
  ),
  check(examples, { config, labels }, purpose): void {
    checkInputs(examples, config, purpose);
    for (const [index, { inputIds, tokenLabels }] of examples.entries()) {
      const example = `example ${index} for ${purpose}`;
      if (tokenLabels?.length !== inputIds.length) {
        throw new RangeError(
          `Cannot use ${example}: it must have a label for each token; found ` +
            `${
              tokenLabels?.length ?? 0
            } tokenLabels, ${inputIds.length} inputIds`,
        );
      }
      for (const [token, label] of tokenLabels.entries()) {
        if (label === IGNORE_INDEX) continue;
        checkLabel(label, labels, `token ${token} of ${example}`);
      }
    }
  },
  batchesOf: (examples, config, members) =>
    tokenBatchesOf(examples, { ...members, ...paddingOf(config) }),
  tensorsOf: tokenTensors,
  weightOf: ({ tokenLabels }) =>
    tokenLabels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0),
  async evaluate(
    model,
    examples,
    { batchSize, precision },
  ): Promise<Evaluation<TokenMetrics>> {
    const [loss, hits, count] = await sumOverBatches(
      tokenBatchesOf(examples, { batchSize, ...paddingOf(model.config) }),
      model,
      tokenTensors,
      compiledSums[precision],
    );
    return { metrics: { loss: loss! / count!, accuracy: hits! / count! } };
  },
  metrics: ["accuracy", "loss"],
  options: [],
};
