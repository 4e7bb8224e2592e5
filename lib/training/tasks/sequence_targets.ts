/**
 * Multi-label classification and regression of sequences: their losses, their training
 * step and their metrics.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import {
  type TargetsInput,
  targetsTensors,
} from "../../batches/batch_tensors.ts";
import { checkTargets } from "../../batches/check_examples.ts";
import {
  type EncodedTargets,
  type TargetsBatch,
  targetsBatchesOf,
} from "../../batches/head_batches.ts";
import type { ClassifierModel } from "../../checkpoint/pretrained.ts";
import {
  type MultiLabelScores,
  multiLabelScores,
} from "../../evaluation/multi_label.ts";
import { binaryLogLoss, sigmoid } from "../../evaluation/probabilities.ts";
import {
  type RegressionMetrics,
  regressionMetrics,
} from "../../evaluation/regression.ts";
import { logitsOf } from "../../inference/predict.ts";
import type { ProblemType } from "../../model/config.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../../model/heads/sequence_classifier.ts";
import type { Dropout } from "../../ops/dropout.ts";
import type { Evaluation } from "../events.ts";
import { binaryCrossEntropy, meanSquaredError } from "../losses.ts";
import { compileTrainStep } from "../train_step.ts";
import type { HeadTask, LossConfig } from "./head_task.ts";

/** The metrics of multi-label classification, or those of regression. */
export type TargetsMetrics =
  & {
    /** Mean binary cross-entropy in nats, or mean squared error; without dropout. */
    readonly loss: number;
  }
  & Partial<MultiLabelScores>
  & Partial<Omit<RegressionMetrics, "loss">>;

/**
 * Mean binary cross-entropy of a batch, or mean squared error if `problemType` is
 * `"regression"`.
 *
 * @param params A classifier.
 * @param batch The sequences and their targets.
 * @param config The sizes that `params` were made with, and the problem type.
 * @param dropout The dropout of the step.
 * @returns A scalar. The caller disposes it.
 */
export function sequenceTargetsLoss(
  params: ClassifierParams,
  { input, targets }: TargetsInput,
  config: LossConfig,
  dropout: Dropout,
): tf.Scalar {
  const options = { dropout, rowsNeeded: "first" } as const;
  const { logits } = classifySequences(params, input, config, options);
  return config.problemType === "regression"
    ? meanSquaredError(logits, targets)
    : binaryCrossEntropy(logits, targets);
}

type SequenceTargets = {
  params: ClassifierParams;
  example: EncodedTargets;
  plain: TargetsBatch;
  batch: TargetsInput;
  metrics: TargetsMetrics;
};

const trainStep = compileTrainStep(
  sequenceTargetsLoss,
  "sequence targets step",
);

/** The tasks of a model that predicts numbers for each sequence, by its problem type. */
export const SEQUENCE_TARGETS: Readonly<
  Record<
    Exclude<ProblemType, "single_label_classification">,
    HeadTask<SequenceTargets>
  >
> = {
  "multi_label_classification": taskWith(
    ["microF1", "macroF1", "subsetAccuracy", "loss"],
    (logits, targets) => ({
      loss: binaryLogLoss(logits, targets),
      ...multiLabelScores(logits.map((row) => row.map(sigmoid)), targets),
    }),
  ),
  "regression": taskWith(["pearson", "spearman", "loss"], regressionMetrics),
};

/** A task with these metrics, of logits and targets, each [N, C]. */
function taskWith(
  metrics: HeadTask<SequenceTargets>["metrics"],
  metricsOf: (
    logits: readonly (readonly number[])[],
    targets: readonly (readonly number[])[],
  ) => TargetsMetrics,
): HeadTask<SequenceTargets> {
  return {
    trainStep,
    check: checkTargets,
    batchesOf: targetsBatchesOf,
    tensorsOf: targetsTensors,
    weightOf: ({ targets }) => targets.length,
    async evaluate(
      model,
      examples,
      options,
    ): Promise<Evaluation<TargetsMetrics>> {
      const classifier = model as ClassifierModel;
      const logits = await logitsOf(classifier, examples, options);
      const targets = examples.map((example) => example.targets);
      return { metrics: metricsOf(logits, targets) };
    },
    metrics,
    options: ["batching"],
  };
}
