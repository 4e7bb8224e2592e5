/** Extractive question answering: its loss, its training step and its metrics. @module */

import type * as tf from "@tensorflow/tfjs";
import {
  type AnswerInput,
  answerTensors,
} from "../../batches/batch_tensors.ts";
import { paddingOf } from "../../batches/batches.ts";
import { checkInputs } from "../../batches/check_examples.ts";
import type { QuestionWindow } from "../../batches/encode_questions.ts";
import {
  type AnswerBatch,
  answerBatchesOf,
  type AnswerExample,
} from "../../batches/head_batches.ts";
import { logSoftmax } from "../../evaluation/probabilities.ts";
import {
  answerLogits,
  answersOf,
  scoreAnswers,
} from "../../inference/answer_questions.ts";
import type { BertConfig } from "../../model/config.ts";
import {
  findAnswers,
  type QuestionAnsweringParams,
} from "../../model/heads/question_answering.ts";
import type { Dropout } from "../../ops/dropout.ts";
import { compileSums, sumOverBatches } from "../evaluate.ts";
import type { Evaluation } from "../events.ts";
import { answerLoss } from "../losses.ts";
import { compileTrainStep } from "../train_step.ts";
import type { HeadTask, LossConfig } from "./head_task.ts";

/** The metrics of question answering, over the likeliest starts and ends. */
export type AnswerMetrics = {
  /** Mean of the cross-entropies of starts and ends without dropout, in nats. */
  readonly loss: number;
  /** Share of the questions whose start and end are both right. */
  readonly exactMatch: number;
  /** Share of the starts and ends that are right. */
  readonly accuracy: number;
};

/**
 * Mean of the cross-entropies of the starts and of the ends of a batch's answers.
 *
 * @param params BERT with the head of question answering.
 * @param batch The questions with their texts, and the answers' spans.
 * @param config The sizes that `params` were made with, and ε of label smoothing.
 * @param dropout The dropout of the step.
 * @returns A scalar, in nats. The caller disposes it.
 */
export function questionAnsweringLoss(
  params: QuestionAnsweringParams,
  { input, startPositions, endPositions }: AnswerInput,
  config: LossConfig,
  dropout: Dropout,
): tf.Scalar {
  const output = findAnswers(params, input, config, { dropout });
  const answers = { startPositions, endPositions };
  return answerLoss(output, answers, config.labelSmoothing);
}

/** Sums over the answers of a batch: losses, both right, each right, count; [4]. */
const compiledSums = compileSums(
  (
    params: QuestionAnsweringParams,
    { input, startPositions, endPositions }: AnswerInput,
    config: BertConfig,
  ) => {
    const output = findAnswers(params, input, config);
    const count = startPositions.greaterEqual(0).toFloat().sum();
    const starts = output.startLogits.argMax(-1).equal(startPositions);
    const ends = output.endLogits.argMax(-1).equal(endPositions);
    const loss = answerLoss(output, { startPositions, endPositions });
    return [
      loss.mul(count),
      starts.logicalAnd(ends).toFloat().sum(),
      starts.toFloat().sum().add(ends.toFloat().sum()),
      count,
    ];
  },
  "question answering evaluation",
);

/** The metrics of question answering over questions whose windows are known. */
export type QuestionMetrics = {
  /** Mean loss of the windows without dropout and without padding, in nats. */
  readonly loss: number;
  /** Share of the questions that are answered as in the official evaluation of SQuAD. */
  readonly exactMatch: number;
  /** Mean F1 of the words of the answers, likewise. */
  readonly f1: number;
};

/** The task of question answering (Devlin et al., 2019, section 4.2). */
export const QUESTION_ANSWERING: HeadTask<{
  params: QuestionAnsweringParams;
  example: AnswerExample;
  plain: AnswerBatch;
  batch: AnswerInput;
  metrics: AnswerMetrics;
}> = {
  trainStep: compileTrainStep(
    questionAnsweringLoss,
    "question answering step",
  ),
  check(examples, { config }, purpose): void {
    checkInputs(examples, config, purpose);
    for (const [index, example] of examples.entries()) {
      const { startPosition: start, endPosition: end } = example;
      const isSpan = Number.isSafeInteger(start) && Number.isSafeInteger(end) &&
        0 <= start && start <= end;
      if (isSpan) continue;
      throw new RangeError(
        `Cannot use example ${index} for ${purpose}: its answer must begin at token ` +
          `0 or later and not end before it begins; found startPosition=${start}, ` +
          `endPosition=${end}`,
      );
    }
  },
  batchesOf: (examples, config, members) =>
    answerBatchesOf(examples, { ...members, ...paddingOf(config) }),
  tensorsOf: answerTensors,
  weightOf: ({ startPositions }) =>
    startPositions.reduce((sum, start) => sum + (start >= 0 ? 1 : 0), 0),
  async evaluate(
    model,
    examples,
    { batchSize, precision },
  ): Promise<Evaluation<AnswerMetrics>> {
    const [loss, both, each, count] = await sumOverBatches(
      answerBatchesOf(examples, { batchSize, ...paddingOf(model.config) }),
      model,
      answerTensors,
      compiledSums[precision],
    );
    return {
      metrics: {
        loss: loss! / count!,
        exactMatch: both! / count!,
        accuracy: each! / (2 * count!),
      },
    };
  },
  metrics: ["exactMatch", "accuracy", "loss"],
  options: [],
};

/**
 * The task over windows that carry their questions, whose answers are scored as texts.
 *
 * If some of the questions are unanswerable, no answer is given where it scores more than
 * the best one (Devlin et al., 2019, section 4.3, with τ = 0).
 */
export const QUESTION_WINDOWS: HeadTask<{
  params: QuestionAnsweringParams;
  example: QuestionWindow;
  plain: AnswerBatch;
  batch: AnswerInput;
  metrics: QuestionMetrics;
}> = {
  ...QUESTION_ANSWERING,
  async evaluate(
    model,
    windows,
    options,
  ): Promise<Evaluation<QuestionMetrics>> {
    const logits = await answerLogits(model, windows, options);
    const mayLack = answersOf(windows).some(({ length }) => length === 0);
    const { exactMatch, f1 } = scoreAnswers(windows, logits, {
      noAnswerThreshold: mayLack ? 0 : undefined,
    });
    const losses = windows.map(({ startPosition, endPosition }, i) => {
      const { startLogits, endLogits } = logits[i]!;
      return -(logSoftmax(startLogits)[startPosition]! +
        logSoftmax(endLogits)[endPosition]!) / 2;
    });
    const loss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
    return { metrics: { exactMatch, f1, loss } };
  },
  metrics: ["exactMatch", "f1", "loss"],
};
