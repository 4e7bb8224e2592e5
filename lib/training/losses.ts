/** Losses: the cross-entropy of every head, and the squared error of regression. @module */

import * as tf from "@tensorflow/tfjs";
import { IGNORE_INDEX } from "../batches/batches.ts";
import { withGradient } from "../ops/custom_gradient.ts";

/**
 * Mean cross-entropy: −(1/B) Σ log softmax(logits)[label], in nats.
 *
 * The logarithm of the softmax is taken in one piece, so a confident wrong answer
 * gives a large loss, not log(0).
 *
 * @example Two equal logits cost log 2
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { crossEntropy } from "bertbook/training/losses.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * tf.tidy(() => {
 *   const loss = crossEntropy(tf.tensor2d([[7, 7]]), tf.tensor1d([1], "int32"));
 *   assert.ok(Math.abs(loss.dataSync()[0]! - Math.LN2) < 1e-6);
 * });
 * ```
 *
 * @param logits One row of scores for each example, [B, C].
 * @param labels The class of each example, [B], int32, each in [0, C).
 * @param options `sampleWeights`: the weight of each example, [B]; the mean is then
 * Σ wᵢ lossᵢ / Σ wᵢ, as in PyTorch's weighted `CrossEntropyLoss`; default 1 for all.
 * `labelSmoothing`: ε of {@linkcode smoothTargets}; default 0.
 * @returns A scalar. The caller disposes it.
 */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: {
    readonly sampleWeights?: tf.Tensor1D | undefined;
    readonly labelSmoothing?: number | undefined;
  } = {},
): tf.Scalar {
  const { sampleWeights, labelSmoothing = 0 } = options;
  return tf.tidy(() => {
    const [B, C] = logits.shape;
    const targets = smoothTargets(
      tf.oneHot(labels, C).toFloat(),
      labelSmoothing,
    ); // [B, C]
    const found = tf.logSoftmax(logits).mul(targets);
    if (sampleWeights === undefined) return found.sum().div<tf.Scalar>(-B);
    const weighted = found.sum(1).mul(sampleWeights).sum<tf.Scalar>();
    return weighted.div<tf.Scalar>(sampleWeights.sum().neg());
  });
}

/**
 * Label smoothing: (1 − ε) · target + ε / C for each of C classes.
 *
 * Szegedy et al. (2016), "Rethinking the Inception Architecture", section 7; as
 * PyTorch's `CrossEntropyLoss(label_smoothing)`.
 *
 * @param targets One row of probabilities for each example, [N, C].
 * @param labelSmoothing ε, in [0, 1).
 * @returns The shape of `targets`, which it is if ε is 0. The caller disposes it.
 */
export function smoothTargets<T extends tf.Tensor>(
  targets: T,
  labelSmoothing: number,
): T {
  if (labelSmoothing === 0) return targets;
  const numClasses = targets.shape.at(-1)!;
  return tf.tidy(() =>
    targets.mul(1 - labelSmoothing).add<T>(labelSmoothing / numClasses)
  );
}

/**
 * Mean cross-entropy over the rows that have a label, in nats; 0 if none has.
 *
 * With p = softmax(logits), targets t and n labelled rows, the gradient by the logits
 * of such a row is (p − t) / n: written out, as the rows of a vocabulary are wide.
 *
 * @example The second row has no label
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { IGNORE_INDEX } from "bertbook/batches/batches.ts";
 * import { labelledCrossEntropy } from "bertbook/training/losses.ts";
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
 * @param logits One row of scores for each label, [N, C].
 * @param labels A class in [0, C), or {@linkcode IGNORE_INDEX}, [N], int32.
 * @param labelSmoothing ε of {@linkcode smoothTargets}; default 0.
 * @returns A scalar; the caller disposes it.
 */
export function labelledCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  labelSmoothing = 0,
): tf.Scalar {
  const [N, C] = logits.shape;
  return withGradient<tf.Scalar>([logits], () => {
    const logProbabilities = tf.logSoftmax(logits); // [N, C]
    const isLabelled = labels.greaterEqual(0).toFloat().reshape([N, 1]);
    const oneHot = tf.oneHot(labels, C).toFloat(); // a row of zeros if ignored
    const targets = labelSmoothing === 0
      ? oneHot
      : smoothTargets(oneHot, labelSmoothing).mul(isLabelled);
    const count = isLabelled.sum().maximum(1);
    const value = logProbabilities.mul(targets).sum().neg().div<tf.Scalar>(
      count,
    );
    const probabilities = logProbabilities.exp().mul(isLabelled);
    return { value, saved: [probabilities.sub(targets), count] };
  }, (gradient, [difference, count]) => [
    difference!.mul(gradient.div(count!)),
  ]);
}

/**
 * The loss of pretraining: that of the masked tokens and that of the pairs, added.
 *
 * Devlin et al. (2019), appendix A.2.
 *
 * @param output Scores of word pieces [M, V], and of both classes of pairs [B, 2].
 * @param labels The masked tokens [M], and the classes of the pairs [B], each int32.
 * @returns A scalar; the caller disposes it.
 */
export function pretrainingLoss(
  output: { wordLogits: tf.Tensor2D; sentenceLogits: tf.Tensor2D },
  labels: { maskedLabels: tf.Tensor1D; nextSentenceLabels: tf.Tensor1D },
): tf.Scalar {
  return tf.tidy(() =>
    labelledCrossEntropy(output.wordLogits, labels.maskedLabels)
      .add(crossEntropy(output.sentenceLogits, labels.nextSentenceLabels))
  );
}

/**
 * The loss of token classification: the mean over all labelled tokens of the batch.
 *
 * @param logits [B, T, C].
 * @param labels A class, or {@linkcode IGNORE_INDEX} for special tokens, padding and the
 * later pieces of a word, [B, T], int32.
 * @param labelSmoothing ε of {@linkcode smoothTargets}; default 0.
 * @returns A scalar; the caller disposes it.
 */
export function tokenLoss(
  logits: tf.Tensor3D,
  labels: tf.Tensor2D,
  labelSmoothing = 0,
): tf.Scalar {
  const [B, T, C] = logits.shape;
  return tf.tidy(() =>
    labelledCrossEntropy(
      logits.reshape([B * T, C]),
      labels.reshape([B * T]),
      labelSmoothing,
    )
  );
}

/**
 * The loss of question answering: the mean of the losses of the starts and of the ends.
 *
 * A position of T or more, the answer having been cut off, is ignored.
 *
 * @param output Scores of each token as start and as end, [B, T].
 * @param answers The first and the last token of each answer, [B], int32.
 * @param labelSmoothing ε of {@linkcode smoothTargets}; default 0.
 * @returns A scalar; the caller disposes it.
 */
export function answerLoss(
  output: { startLogits: tf.Tensor2D; endLogits: tf.Tensor2D },
  answers: { startPositions: tf.Tensor1D; endPositions: tf.Tensor1D },
  labelSmoothing = 0,
): tf.Scalar {
  const { startLogits, endLogits } = output;
  const [, T] = startLogits.shape;
  return tf.tidy(() => {
    const within = (positions: tf.Tensor1D): tf.Tensor1D =>
      tf.where(
        positions.less(T),
        positions,
        tf.fill(positions.shape, IGNORE_INDEX, "int32"),
      );
    const loss = (logits: tf.Tensor2D, positions: tf.Tensor1D): tf.Scalar =>
      labelledCrossEntropy(logits, within(positions), labelSmoothing);
    return loss(startLogits, answers.startPositions)
      .add(loss(endLogits, answers.endPositions))
      .div(2);
  });
}

/**
 * Mean binary cross-entropy over the labels of all sequences, in nats: with σ the
 * logistic function, the mean of −t log σ(z) − (1 − t) log(1 − σ(z)).
 *
 * As PyTorch's `BCEWithLogitsLoss`. Computed as softplus(z) − t z, which takes no
 * logarithm of 0; softplus(z) = log(1 + eᶻ).
 *
 * @param logits One row of scores for each sequence, z, [B, C].
 * @param targets 1 if the label holds or else 0, t, [B, C].
 * @returns A scalar; the caller disposes it.
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
): tf.Scalar {
  return tf.tidy(() => tf.softplus(logits).sub(logits.mul(targets)).mean());
}

/**
 * Mean squared error over the values of all sequences. As PyTorch's `MSELoss`.
 *
 * @param predictions [B, C].
 * @param targets [B, C].
 * @returns A scalar; the caller disposes it.
 */
export function meanSquaredError(
  predictions: tf.Tensor2D,
  targets: tf.Tensor2D,
): tf.Scalar {
  return tf.tidy(() => predictions.sub(targets).square().mean());
}
