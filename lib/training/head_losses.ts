/** What each head's training lowers. @module */

import * as tf from "@tensorflow/tfjs";
import { IGNORE_INDEX } from "../batches/masked_batches.ts";
import { withGradient } from "../ops/custom_gradient.ts";
import { crossEntropy } from "./loss.ts";

/**
 * Mean cross-entropy over the rows that have a label, in nats; 0 where none has.
 *
 * With p = softmax(logits) and n labelled rows, the gradient by the logits of such a
 * row is (p − 1[label]) / n: by hand, as the row of a vocabulary is wide.
 *
 * @example The second row has no label
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { IGNORE_INDEX } from "bertbook/batches/masked_batches.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * tf.tidy(() => {
 *   const labels = tf.tensor1d([1, IGNORE_INDEX], "int32");
 *   const loss = labelledCrossEntropy(tf.tensor2d([[7, 7], [9, 0]]), labels);
 *   assert.ok(Math.abs(loss.dataSync()[0]! - Math.LN2) < 1e-6);
 * });
 * ```
 *
 * @param logits One row of scores for each place, [N, C].
 * @param labels A class in [0, C), or {@linkcode IGNORE_INDEX}, [N], int32.
 * @returns A scalar; the caller disposes it.
 */
export function labelledCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
): tf.Scalar {
  const [N, C] = logits.shape;
  return withGradient<tf.Scalar>([logits], () => {
    const logProbabilities = tf.logSoftmax(logits); // [N, C]
    const chosen = tf.oneHot(labels, C).toFloat(); // a row of zeros where ignored
    const isLabelled = labels.greaterEqual(0).toFloat().reshape([N, 1]);
    const count = isLabelled.sum().maximum(1);
    const value = logProbabilities.mul(chosen).sum().neg().div<tf.Scalar>(
      count,
    );
    const probabilities = logProbabilities.exp().mul(isLabelled);
    return { value, saved: [probabilities.sub(chosen), count] };
  }, (gradient, [difference, count]) => [
    difference!.mul(gradient.div(count!)),
  ]);
}

/**
 * The loss of pretraining: that of the masked words and that of the pairs, added.
 *
 * Devlin et al. (2019), appendix A.2.
 *
 * @param output Scores of word pieces [M, V], and of both classes of pairs [B, 2].
 * @param labels The masked words [M], and the classes of the pairs [B], each int32.
 * @returns A scalar; the caller disposes it.
 */
export function pretrainingLoss(
  output: { wordLogits: tf.Tensor2D; sentenceLogits: tf.Tensor2D },
  labels: { words: tf.Tensor1D; nextSentenceLabels: tf.Tensor1D },
): tf.Scalar {
  return tf.tidy(() =>
    labelledCrossEntropy(output.wordLogits, labels.words)
      .add(crossEntropy(output.sentenceLogits, labels.nextSentenceLabels))
  );
}

/**
 * The loss of token classification: the mean over all labelled tokens of the batch.
 *
 * @param logits [B, T, C].
 * @param labels A class, or {@linkcode IGNORE_INDEX} for special tokens, padding and the
 * later pieces of a word, [B, T], int32.
 * @returns A scalar; the caller disposes it.
 */
export function tokenLoss(
  logits: tf.Tensor3D,
  labels: tf.Tensor2D,
): tf.Scalar {
  const [B, T, C] = logits.shape;
  return tf.tidy(() =>
    labelledCrossEntropy(
      logits.reshape([B * T, C]),
      labels.reshape([B * T]),
    )
  );
}

/**
 * The loss of question answering: the mean of the beginnings' and the ends'.
 *
 * A position at or beyond T, the answer having been cut off, does not count.
 *
 * @param output Scores of each token as beginning and as end, [B, T].
 * @param answers The first and the last token of each answer, [B], int32.
 * @returns A scalar; the caller disposes it.
 */
export function answerLoss(
  output: { startLogits: tf.Tensor2D; endLogits: tf.Tensor2D },
  answers: { starts: tf.Tensor1D; ends: tf.Tensor1D },
): tf.Scalar {
  const { startLogits, endLogits } = output;
  const [, T] = startLogits.shape;
  return tf.tidy(() => {
    const within = (places: tf.Tensor1D): tf.Tensor1D =>
      tf.where(
        places.less(T),
        places,
        tf.fill(places.shape, IGNORE_INDEX, "int32"),
      );
    return labelledCrossEntropy(startLogits, within(answers.starts))
      .add(labelledCrossEntropy(endLogits, within(answers.ends)))
      .div(2);
  });
}
