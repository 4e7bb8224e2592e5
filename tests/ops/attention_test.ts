import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { type DropoutKey, dropoutMask } from "bertbook/engine/dropout_mask.ts";
import { attend, causalMask, paddingMask } from "bertbook/ops/attention.ts";
import { assertClose, assertNoLeak, chirp } from "../model/_support.ts";

await tf.setBackend("cpu");

const NO_MASK = [[[[0, 0]]]];
const HIDE_SECOND = [[[[0, -1e9]]]];

/** Two tokens whose queries and keys are the unit vectors of the plane. */
function twoTokens(
  mask: number[][][][],
  site?: DropoutKey,
): ReturnType<typeof attend> {
  return tf.tidy(() => {
    const unit = tf.tensor4d([[[[1, 0], [0, 1]]]]);
    const value = tf.tensor4d([[[[1, 2], [3, 4]]]]);
    const heads = { query: unit, key: unit, value };
    return attend(heads, tf.tensor4d(mask), site);
  });
}

Deno.test("attend() matches the closed form for two orthogonal tokens", () => {
  const { context, weights } = twoTokens(NO_MASK);
  // softmax([1/√2, 0]) = [e^(1/√2), 1] / (e^(1/√2) + 1)
  const near = Math.exp(Math.SQRT1_2) / (Math.exp(Math.SQRT1_2) + 1);
  const far = 1 - near;
  assertClose(weights, [[[[near, far], [far, near]]]], 1e-6);
  const first = [near + 3 * far, 2 * near + 4 * far];
  const second = [far + 3 * near, 2 * far + 4 * near];
  assertClose(context, [[[first, second]]], 1e-6);
  tf.dispose({ context, weights });
});

Deno.test("attend() gives no weight to a masked key", () => {
  const { context, weights } = twoTokens(HIDE_SECOND);
  assertClose(weights, [[[[1, 0], [1, 0]]]], 0);
  assertClose(context, [[[[1, 2], [1, 2]]]], 0);
  tf.dispose({ context, weights });
});

Deno.test("attend() mixes with the dropped weights and returns the whole ones", () => {
  tf.tidy(() => {
    const site = { key: tf.tensor1d([1, 2], "int32"), rate: 0.5 };
    const { context, weights } = twoTokens(HIDE_SECOND, site);
    assertClose(weights, [[[[1, 0], [1, 0]]]], 0);
    const [first, , second] = dropoutMask([1, 1, 2, 2], site).dataSync();
    assert.deepEqual([first, second].toSorted(), [0, 2]); // one of each
    const expected = [first!, second!].map((factor) => [factor, 2 * factor]);
    assertClose(context, [[expected]], 0);
  });
});

Deno.test("attend() leaves only its outputs in memory", () => {
  assertNoLeak(() => tf.dispose(twoTokens(NO_MASK)));
});

Deno.test("attend() names both shapes when queries and keys cannot be multiplied", () => {
  tf.tidy(() => {
    const query: tf.Tensor4D = tf.zeros([1, 2, 3, 4]);
    const key: tf.Tensor4D = tf.zeros([1, 2, 5, 6]);
    assert.throws(
      () => attend({ query, key, value: key }, tf.zeros([1, 1, 1, 5])),
      {
        name: "RangeError",
        message: /found query \[1,2,3,4\] and key \[1,2,5,6\]/,
      },
    );
  });
});

Deno.test("attend() without the scale compares by the plain dot product", () => {
  tf.tidy(() => {
    const unit = tf.tensor4d([[[[1, 0], [0, 1]]]]);
    const heads = { query: unit, key: unit, value: unit };
    const mask = tf.tensor4d(NO_MASK);
    const { weights } = attend(heads, mask, undefined, 1);
    // softmax([1, 0]) = [e, 1] / (e + 1)
    const near = Math.E / (Math.E + 1);
    assertClose(weights, [[[[near, 1 - near], [1 - near, near]]]], 1e-6);
  });
});

Deno.test("paddingMask() keeps tokens and hides padding from every query", () => {
  tf.tidy(() => {
    const mask = paddingMask(tf.tensor2d([[1, 1, 0], [1, 0, 0]]));
    assertClose(mask, [[[[0, 0, -1e9]]], [[[0, -1e9, -1e9]]]], 0);
  });
});

Deno.test("causalMask() keeps the lower triangle and the diagonal", () => {
  tf.tidy(() => {
    const rows = [[0, -1e9, -1e9], [0, 0, -1e9], [0, 0, 0]];
    assertClose(causalMask(3), [[rows]], 0);
  });
});

Deno.test("both masks joined give weight to the tokens up to the query alone", () => {
  tf.tidy(() => {
    const x = chirp<tf.Tensor4D>([1, 2, 4, 3], 1);
    const padding = paddingMask(tf.tensor2d([[1, 1, 1, 0]]));
    const mask = padding.add<tf.Tensor4D>(causalMask(4));
    const { weights } = attend({ query: x, key: x, value: x }, mask);
    for (const head of weights.arraySync()[0]!) {
      for (const [query, row] of head.entries()) {
        const seen = row.map((weight) => weight > 0);
        assert.deepEqual(
          seen,
          [0, 1, 2, 3].map((key) => key <= query && key < 3),
        );
      }
    }
  });
});

Deno.test("with equal keys the causal mask gives each query equal shares of the past", () => {
  tf.tidy(() => {
    const x: tf.Tensor4D = tf.ones([1, 1, 3, 2]);
    const { weights } = attend({ query: x, key: x, value: x }, causalMask(3));
    const rows = [[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3]];
    assertClose(weights, [[rows]], 1e-6);
  });
});

Deno.test("the masks leave only themselves in memory", () => {
  const attentionMask = tf.ones<tf.Rank.R2>([2, 3]);
  assertNoLeak(() => tf.dispose([paddingMask(attentionMask), causalMask(4)]));
});
