import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import {
  assertSame,
  moduleTree,
  showError,
  showSame,
} from "../../notebooks/support/tensors.ts";

await tf.setBackend("cpu");

Deno.test("assertSame() gives the largest difference, and leaves nothing in memory", async () => {
  const one = tf.tensor1d([1, 2, 3]), other = tf.tensor1d([1, 2.000004, 3]);
  const before = tf.memory().numTensors;
  assert.ok(Math.abs(await assertSame(one, other) - 4e-6) < 1e-6);
  assert.equal(await assertSame(one, one), 0);
  assert.equal(tf.memory().numTensors, before);
  tf.dispose([one, other]);
});

Deno.test("assertSame() refuses other values, NaN and other shapes", async () => {
  const one = tf.tensor1d([1, 2]);
  for (const values of [[1, 2.001], [1, NaN]]) {
    const other = tf.tensor1d(values);
    await assert.rejects(assertSame(one, other), {
      name: "RangeError",
      message: new RegExp(
        `found 2 and ${String(values[1]).slice(0, 4)}.* at 1$`,
      ),
    });
    other.dispose();
  }
  const turned = tf.tensor2d([[1, 2]]);
  await assert.rejects(assertSame(one, turned), /found \[2\] and \[1,2\]/);
  tf.dispose([one, turned]);
});

Deno.test("showSame() stops a page whose formula differs from the library's", async () => {
  const one = tf.tensor1d([1, 2]), other = tf.tensor1d([1, 3]);
  await showSame("Equal", one, one);
  await assert.rejects(showSame("Different", one, other), RangeError);
  tf.dispose([one, other]);
});

Deno.test("showError() stops a page whose call does not fail", async () => {
  await showError(() => {
    throw new TypeError("Cannot do this");
  });
  await assert.rejects(showError(() => 1), /the call must fail; it did not/);
});

Deno.test("moduleTree() shows equal layers once, and a linear layer in one line", () => {
  const linear = (inputs: number) => ({
    kernel: tf.zeros([inputs, 2]),
    bias: tf.zeros([2]),
  });
  const layer = () => ({ query: linear(4), key: linear(4) });
  const tree = {
    embeddings: { word: tf.zeros([9, 4]), norm: { bias: tf.zeros([4]) } },
    layers: [layer(), layer(), layer(), { query: linear(3), key: linear(4) }],
    pooler: linear(4),
  };
  assert.equal(
    moduleTree(tree),
    `embeddings:
  word: 9 × 4
  norm: bias 4
layers:
  0 to 2, each:
    query: kernel 4 × 2, bias 2
    key: kernel 4 × 2, bias 2
  3:
    query: kernel 3 × 2, bias 2
    key: kernel 4 × 2, bias 2
pooler: kernel 4 × 2, bias 2`,
  );
  tf.dispose(tree);
});
