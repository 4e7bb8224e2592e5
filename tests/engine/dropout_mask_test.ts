import * as tf from "@tensorflow/tfjs";
import { compile } from "bertbook/engine/compile.ts";
import { dropoutMask, foldIn } from "bertbook/engine/dropout_mask.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { fuse } from "bertbook/engine/fuse.ts";
import assert from "node:assert/strict";
import { on } from "./_support.ts";

await startEngine({ engine: "wasm" });
await startEngine({ engine: "tensorflow" });

function factors(
  shape: number[],
  key: [number, number],
  rate: number,
): tf.TypedArray {
  return tf.tidy(() =>
    dropoutMask(shape, { key: tf.tensor1d(key, "int32"), rate }).dataSync()
  );
}

Deno.test("every engine folds a number into a seed alike", async () => {
  const draw = (): number[] =>
    [[0, 0], [42, 7], [-3, 2 ** 31 - 1]].flatMap((seed) =>
      [1, 2, 40].flatMap((data) =>
        tf.tidy(() => [
          ...foldIn(tf.tensor1d(seed, "int32"), data).dataSync(),
        ])
      )
    );
  const drawn = draw();
  assert.equal(new Set(drawn).size, 18);
  assert.deepEqual(await on("wasm", draw), drawn);
  const traced = compile((seed: tf.Tensor1D) =>
    [1, 2, 40].map((data) => foldIn(seed, data))
  );
  tf.tidy(() => {
    const keys = traced(tf.tensor1d([42, 7], "int32"));
    const words = keys.flatMap((key) => [...key.dataSync()]);
    assert.deepEqual(words, drawn.slice(6, 12));
  });
  traced.dispose();
});

Deno.test("graphs, fused or not, and other engines draw the same masks", async () => {
  const rate = 0.3;
  const fused = fuse(
    "factors",
    (x: tf.Tensor, key: tf.Tensor1D) =>
      x.mul(dropoutMask(x.shape, { key, rate })),
  );
  const traced = compile((x: tf.Tensor, key: tf.Tensor1D) => ({
    plain: dropoutMask(x.shape, { key, rate }),
    fused: fused(x, key),
  }));
  for (const shape of [[1], [3, 5], [257, 300], [9, 5, 40, 41]]) {
    for (const key of [[0, 0], [-1, -2], [123456789, -987654321]]) {
      const words = key as [number, number];
      const expected = factors(shape, words, rate);
      const found = tf.tidy(() => {
        const { plain, fused } = traced(
          tf.ones(shape),
          tf.tensor1d(key, "int32"),
        );
        return [plain.dataSync(), fused.dataSync()];
      });
      assert.deepEqual(found, [expected, expected]);
      const onWasm = await on("wasm", () => factors(shape, words, rate));
      assert.deepEqual(onWasm, expected);
    }
  }
  traced.dispose();
});

Deno.test("a share of rate is dropped, each element on its own", () => {
  const size = 200_000;
  for (const rate of [0.1, 0.5]) {
    for (const key of [[1, 2], [0, 0], [77, 2 ** 30], [-5, -1]]) {
      const dropped = [...factors([size], key as [number, number], rate)]
        .map((value) => value === 0);
      // Within five standard deviations of a binomial count.
      const near = (count: number, share: number): void => {
        const deviation = Math.sqrt(size * share * (1 - share));
        const off = (count - size * share) / deviation;
        assert.ok(Math.abs(off) < 5, `key ${key}, rate ${rate}: off by ${off}`);
      };
      near(dropped.filter(Boolean).length, rate);
      for (const lag of [1, 2, 3, 4, 12, 64, 384, 1536]) {
        const both = dropped.filter((is, i) => is && dropped[(i + lag) % size]);
        near(both.length, rate ** 2);
      }
    }
  }
});

Deno.test("a rate next to 1 drops all, in graphs too", () => {
  const rate = 1 - 2 ** -40;
  const run = compile((key: tf.Tensor1D) => dropoutMask([99], { key, rate }));
  tf.tidy(() => {
    const key = tf.tensor1d([1, 2], "int32");
    for (const found of [run(key), dropoutMask([99], { key, rate })]) {
      assert.ok(found.dataSync().every((value) => value === 0));
    }
  });
  run.dispose();
});

Deno.test("drawing masks leaves nothing behind but them", () => {
  const key = tf.tensor1d([1, 2], "int32");
  const { numTensors } = tf.memory();
  dropoutMask([3, 4], { key, rate: 0.5 }).dispose();
  foldIn(key, 3).dispose();
  assert.equal(tf.memory().numTensors, numTensors);
  key.dispose();
});
