/**
 * Additive masks: what is added to a score before the softmax, 0 to keep a key and
 * -1e9 to hide it. Two masks are joined by adding them.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** Far below any score, and far from overflowing when two are added. */
const HIDDEN = -1e9;

/**
 * Hides the keys that are padding.
 *
 * @param attentionMask 1 for a token, 0 for padding, [B, T].
 * @returns 0 for a token, -1e9 for padding, [B, 1, 1, T]; the caller disposes it.
 */
export function paddingMask(attentionMask: tf.Tensor2D): tf.Tensor4D {
  const [B, T] = attentionMask.shape;
  return tf.tidy(() =>
    attentionMask.cast("float32").sub(1).mul(-HIDDEN).reshape([B, 1, 1, T])
  );
}

/**
 * Hides the keys that are of another sequence, where several share a row.
 *
 * @param sequences Which sequence each token is of, [R, T], int32; 0 for padding.
 * @returns 0 within a sequence, -1e9 between two, [R, 1, T, T]; the caller disposes
 * it.
 */
export function packedMask(sequences: tf.Tensor2D): tf.Tensor4D {
  const [R, T] = sequences.shape;
  return tf.tidy(() => {
    const ofQuery = sequences.reshape([R, 1, T, 1]);
    const ofKey = sequences.reshape([R, 1, 1, T]);
    return ofQuery.notEqual(ofKey).cast("float32").mul(HIDDEN);
  });
}

/**
 * Hides the keys that stand after the query, so that a model which predicts the next
 * token cannot look it up.
 *
 * Vaswani et al. (2017), section 3.2.3: "masking out (setting to −∞) all values in
 * the input of the softmax which correspond to illegal connections".
 *
 * @example The second token sees the first, not the other way round
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { causalMask } from "bertbook/model/masks.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * assert.deepEqual(causalMask(2).arraySync(), [[[[0, -1e9], [0, 0]]]]);
 * ```
 *
 * @param length T, the number of tokens.
 * @returns 0 up to the query and -1e9 after it, [1, 1, T, T]; the caller disposes it.
 */
export function causalMask(length: number): tf.Tensor4D {
  const values = Float32Array.from(
    { length: length * length },
    (_, i) => i % length <= Math.floor(i / length) ? 0 : HIDDEN,
  );
  return tf.tensor4d(values, [1, 1, length, length]);
}
