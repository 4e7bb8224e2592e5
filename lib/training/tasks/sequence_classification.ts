/** Sequence classification: its loss, its training step and its metrics. @module */

import type * as tf from "@tensorflow/tfjs";
import {
  batchTensors,
  type LabelledInput,
} from "../../batches/batch_tensors.ts";
import type { Batch, EncodedExample } from "../../batches/batches.ts";
import {
  areStreamed,
  type TrainExamples,
} from "../../batches/example_source.ts";
import { checkExamples } from "../../batches/check_examples.ts";
import { BATCHES_OF } from "../../batches/packed_batches.ts";
import type { ClassifierModel } from "../../checkpoint/pretrained.ts";
import {
  type ClassificationMetrics,
  METRIC_NAMES,
  predictionMetrics,
  undefinedMccWarning,
} from "../../evaluation/metrics.ts";
import { predictWindows } from "../../inference/windows.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../../model/heads/sequence_classifier.ts";
import type { Dropout } from "../../ops/dropout.ts";
import { checkOption, RULES } from "../../options.ts";
import type { Evaluation } from "../events.ts";
import { crossEntropy } from "../losses.ts";
import { compileTrainStep } from "../train_step.ts";
import type { HeadTask, LossConfig } from "./head_task.ts";

/**
 * Mean cross-entropy of a batch of sequences.
 *
 * @param params A classifier.
 * @param batch The sequences and their classes.
 * @param config The sizes that `params` were made with, and ε of label smoothing.
 * @param dropout The dropout of the step.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function classificationLoss(
  params: ClassifierParams,
  { input, labels, sampleWeights }: LabelledInput,
  config: LossConfig,
  dropout: Dropout,
): tf.Scalar {
  const options = { dropout, rowsNeeded: "first" } as const;
  const { logits } = classifySequences(params, input, config, options);
  const { labelSmoothing } = config;
  return crossEntropy(logits, labels, { sampleWeights, labelSmoothing });
}

/** A training step of a sequence classifier at each precision, compiled. */
export const classificationStep = compileTrainStep(
  classificationLoss,
  "training step",
);

/**
 * The task of a sequence classifier (Devlin et al., 2019, section 4.1).
 *
 * @param classWeights Weight of each class in the loss, [C]; default 1 for all.
 * @returns The task.
 */
export function sequenceClassification(
  classWeights?: readonly number[],
): HeadTask<{
  params: ClassifierParams;
  example: EncodedExample;
  plain: Batch;
  batch: LabelledInput;
  metrics: ClassificationMetrics;
}> {
  return {
    trainStep: classificationStep,
    check: checkExamples,
    batchesOf: (examples, config, members, batching) =>
      BATCHES_OF[batching](examples, config, members),
    tensorsOf: (batch, config) => batchTensors(batch, config, classWeights),
    weightOf: ({ labels }) =>
      labels.reduce((sum, label) => sum + (classWeights?.[label] ?? 1), 0),
    async evaluate(
      model,
      examples,
      options,
    ): Promise<Evaluation<ClassificationMetrics>> {
      // Of texts: an example may be one of several windows of a text.
      const { predictions, labels, loss } = await predictWindows(
        model as ClassifierModel,
        examples,
        options,
      );
      return {
        metrics: { loss, ...predictionMetrics(predictions, labels) },
        warning: undefinedMccWarning(predictions, labels),
      };
    },
    metrics: METRIC_NAMES,
    options: ["batching", "classWeights"],
  };
}

/**
 * The weights that give every class the same total weight, however many examples it
 * has: N / (C · Nᶜ).
 *
 * After King & Zeng (2001), "Logistic Regression in Rare Events Data"; the numbers are
 * those of scikit-learn's `class_weight="balanced"`.
 *
 * @example
 * ```ts
 * import { balancedWeights } from "bertbook/training/tasks/sequence_classification.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(balancedWeights([0, 1, 1, 1], 2), [2, 2 / 3]);
 * ```
 *
 * @param labels The class of each example, each in [0, C).
 * @param numClasses C.
 * @returns A weight for each class; 1 for one without examples.
 */
export function balancedWeights(
  labels: readonly number[],
  numClasses: number,
): number[] {
  const counts = Array<number>(numClasses).fill(0);
  for (const label of labels) counts[label]!++;
  return weightsOf(counts);
}

function weightsOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) =>
    count === 0 ? 1 : total / (counts.length * count)
  );
}

/**
 * Checks class weights, and computes those that are `"balanced"`.
 *
 * @param classWeights One for each class, or `"balanced"`.
 * @param classes The names of the classes.
 * @param train The training examples.
 * @returns One for each class, or undefined if there are no weights.
 * @throws {RangeError} If there is not one above 0 for each class.
 */
export function resolveClassWeights(
  classWeights: readonly number[] | "balanced" | undefined,
  classes: readonly string[],
  train: TrainExamples<EncodedExample>,
): readonly number[] | undefined {
  if (classWeights === undefined) return undefined;
  if (classWeights === "balanced") {
    if (areStreamed(train)) return weightsOf(train.labelCounts);
    return balancedWeights(train.map(({ label }) => label), classes.length);
  }
  if (!Array.isArray(classWeights) || classWeights.length !== classes.length) {
    throw new RangeError(
      `Cannot weight the classes: classWeights must be "balanced" or a number for ` +
        `each; found ${JSON.stringify(classWeights)}, the classes are ${
          classes.map((name) => `"${name}"`).join(", ")
        }`,
    );
  }
  for (const [i, weight] of classWeights.entries()) {
    checkOption(`classWeights[${i}]`, weight, RULES.positive);
  }
  return classWeights;
}
