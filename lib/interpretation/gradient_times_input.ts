/**
 * Gradient × input: what each token adds to a decision, if the model were linear
 * around this text.
 *
 * Simonyan et al. (2014), "Deep Inside Convolutional Networks", section 3, find
 * the gradient; Shrikumar et al. (2017), "Learning Important Features Through
 * Propagating Activation Differences", section 2.3, multiply by the input.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { EncodedExample } from "../batches/batches.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { compile } from "../engine/compile.ts";
import type { BertInput } from "../model/bert.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../model/heads/sequence_classifier.ts";
import type { BertConfig } from "../model/config.ts";
import { inputFrom } from "../model/input.ts";
import { MANY_SIGNATURES } from "../engine/precision.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";

/**
 * Gradient × input of any score: Σ_d x_td ∂score/∂x_td for each row t.
 *
 * Where the score is linear, w · x + b, these are the exact contributions: their
 * sum is score(x) − score(0).
 *
 * @example A linear score
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { gradientTimesInput } from "bertbook/interpretation/gradient_times_input.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const parts = tf.tidy(() => {
 *   const kernel = tf.tensor2d([[1, 2], [3, 4]]);
 *   const score = (x: tf.Tensor2D) => x.mul(kernel).sum<tf.Scalar>().add<tf.Scalar>(7);
 *   return [...gradientTimesInput(score, tf.tensor2d([[1, 1], [2, 0]])).dataSync()];
 * });
 * assert.deepEqual(parts, [3, 6]);
 * ```
 *
 * @param score A scalar function of the input.
 * @param input The rows, [T, D].
 * @returns One contribution for each row, [T]; the caller disposes it.
 */
export function gradientTimesInput(
  score: (input: tf.Tensor2D) => tf.Scalar,
  input: tf.Tensor2D,
): tf.Tensor1D {
  return tf.tidy(() =>
    tf.grad((x) => score(x as tf.Tensor2D))(input).mul(input).sum<tf.Tensor1D>(
      1,
    )
  );
}

/**
 * What each token of a sequence adds to the margin of a class: to its logit minus
 * the mean of the others', which for two classes are the log odds.
 *
 * The input is the word embedding; positions and token types are held fixed.
 *
 * @param model Its parameters may be constants or variables; they stay as they are.
 * @param example Ids and token type ids, each [T].
 * @param target The class.
 * @returns One contribution for each token, special ones included, [T].
 * @throws {RangeError} If the model has no embedding for a value, or no such class.
 */
export async function tokenContributions(
  { params, config, labels }: ClassifierModel,
  { inputIds, tokenTypeIds }: Pick<EncodedExample, "inputIds" | "tokenTypeIds">,
  target: number,
): Promise<number[]> {
  const perClass = marginWeights(target, labels.length);
  const attentionMask = inputIds.map(() => 1);
  const plain = {
    inputIds,
    tokenTypeIds,
    attentionMask,
    length: inputIds.length,
  };
  await ensureEngine();
  const input = inputFrom(plain, config);
  const [weights, rows] = [
    tf.tensor1d(perClass),
    tf.tensor2d(inputIds.map((_, row) => row), [1, inputIds.length], "int32"),
  ];
  const result = compiledContributions(params, input, rows, weights, config);
  try {
    return [...await result.data()];
  } finally {
    tf.dispose([input, weights, rows, result]);
  }
}

/**
 * The factors that make a class's margin of logits.
 *
 * @param target The class.
 * @param numClasses C.
 * @returns 1 for the class, −1 / (C − 1) for each other, [C].
 * @throws {RangeError} If there is no such class, or no other.
 */
export function marginWeights(target: number, numClasses: number): number[] {
  if (
    !(numClasses >= 2 && Number.isInteger(target)) || target < 0 ||
    target >= numClasses
  ) {
    throw new RangeError(
      `Cannot take the margin of a class: it must be one of two or more; ` +
        `found class=${target}, classes=${numClasses}`,
    );
  }
  return Array.from(
    { length: numClasses },
    (_, label) => label === target ? 1 : -1 / (numClasses - 1),
  );
}

/** Contributions of the tokens of one sequence, [T]; traced once for each length. */
const compiledContributions = compile(
  (
    params: ClassifierParams,
    input: BertInput,
    rows: tf.Tensor2D,
    weights: tf.Tensor1D,
    config: BertConfig,
  ): tf.Tensor1D => {
    const { bert } = params;
    // The rows that this text looks up, in their order, stand in for the table.
    const words = tf.gather(bert.embeddings.word, input.inputIds.flatten());
    const score = (word: tf.Tensor2D): tf.Scalar => {
      const embeddings = { ...bert.embeddings, word };
      const own = { ...params, bert: { ...bert, embeddings } };
      const { logits } = classifySequences(
        own,
        { ...input, inputIds: rows },
        config,
        {
          rowsNeeded: "first",
        },
      );
      return logits.mul(weights).sum();
    };
    return gradientTimesInput(score, words as tf.Tensor2D);
  },
  { name: "gradient times input", ...MANY_SIGNATURES },
);
