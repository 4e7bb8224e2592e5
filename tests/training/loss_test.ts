import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { crossEntropy } from "bertbook/training/loss.ts";

await tf.setBackend("cpu");

Deno.test("crossEntropy() is the mean of -log of the right class's share", () => {
  tf.tidy(() => {
    // Shares 1/4, 3/4 and 1/2, 1/2: -(log(3/4) + log(1/2)) / 2 = log(8/3) / 2
    const logits = tf.tensor2d([[0, Math.log(3)], [5, 5]]);
    const loss = crossEntropy(logits, tf.tensor1d([1, 0], "int32"));
    assert.deepEqual(loss.shape, []);
    assert.ok(Math.abs(loss.dataSync()[0]! - Math.log(8 / 3) / 2) < 1e-6);
  });
});

Deno.test("crossEntropy() of a confident wrong answer is large and finite", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[300, 0, -300]]);
    assert.equal(
      crossEntropy(logits, tf.tensor1d([2], "int32")).dataSync()[0],
      600,
    );
  });
});

Deno.test("the gradient of crossEntropy() is (softmax − one-hot) / B", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[0, Math.log(3)], [5, 5]]);
    const labels = tf.tensor1d([1, 0], "int32");
    const gradient = tf.grad((x) => crossEntropy(x as tf.Tensor2D, labels))(
      logits,
    );
    const expected = [1 / 8, -1 / 8, -1 / 4, 1 / 4];
    gradient.dataSync().forEach((value: number, i: number) =>
      assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${i}: ${value}`)
    );
  });
});

Deno.test("a class that counts three times has three times the gradient", () => {
  tf.tidy(() => {
    const labels = tf.tensor1d([0, 1], "int32");
    const logits = tf.tensor2d([[1, -1], [0.5, 0.25]]);
    const gradient = (sampleWeights?: number[]): number[][] =>
      tf.grad((x) =>
        crossEntropy(
          x as tf.Tensor2D,
          labels,
          sampleWeights && tf.tensor1d(sampleWeights),
        )
      )(logits).arraySync() as number[][];
    // Row i: wᵢ / Σ w · (softmax − one-hot); without weights, 1 / 2 of it.
    const alike = gradient(), weighed = gradient([1, 3]);
    for (const column of [0, 1]) {
      const [first, second] = [0, 1].map((row) =>
        weighed[row]![column]! / alike[row]![column]!
      );
      assert.ok(Math.abs(first! - 2 / 4) < 1e-6, `first row: ${first}`);
      assert.ok(Math.abs(second! - 2 * 3 / 4) < 1e-6, `second row: ${second}`);
    }
  });
});
