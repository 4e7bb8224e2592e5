import * as tf from "@tensorflow/tfjs";
import { startEngine } from "bertbook/engine/engine.ts";
import { tensorFlowBinding } from "bertbook/engine/tensorflow/backend.ts";
import { DataType } from "bertbook/engine/tensorflow/dtypes.ts";
import assert from "node:assert/strict";
import { formula } from "../_support.ts";

await startEngine({ engine: "tensorflow" });

/** A small attention layer with an embedding, and all of its gradients. */
function gradients(
  sizes: { V: number; T: number; B: number; D: number },
): tf.TypedArray[] {
  const { V, T, B, D } = sizes;
  return tf.tidy(() => {
    const ids = tf.tensor1d(
      Int32Array.from(
        { length: B * T },
        (_, i) => (i * i * 7919 + 13) % V % 97,
      ),
      "int32",
    );
    const loss = (table: tf.Tensor, query: tf.Tensor, key: tf.Tensor) => {
      const x = tf.gather(table, ids).reshape([B, T, D]);
      const scores = tf.matMul(
        tf.matMul(x.reshape([B * T, D]), query).reshape([B, T, D]),
        tf.matMul(x.reshape([B * T, D]), key).reshape([B, T, D]),
        false,
        true,
      );
      const context = tf.matMul(tf.softmax(scores.div(Math.sqrt(D))), x);
      const y = context.mul(tf.erf(context));
      return y.sub(y.mean(-1, true)).square().sum<tf.Scalar>();
    };
    const inputs = [formula([V, D], 0), formula([D, D], 1), formula([D, D], 2)];
    const { value, grads } = tf.valueAndGrads(loss)(inputs);
    return [value, ...grads].map((t) => t.dataSync());
  });
}

Deno.test("fault 62: the same computation gives the same bits, again and again", () => {
  const sizes = { V: 3000, T: 32, B: 32, D: 192 };
  const first = gradients(sizes);
  for (let round = 0; round < 5; round++) {
    gradients(sizes).forEach((values, i) => {
      assert.deepEqual(
        new Uint32Array(values.buffer),
        new Uint32Array(first[i]!.buffer),
      );
    });
  }
});

Deno.test("fault 60: three hundred steps leave no tensor behind, on either side", () => {
  const binding = tensorFlowBinding();
  const kernel = tf.variable(formula([8, 4], 0));
  const optimizer = tf.train.sgd(0.01);
  const counts = new Set<string>();
  for (let step = 1; step <= 300; step++) {
    optimizer.minimize(() => {
      const x = formula<tf.Tensor2D>([6, 8], step);
      return tf.softmax(tf.matMul(x, kernel)).square().mean<tf.Scalar>();
    });
    if (step > 1) {
      counts.add(`${tf.memory().numTensors} ${binding.getNumOfTensors()}`);
    }
  }
  assert.equal(counts.size, 1, `Counts changed: ${[...counts].join(", ")}`);
  optimizer.dispose();
  kernel.dispose();
});

Deno.test("strings do not pile up in TensorFlow's memory", () => {
  const binding = tensorFlowBinding();
  const word = new TextEncoder().encode("x".repeat(100_000));
  const make = () =>
    binding.deleteTensor(binding.createTensor([1], DataType.string, [word]));
  for (let i = 0; i < 50; i++) make();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 1000; i++) make(); // 100 MB if they stayed
  assert.ok(Deno.memoryUsage().rss - before < 40e6);
});
