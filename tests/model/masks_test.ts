import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { attend, causalMask, paddingMask } from "bertbook/ops/attention.ts";
import { assertClose, assertNoLeak, chirp } from "./_support.ts";

await tf.setBackend("cpu");

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
