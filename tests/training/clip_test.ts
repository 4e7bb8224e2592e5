import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { clipCoefficient, globalNorm } from "bertbook/training/clip.ts";

await tf.setBackend("cpu");

Deno.test("globalNorm() is the length of all gradients as one vector", () => {
  tf.tidy(() => {
    // 1 + 4 + 4 + 16 + 144 = 13²
    const norm = globalNorm([tf.tensor2d([[1, -2], [2, 4]]), tf.scalar(-12)]);
    assert.equal(norm.dataSync()[0], 13);
  });
});

Deno.test("clipFactor() brings a long gradient to the greatest length, and only a long one", () => {
  tf.tidy(() => {
    const factor = (norm: number, most: number): number =>
      clipCoefficient(tf.scalar(norm), most).dataSync()[0]!;
    // PyTorch divides by norm + 1e-6: 0.5 / 0.500001 = 0.999998
    assert.equal(factor(0.5, 0.5), Math.fround(0.999998));
    assert.ok(Math.abs(factor(13, 1) * 13 - 1) < 1e-6);
    assert.equal(factor(0.9, 1), 1);
    assert.equal(factor(0, 1), 1);
    assert.equal(factor(1e9, Infinity), 1);
  });
});

Deno.test("clipping leaks nothing", () => {
  const gradient = tf.tensor1d([3, 4]);
  const before = tf.memory().numTensors;
  const norm = globalNorm([gradient]);
  tf.dispose([norm, clipCoefficient(norm, 1)]);
  assert.equal(tf.memory().numTensors, before);
  gradient.dispose();
});
