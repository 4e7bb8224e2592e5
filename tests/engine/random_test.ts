import * as tf from "@tensorflow/tfjs";
import { startEngine } from "bertbook/engine/engine.ts";
import { counterUniform } from "bertbook/engine/random.ts";
import assert from "node:assert/strict";
import { on } from "./_support.ts";

function draw(shape: number[], seed: number[]): tf.TypedArray {
  return tf.tidy(() =>
    counterUniform(shape, tf.tensor1d(seed, "int32")).dataSync()
  );
}

Deno.test("every engine draws the bits that TensorFlow draws", async () => {
  await startEngine({ engine: "wasm" });
  await startEngine({ engine: "tensorflow" });
  const seeds = [[0, 0], [1, 2], [-1, 7], [42, -5], [2 ** 31 - 1, -(2 ** 31)]];
  const shapes = [[], [0], [1], [3], [4], [5], [7, 13], [2, 3, 4, 5], [
    257,
    129,
  ]];
  for (const seed of seeds) {
    for (const shape of shapes) {
      const expected = draw(shape, seed);
      assert.equal(expected.length, tf.util.sizeFromShape(shape));
      for (const backend of ["cpu", "wasm"]) {
        assert.deepEqual(await on(backend, () => draw(shape, seed)), expected);
      }
    }
  }
});

Deno.test("the numbers are uniform in [0, 1), and differ from seed to seed", async () => {
  await on("cpu", () => {
    const values = [...draw([100_000], [3, 4])];
    assert.ok(values.every((value) => value >= 0 && value < 1));
    // Mean 1/2 ± 5 · √(1/12 / 100000) and, in tenths, 10000 ± 5 · √9000.
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.0046, `Mean is ${mean}`);
    const tenths = new Array(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)]++;
    assert.ok(tenths.every((n) => Math.abs(n - 10_000) < 475), `${tenths}`);
    const others = draw([1000], [3, 5]);
    assert.ok(others.filter((value, i) => value === values[i]).length < 5);
  });
});

Deno.test("drawing leaves nothing behind but the result", async () => {
  for (const engine of ["tensorflow", "wasm"] as const) {
    await startEngine({ engine });
    const seed = tf.tensor1d([1, 2], "int32");
    const before = tf.memory().numTensors;
    counterUniform([3, 5], seed).dispose();
    assert.equal(tf.memory().numTensors, before);
    seed.dispose();
  }
});

Deno.test("a seed that is not int32 [2] is refused", () => {
  tf.tidy(() => {
    assert.throws(() => counterUniform([1], tf.tensor1d([1, 2])), {
      name: "TypeError",
      message:
        "Cannot draw random numbers: the seed must be int32 [2]; found float32 [2]",
    });
    assert.throws(() => counterUniform([1], tf.tensor1d([1, 2, 3], "int32")), {
      message: /found int32 \[3\]$/,
    });
  });
});
