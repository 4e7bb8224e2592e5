/**
 * Scaled dot-product attention: masks, heads, weights, and what they mix.
 *
 * Shapes: B batch, T tokens, Q of them that ask, D hidden size, H heads, K = D / H
 * head size.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { DropoutKey } from "../engine/dropout_mask.ts";
import { fuse } from "../engine/fuse.ts";
import { withGradient } from "./custom_gradient.ts";
import { applyDropout } from "./dropout.ts";
import type { LinearParams } from "./linear.ts";

/** What attention returns: the context, and the weights of its sums. */
export type AttentionOutput = {
  /** Weighted sums of the values, [B, H, Q, K]. */
  context: tf.Tensor4D;
  /** Attention weights before dropout, [B, H, Q, T]; every row sums to 1. */
  weights: tf.Tensor4D;
};

/**
 * Scaled dot-product attention: softmax(Q Kᵀ / √K + mask) V.
 *
 * Vaswani et al. (2017), "Attention Is All You Need", equation 1.
 *
 * @example One token attends only to itself
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { attend } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const x: tf.Tensor4D = tf.ones([1, 1, 1, 4]);
 * const mask: tf.Tensor4D = tf.zeros([1, 1, 1, 1]);
 * const { weights } = attend({ query: x, key: x, value: x }, mask);
 * assert.deepEqual(weights.arraySync(), [[[[1]]]]);
 * ```
 *
 * @param heads Queries [B, H, Q, K]; keys and values, each [B, H, T, K].
 * @param mask Added to the scores, [B, 1, 1, T] or [B, 1, Q, T]: 0 keeps a key, -1e9
 * hides it.
 * @param dropout Where attention weights are dropped, if any are; those returned are
 * before dropout.
 * @param scale What the scores are multiplied by: 1 / √K, or 1 for the unscaled
 * product of Luong et al. (2015), equation 8.
 * @returns The context and the weights; the caller disposes both.
 * @throws {RangeError} If queries and keys differ in anything but their number.
 */
export function attend(
  heads: { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D },
  mask: tf.Tensor4D,
  dropout?: DropoutKey,
  scale: number = 1 / Math.sqrt(heads.query.shape[3]),
): AttentionOutput {
  const { query, key, value } = heads;
  if ([0, 1, 3].some((axis) => query.shape[axis] !== key.shape[axis])) {
    throw new RangeError(
      `Cannot compare queries with keys: their shapes must be equal but for the ` +
        `number of tokens; found query [${query.shape}] and key [${key.shape}]`,
    );
  }
  return tf.tidy(() => {
    // Unscaled, q · k has variance K, which drives softmax into its flat tails.
    const scores = tf.matMul(query, key, false, true) as tf.Tensor4D; // [B, H, Q, T]
    // A compiled function does not compute the weights if they are not used.
    const weights = attentionWeights(scores, { mask, scale }); // [B, H, Q, T]
    const context = dropout === undefined
      ? tf.matMul(weights, value) as tf.Tensor4D // [B, H, Q, K]
      : contextWithDropout(scores, value, { mask, scale }, dropout);
    return { context, weights };
  });
}

/** How scores become weights. */
export type Weighting = {
  /** Added, [B, 1, 1, T] or [B, 1, Q, T]: 0 keeps a key, -1e9 hides it. */
  readonly mask: tf.Tensor4D;
  /** What the scores are multiplied by. */
  readonly scale: number;
};

/**
 * softmax(scale · scores + mask).
 *
 * Vaswani et al. (2017), equation 1. With w = softmax(s) and g = ∂loss/∂w, the
 * gradient by s is w (g − Σ g w).
 *
 * @param scores Query times key, [B, H, Q, T].
 * @param how The mask and the scale.
 * @returns Weights, [B, H, Q, T]; the caller disposes them.
 */
export function attentionWeights(
  scores: tf.Tensor4D,
  { mask, scale }: Weighting,
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([scores], () => {
    const { weights } = maskedSoftmax(scores, mask, scale);
    return { value: weights, saved: [weights] };
  }, (gradient, [weights]) => [
    softmaxGradient(gradient, weights!, scale).scores,
  ]);
}

/**
 * dropout(softmax(scale · scores + mask)) V.
 *
 * The weights after dropout are not kept for the gradient but computed again.
 *
 * @param scores Query times key, [B, H, Q, T].
 * @param value [B, H, T, K].
 * @param how The mask and the scale.
 * @param dropout Where weights are dropped.
 * @returns The context, [B, H, Q, K]; the caller disposes it.
 */
export function contextWithDropout(
  scores: tf.Tensor4D,
  value: tf.Tensor4D,
  { mask, scale }: Weighting,
  dropout: DropoutKey,
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([scores, value], () => {
    const { weights, dropped } = maskedSoftmax(scores, mask, scale, dropout);
    const context = tf.matMul(dropped, value) as tf.Tensor4D;
    return { value: context, saved: [weights, value, dropout.key] };
  }, (gradient, [weights, value, key]) => {
    const byDropped = tf.matMul(gradient, value!, false, true);
    const by = softmaxGradient(byDropped, weights!, scale, {
      key: key as tf.Tensor1D,
      rate: dropout.rate,
    });
    return [by.scores, tf.matMul(by.dropped, gradient, true)];
  });
}

const maskedSoftmax = fuse(
  "mask, softmax, dropout",
  (
    scores: tf.Tensor4D,
    mask: tf.Tensor4D,
    scale: number,
    dropout?: DropoutKey,
  ) => {
    const weights = tf.softmax(scores.mul(scale).add<tf.Tensor4D>(mask));
    return { weights, dropped: applyDropout(weights, dropout) };
  },
  { bfloat16: { dropped: "only" } },
);

/** The gradient by the scores, and once more the weights after dropout. */
const softmaxGradient = fuse(
  "mask, softmax, dropout gradient",
  (
    gradient: tf.Tensor,
    weights: tf.Tensor,
    scale: number,
    dropout?: DropoutKey,
  ) => {
    const product = applyDropout(gradient, dropout).mul(weights);
    const scores = product.sub(weights.mul(product.sum(-1, true))).mul(scale);
    return { scores, dropped: applyDropout(weights, dropout) };
  },
  { bfloat16: { scores: "only", dropped: "only" } },
);

/** B, T and H. */
type Sizes = [numSequences: number, numTokens: number, numHeads: number];

/**
 * Gives every head its own columns.
 *
 * @param x Hidden states, [B · T, D].
 * @param sizes B, T and H.
 * @returns The heads' parts, [B, H, T, K]; the caller disposes them.
 */
export function splitHeads(
  x: tf.Tensor2D,
  [B, T, H]: Sizes,
): tf.Tensor4D {
  return x.reshape([B, T, H, x.shape[1] / H])
    .transpose<tf.Tensor4D>([0, 2, 1, 3]);
}

/**
 * Projects for every head: x W + b, split.
 *
 * @param params The kernel [D, D] and the bias [D].
 * @param x Hidden states, [B · T, D].
 * @param sizes B, T and H.
 * @returns The heads' parts, [B, H, T, K]; the caller disposes them.
 */
export function projectHeads(
  params: LinearParams,
  x: tf.Tensor2D,
  sizes: Sizes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const product: tf.Tensor2D = tf.matMul(x, params.kernel);
    return withGradient<tf.Tensor4D>(
      [product, params.bias],
      () => ({ value: biasAndSplit(product, params.bias, sizes), saved: [] }),
      (gradient) => mergeAndSum(gradient),
    );
  });
}

/**
 * Puts the heads' columns side by side again.
 *
 * @param x The heads' parts, [B, H, T, K].
 * @returns Hidden states, [B · T, D]; the caller disposes them.
 */
export function mergeHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [B, H, T] = x.shape;
  return withGradient<tf.Tensor2D>(
    [x],
    () => ({ value: fusedMerge(x), saved: [] }),
    (gradient) => [fusedSplit(gradient, [B, T, H])],
  );
}

/** [B, H, T, K] → [B · T, D]. */
function merged(x: tf.Tensor4D): tf.Tensor2D {
  const [B, H, T, K] = x.shape;
  return x.transpose([0, 2, 1, 3]).reshape([B * T, H * K]);
}

const fusedSplit = fuse("split heads", splitHeads, { bfloat16: "only" });
const fusedMerge = fuse("merge heads", merged, { bfloat16: "only" });

const biasAndSplit = fuse(
  "bias, split heads",
  (product: tf.Tensor2D, bias: tf.Tensor1D, sizes: Sizes) =>
    splitHeads(product.add(bias), sizes),
  { bfloat16: "only" },
);

const mergeAndSum = fuse("merge heads, sum", (gradient: tf.Tensor4D) => {
  const rows = merged(gradient);
  return [rows, rows.sum(0)];
}, { bfloat16: { "[0]": "only" } });

/**
 * Masks are additive: they are added to the scores before the softmax, 0 to keep a key
 * and this to hide it. It is far below any score, and far from overflowing when two
 * masks are added.
 */
const MASKED = -1e9;

/**
 * Hides the keys that are padding.
 *
 * @param attentionMask 1 for a token, 0 for padding, [B, T].
 * @returns 0 for a token, -1e9 for padding, [B, 1, 1, T]; the caller disposes it.
 */
export function paddingMask(attentionMask: tf.Tensor2D): tf.Tensor4D {
  const [B, T] = attentionMask.shape;
  return tf.tidy(() =>
    attentionMask.cast("float32").sub(1).mul(-MASKED).reshape([B, 1, 1, T])
  );
}

/**
 * Hides the keys of other sequences, if several share a row.
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
    return ofQuery.notEqual(ofKey).cast("float32").mul(MASKED);
  });
}

/**
 * Hides the keys after the query, so that a model which predicts the next
 * token cannot look it up.
 *
 * Vaswani et al. (2017), section 3.2.3: "masking out (setting to −∞) all values in
 * the input of the softmax which correspond to illegal connections".
 *
 * @example The second token sees the first, not the other way round
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { causalMask } from "bertbook";
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
    (_, i) => i % length <= Math.floor(i / length) ? 0 : MASKED,
  );
  return tf.tensor4d(values, [1, 1, length, length]);
}
