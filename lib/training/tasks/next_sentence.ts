/** Next-sentence prediction: its loss, its training step and its metrics. @module */

import * as tf from "@tensorflow/tfjs";
import {
  batchTensors,
  type LabelledInput,
} from "../../batches/batch_tensors.ts";
import type { Batch, EncodedExample } from "../../batches/batches.ts";
import { checkExamples } from "../../batches/check_examples.ts";
import { BATCHES_OF } from "../../batches/packed_batches.ts";
import type { BertConfig } from "../../model/config.ts";
import {
  type NextSentenceParams,
  predictNextSentence,
} from "../../model/heads/next_sentence.ts";
import type { Dropout } from "../../ops/dropout.ts";
import { compileSums, sumOverBatches } from "../evaluate.ts";
import type { Evaluation } from "../fit.ts";
import { crossEntropy } from "../losses.ts";
import { compileTrainStep } from "../train_step.ts";
import type { HeadTask, LossConfig } from "./head_task.ts";

/** The metrics of next-sentence prediction. */
export type NextSentenceMetrics = {
  /** Mean cross-entropy without dropout, in nats. */
  readonly loss: number;
  readonly accuracy: number;
};

/** The names of the two classes of pairs, for messages. */
export const NEXT_SENTENCE_LABELS: readonly string[] = ["follows", "is random"];

/**
 * Mean cross-entropy of a batch of sentence pairs.
 *
 * @param params BERT with the head of next-sentence prediction.
 * @param batch The pairs and their classes.
 * @param config The sizes that `params` were made with, and ε of label smoothing.
 * @param dropout The dropout of the step; default none.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function nextSentenceLoss(
  params: NextSentenceParams,
  { input, labels }: LabelledInput,
  config: LossConfig,
  dropout: Dropout,
): tf.Scalar {
  const options = { dropout, rowsNeeded: "first" } as const;
  const { logits } = predictNextSentence(params, input, config, options);
  const { labelSmoothing } = config;
  return crossEntropy(logits, labels, { labelSmoothing });
}

/** Sums over the pairs of a batch: losses, right answers, pairs; [3]. */
const compiledSums = compileSums(
  (
    params: NextSentenceParams,
    { input, labels }: LabelledInput,
    config: BertConfig,
  ) => {
    const options = { rowsNeeded: "first" } as const;
    const { logits } = predictNextSentence(params, input, config, options);
    const count = tf.scalar(labels.size);
    const hits = logits.argMax(-1).equal(labels).toFloat().sum();
    return [crossEntropy(logits, labels).mul(count), hits, count];
  },
  "next-sentence evaluation",
);

/** The task of next-sentence prediction (Devlin et al., 2019, section 3.1, task 2). */
export const NEXT_SENTENCE: HeadTask<{
  params: NextSentenceParams;
  example: EncodedExample;
  plain: Batch;
  batch: LabelledInput;
  metrics: NextSentenceMetrics;
}> = {
  trainStep: compileTrainStep(nextSentenceLoss, "next-sentence step"),
  check: (examples, { config }, purpose) =>
    checkExamples(examples, { config, labels: NEXT_SENTENCE_LABELS }, purpose),
  batchesOf: (examples, config, members, batching) =>
    BATCHES_OF[batching](examples, config, members),
  tensorsOf: (batch, config) => batchTensors(batch, config),
  weightOf: ({ labels }) => labels.length,
  async evaluate(
    model,
    examples,
    { batchSize, precision },
  ): Promise<Evaluation<NextSentenceMetrics>> {
    const [loss, hits, count] = await sumOverBatches(
      BATCHES_OF.padded(examples, model.config, { batchSize }),
      model,
      (batch, config) => batchTensors(batch, config),
      compiledSums[precision],
    );
    return { metrics: { loss: loss! / count!, accuracy: hits! / count! } };
  },
  metrics: ["accuracy", "loss"],
  options: ["batching"],
};
