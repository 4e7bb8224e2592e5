import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { dropoutFrom, NO_DROPOUT } from "bertbook/ops/dropout.ts";
import { assertNoLeak } from "../model/_support.ts";

await tf.setBackend("cpu");

/** The masks that the first `count` sites of one step draw, 0 or 1 / (1 − rate). */
function masks(seed: [number, number], count: number, rate = 0.5): string[] {
  return tf.tidy(() => {
    const dropout = dropoutFrom(tf.tensor1d(seed, "int32"));
    return Array.from(
      { length: count },
      () => dropout(tf.ones([64]), rate).dataSync().join(),
    );
  });
}

Deno.test("NO_DROPOUT returns the tensor that it is given", () => {
  const x = tf.ones([3]);
  assert.equal(NO_DROPOUT(x, 0.5), x);
  x.dispose();
});

Deno.test("dropout zeroes a share of rate and scales the others by 1 / (1 - rate)", () => {
  const count = 20_000, rate = 0.1;
  const values = tf.tidy(() =>
    dropoutFrom(tf.tensor1d([7, 1], "int32"))(tf.ones([count]), rate).dataSync()
  );
  const scale = Math.fround(1 / (1 - rate));
  assert.deepEqual(new Set(values), new Set([0, scale]));
  const dropped = values.filter((value) => value === 0).length;
  // Binomial: √(20,000 · 0.1 · 0.9) = 42; five of them.
  assert.ok(Math.abs(dropped - rate * count) < 212, `${dropped} dropped`);
});

Deno.test("dropout draws one mask for each seed, step and site, again and again", () => {
  const drawn = [[1, 1], [1, 2], [2, 1], [2, 2]]
    .flatMap((seed) => masks(seed as [number, number], 40));
  assert.equal(new Set(drawn).size, 160);
  assert.deepEqual(masks([1, 2], 40), drawn.slice(40, 80));
});

Deno.test("dropout counts a site of rate 0", () => {
  tf.tidy(() => {
    const dropout = dropoutFrom(tf.tensor1d([3, 1], "int32"));
    const x = tf.ones([64]);
    assert.equal(dropout(x, 0), x);
    assert.equal(dropout(x, 0.5).dataSync().join(), masks([3, 1], 2)[1]);
  });
});

Deno.test("dropout passes gradients through its mask", () => {
  tf.tidy(() => {
    const seed = tf.tensor1d([5, 9], "int32"), x = tf.ones([64]);
    const gradient = tf.grad((x) => dropoutFrom(seed)(x, 0.25).sum())(x);
    assert.equal(gradient.dataSync().join(), masks([5, 9], 1, 0.25)[0]);
  });
});

Deno.test("dropout leaves only its output in memory", () => {
  const seed = tf.tensor1d([1, 1], "int32"), x = tf.ones([4]);
  assertNoLeak(() => dropoutFrom(seed)(x, 0.5).dispose());
  tf.dispose([seed, x]);
});

Deno.test("dropout refuses a rate of 1", () => {
  const seed = tf.tensor1d([1, 1], "int32"), x = tf.ones([4]);
  assert.throws(() => dropoutFrom(seed)(x, 1), {
    name: "RangeError",
    message: /rate must be in \[0, 1\); found 1/,
  });
  tf.dispose([seed, x]);
});
