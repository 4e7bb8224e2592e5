/** What other users of tfjs would compile: layers and optimizers. */

import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { assertClose, formula, numbers } from "./_support.ts";

await startEngine({ engine: "tensorflow" });

/** A small network of tfjs's own layers, the same at each call. */
function network(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 6, 1],
        filters: 3,
        kernelSize: 3,
        activation: "relu",
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 4 }),
    ],
  });
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((weight, i) => formula(weight.shape, i).mul(0.3)),
    )
  );
  return model;
}

for (
  const [name, optimizerOf] of Object.entries({
    sgd: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.1, 0.9),
    adam: () => tf.train.adam(0.01),
  })
) {
  Deno.test(`Compiled steps of tf.train.${name} on tf.layers equal eager ones`, () => {
    tf.tidy(() => {
      const x = formula([5, 6, 6, 1], 9);
      const y = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0], "int32"), 4);
      const lossesOf = (
        wrap: (step: () => tf.Scalar) => () => tf.Scalar,
      ): number[] => {
        const [model, optimizer] = [network(), optimizerOf()];
        const step = (): tf.Scalar =>
          optimizer.minimize(() => {
            const logits = model.apply(x) as tf.Tensor;
            return tf.losses.softmaxCrossEntropy(y, logits) as tf.Scalar;
          }, true)!;
        step(); // eager: the optimizer makes its variables
        const next = wrap(step);
        const losses = Array.from({ length: 8 }, () => numbers(next())[0]!);
        model.dispose();
        optimizer.dispose();
        return losses;
      };
      const eager = lossesOf((step) => step);
      let signatures = 0;
      const compiled = lossesOf((step) => {
        const run = compile(step);
        return () => {
          const loss = run();
          signatures = run.signatures.length;
          return loss;
        };
      });
      assert.equal(signatures, 1);
      assert.ok(eager.at(-1)! < eager[0]!);
      eager.forEach((loss, i) =>
        assert.ok(Math.abs(compiled[i]! - loss) < 1e-6, `${compiled} ${eager}`)
      );
    });
  });
}

Deno.test("A graph that TensorFlow simplifies computes the same", () => {
  const model = network();
  const run = (x: tf.Tensor) => tf.relu(model.apply(x) as tf.Tensor);
  tf.tidy(() => {
    const x = formula([5, 6, 6, 1], 9);
    const expected = run(x);
    for (const simplify of [true, false]) {
      const compiled = compile(run, { simplify });
      assertClose(numbers(compiled(x)), numbers(expected), 1e-6);
      compiled.dispose();
    }
  });
  model.dispose();
});

Deno.test("A call that fails says which function, and the next one works", () => {
  const table = tf.tensor2d([[1, 2], [3, 4]]);
  const rows = compile((ids: tf.Tensor1D) => tf.gather(table, ids), {
    name: "rows",
  });
  const [good, bad] = [
    tf.tensor1d([1, 0], "int32"),
    tf.tensor1d([1, 2], "int32"),
  ];
  const before = tf.memory().numTensors;
  assert.throws(() => rows(bad), {
    name: "TensorFlowError",
    message: /"compiled_rows_\d+".*indices\[1\] = 2 is not in \[0, 2\)/s,
  });
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(tf.tidy(() => numbers(rows(good))), [3, 4, 1, 2]);
  rows.dispose();
  tf.dispose([table, good, bad]);
});

Deno.test("A call of hundreds of variables finds its trace in a walk", () => {
  const variables = tf.tidy(() =>
    Array.from(
      { length: 300 },
      (_, i) => ({ weight: tf.variable(tf.scalar(i)) }),
    )
  );
  const sum = compile((tree: typeof variables, x: tf.Tensor) =>
    tf.addN([...tree.map(({ weight }) => weight), x])
  );
  const call = (...shape: number[]): void =>
    tf.tidy(() => {
      const [first] = numbers(sum(variables, tf.ones(shape).sum()));
      assert.equal(first, 300 * 299 / 2 + tf.util.sizeFromShape(shape));
    });
  for (let i = 0; i < 20; i++) call(1 + i % 3);
  assert.equal(sum.signatures.length, 1);
  assert.equal(sum.signatures[0]!.signature, "float32 [], 300 variables");
  sum.dispose();
  tf.dispose(variables);
});
