import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  dropoutFactors,
  type DropoutSite,
} from "bertbook/engine/dropout_factors.ts";
import { attend } from "bertbook/ops/attention.ts";
import { assertClose, assertNoLeak } from "./_support.ts";

await tf.setBackend("cpu");

const NO_MASK = [[[[0, 0]]]];
const HIDE_SECOND = [[[[0, -1e9]]]];

/** Two tokens whose queries and keys are the unit vectors of the plane. */
function twoTokens(
  mask: number[][][][],
  site?: DropoutSite,
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
    const [first, , second] = dropoutFactors([1, 1, 2, 2], site).dataSync();
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
