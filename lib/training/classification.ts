/** What fine-tuning lowers: the cross-entropy of a sequence classifier. @module */

import type * as tf from "@tensorflow/tfjs";
import {
  type ClassifierParams,
  classify,
} from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";
import type { Dropout } from "../ops/dropout.ts";
import { compileTrainStep } from "./compiled_step.ts";
import { crossEntropy } from "./loss.ts";
import { type Step, makeTrainStep, type TrainState } from "./step.ts";
import type { LabelledInput } from "../batches/batch_tensors.ts";

/** A classifier in training. */
export type ClassifierTrainState = TrainState<ClassifierParams>;

/**
 * Mean cross-entropy of a batch of sequences.
 *
 * @param params A classifier.
 * @param batch The sequences and their classes.
 * @param config The sizes that `params` were made with.
 * @param dropout The step's dropout.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function classificationLoss(
  params: ClassifierParams,
  { input, labels, sampleWeights }: LabelledInput,
  config: BertConfig,
  dropout: Dropout,
): tf.Scalar {
  const options = { dropout, rowsNeeded: "first" } as const;
  const { logits } = classify(params, input, config, options);
  return crossEntropy(logits, labels, sampleWeights);
}

/** A step of fine-tuning, run operation by operation. */
export const trainingStep: Step<ClassifierParams, LabelledInput, BertConfig> =
  makeTrainStep(classificationLoss);

/** A step of fine-tuning at each precision, compiled. */
export const compiledStep = compileTrainStep(classificationLoss, "training step");
