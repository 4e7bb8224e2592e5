import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";

await startEngine({ engine: "tensorflow" });

Deno.test("compile() runs a function as one operation, with equal results", () => {
  const affine = compile((x: tf.Tensor, scale: number) => x.mul(scale).add(1));
  tf.tidy(() => {
    assert.deepEqual(affine(tf.tensor1d([1, 2]), 2).arraySync(), [3, 5]);
    assert.deepEqual(affine(tf.tensor1d([3, 4]), 2).arraySync(), [7, 9]);
    assert.deepEqual(affine(tf.tensor1d([3, 4]), 3).arraySync(), [10, 13]);
  });
  assert.equal(affine.signatures.length, 2);
  assert.equal(affine.runs, "graph");
  affine.dispose();
});

Deno.test("compile() reads and assigns variables at each call", () => {
  const count = tf.variable(tf.scalar(0));
  const add = compile((x: tf.Tensor) => {
    count.assign(count.add(x) as tf.Scalar);
    return { doubled: count.mul(2) };
  });
  tf.tidy(() => {
    assert.equal(add(tf.scalar(1)).doubled.dataSync()[0], 2);
    const before = count.clone();
    assert.equal(add(tf.scalar(5)).doubled.dataSync()[0], 12);
    assert.equal(count.dataSync()[0], 6);
    assert.equal(before.dataSync()[0], 1);
    count.assign(tf.scalar(100));
    assert.equal(add(tf.scalar(1)).doubled.dataSync()[0], 202);
    assert.equal(count.add(1).dataSync()[0], 102);
  });
  assert.equal(add.signatures.length, 1);
  add.dispose();
  count.dispose();
});
