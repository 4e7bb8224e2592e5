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
import { areEntityTags, entityReport } from "../../evaluation/entities.ts";
import { accuracy } from "../../evaluation/metrics.ts";
import { logLoss, predictedClass } from "../../evaluation/probabilities.ts";
import { logitsOfTokens } from "../../inference/find_entities.ts";
import {
  classifyTokens,
  type TokenClassifierParams,
} from "../../model/heads/token_classifier.ts";
import type { Dropout } from "../../ops/dropout.ts";
import type { Evaluation } from "../events.ts";
import { tokenLoss } from "../losses.ts";
import { compileTrainStep } from "../train_step.ts";
import type { HeadTask, LossConfig } from "./head_task.ts";

/**
 * The metrics of a token classifier, over all labelled tokens; and over entities, if its
 * classes are `O` and entity tags such as `B-PER`.
 */
export type TokenMetrics = {
  /** Mean cross-entropy without dropout, in nats. */
  readonly loss: number;
  readonly accuracy: number;
  /** The harmonic mean of both over the entities, as in `seqeval`. */
  readonly f1?: number;
  /** Of the predicted entities, the share that is right. */
  readonly precision?: number;
  /** Of the actual entities, the share that is found. */
  readonly recall?: number;
};

type TokenTypes = {
  params: TokenClassifierParams;
  example: TokenExample;
  plain: TokenBatch;
  batch: TokenInput;
  metrics: TokenMetrics;
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

/** The task of a token classifier, whatever its classes are. */
const TASK: Omit<HeadTask<TokenTypes>, "metrics"> = {
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
    const isLabelled = ([, { tokenLabels }]: [number, TokenExample]): boolean =>
      tokenLabels.some((label) => label !== IGNORE_INDEX);
    if (Iterator.from(examples.entries()).some(isLabelled)) return;
    throw new RangeError(
      `Cannot use the examples for ${purpose}: a token must have a label; found none`,
    );
  },
  batchesOf: (examples, config, members) =>
    tokenBatchesOf(examples, { ...members, ...paddingOf(config) }),
  tensorsOf: tokenTensors,
  weightOf: ({ tokenLabels }) =>
    tokenLabels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0),
  async evaluate(
    model,
    examples,
    options,
  ): Promise<Evaluation<TokenMetrics>> {
    const positions = examples.map(({ tokenLabels }) =>
      [...tokenLabels.keys()].filter((i) => tokenLabels[i] !== IGNORE_INDEX)
    );
    const logits = await logitsOfTokens(model, examples, positions, options);
    const labels = positions.map((own, i) =>
      own.map((position) => examples[i]!.tokenLabels[position]!)
    );
    const predictions = logits.map((rows) => rows.map(predictedClass));
    const metrics = {
      loss: logLoss(logits.flat(), labels.flat()),
      accuracy: accuracy(predictions.flat(), labels.flat()),
    };
    if (!areEntityTags(model.labels)) return { metrics };
    const tagsOf = (classes: readonly (readonly number[])[]): string[][] =>
      sentencesOf(examples)
        .map((own) =>
          own.flatMap((i) => classes[i]!.map((id) => model.labels[id]!))
        );
    const { micro } = entityReport(tagsOf(predictions), tagsOf(labels));
    const { precision, recall, fScore: f1 } = micro;
    return { metrics: { f1, precision, recall, ...metrics } };
  },
  options: [],
};

/**
 * The task of a token classifier (Devlin et al., 2019, section 5.3). If its classes are
 * `O` and entity tags such as `B-PER`, it is evaluated by F₁ of the entities first, as
 * by accuracy a model that finds none is a good one.
 *
 * @param labels The names of the classes.
 * @returns The task.
 */
export function tokenClassification(
  labels: readonly string[],
): HeadTask<TokenTypes> {
  return {
    ...TASK,
    metrics: areEntityTags(labels)
      ? ["f1", "precision", "recall", "accuracy", "loss"]
      : ["accuracy", "loss"],
  };
}

/** The positions of the windows of each sentence. */
function sentencesOf(examples: readonly TokenExample[]): number[][] {
  const sentences: number[][] = [];
  for (const [i, { sentence }] of examples.entries()) {
    const continues = sentence !== undefined && i > 0 &&
      examples[i - 1]!.sentence === sentence;
    if (continues) sentences.at(-1)!.push(i);
    else sentences.push([i]);
  }
  return sentences;
}
