/** The loss that fine-tuning lowers. @module */

import * as tf from "@tensorflow/tfjs";

/**
 * Mean cross-entropy: −(1/B) Σ log softmax(logits)[label], in nats.
 *
 * The logarithm of the softmax is taken in one piece, so a confident wrong answer
 * gives a large loss, not log(0).
 *
 * @example Two equal logits cost log 2
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { crossEntropy } from "bertbook/training/loss.ts";
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
 * @param sampleWeights How much each example counts, [B]; the mean is then Σ wᵢ lossᵢ /
 * Σ wᵢ, as in PyTorch's weighted `CrossEntropyLoss`. Left out, all count alike.
 * @returns A scalar. The caller disposes it.
 */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  sampleWeights?: tf.Tensor1D,
): tf.Scalar {
  return tf.tidy(() => {
    const [B, C] = logits.shape;
    const chosen = tf.oneHot(labels, C).toFloat(); // [B, C]
    const found = tf.logSoftmax(logits).mul(chosen); // 0 but for the right class
    if (sampleWeights === undefined) return found.sum().div<tf.Scalar>(-B);
    const weighed = found.sum(1).mul(sampleWeights).sum<tf.Scalar>();
    return weighed.div<tf.Scalar>(sampleWeights.sum().neg());
  });
}
