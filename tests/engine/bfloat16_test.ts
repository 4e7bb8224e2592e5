import * as tf from "@tensorflow/tfjs";
import { compile } from "bertbook/engine/compile.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { fuse, fuseUpdate } from "bertbook/engine/fuse.ts";
import assert from "node:assert/strict";
import { multipliesBfloat16 } from "bertbook/engine/precision.ts";
import { instructionSets } from "bertbook/engine/processor.ts";

await startEngine({ engine: "tensorflow" });

/** Elsewhere a product stays in float32. */
const ignore = multipliesBfloat16(instructionSets()) === false;

/** More than fuse() takes for small. */
const N = 288;

/** sin(c i) / 10, so that no two elements are equal, and no product is large. */
const waves = (c: number): tf.Tensor2D =>
  tf.tidy(() =>
    tf.range(0, N * N).mul(c).sin().div(10).reshape<tf.Tensor2D>([N, N])
  );

/** The nearest numbers with 8 binary digits, ties to the even one. */
function rounded(x: tf.Tensor2D): tf.Tensor2D {
  const values = x.dataSync().slice();
  const bits = new Uint32Array(values.buffer);
  bits.forEach((word, i) =>
    bits[i] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff_0000
  );
  return tf.tensor2d(values, x.shape);
}

/** The largest difference, as a share of the largest element. */
function distance(actual: tf.Tensor, expected: tf.Tensor): number {
  return tf.tidy(() =>
    actual.sub(expected).abs().max().div(expected.abs().max()).dataSync()[0]!
  );
}

/** Half of the last of 8 digits, and as much again for sums in another order. */
const ONE_ROUNDING = 2 ** -8;

Deno.test({
  name: "in bfloat16 a product is that of rounded factors, rounded once",
  ignore,
  fn(): void {
    const multiply = compile(
      (x: tf.Tensor2D, y: tf.Tensor2D) => tf.matMul(x, y, false, true),
      { bfloat16: true },
    );
    tf.tidy(() => {
      const x = waves(1), y = waves(2);
      const product = multiply(x, y);
      const expected = tf.matMul(rounded(x), rounded(y), false, true);
      assert.ok(distance(product, expected) < ONE_ROUNDING);
      assert.equal(distance(product, rounded(product as tf.Tensor2D)), 0);
    });
    multiply.dispose();
  },
});

Deno.test({
  name: "a fused function reads products, and gives factors, without a pass",
  ignore,
  fn(): void {
    const run = (x: tf.Tensor2D) => {
      const both = x.tanh();
      return { only: x.mul(0.1).cos(), too: both, other: both.sum(0) };
    };
    const fused = fuse("parts", run, {
      bfloat16: { only: "only", too: "also" },
    });
    const step = compile((x: tf.Tensor2D, y: tf.Tensor2D) => {
      const { only, too, other } = fused(tf.matMul(x, y));
      return [tf.matMul(only, too), too, other, only];
    }, { bfloat16: true });
    tf.tidy(() => {
      const x = waves(1), y = waves(2);
      const [last, too, other, only] = step(x, y) as tf.Tensor2D[];
      const first = rounded(
        tf.matMul(rounded(x), rounded(y)) as tf.Tensor2D,
      );
      const expected = run(first);
      assert.ok(distance(too!, expected.too) < ONE_ROUNDING);
      assert.ok(distance(other!, expected.other) < 4 * ONE_ROUNDING);
      // What only matrices multiply has 8 digits; what others use has all.
      assert.equal(distance(only!, rounded(only!)), 0);
      assert.notEqual(distance(too!, rounded(too!)), 0);
      const product = tf.matMul(only!, rounded(too!));
      assert.ok(distance(last!, product) < ONE_ROUNDING);
    });
    // The two arguments are rounded; the last product and `only` are returned.
    assert.equal(step.signatures[0]!.operations.get("Cast"), 4);
    step.dispose();
  },
});

Deno.test({
  name: "a fused function serves functions of both precisions",
  ignore,
  fn(): void {
    const fused = fuse("double", (x: tf.Tensor2D) => x.mul(2), {
      bfloat16: "only",
    });
    const run = (x: tf.Tensor2D, y: tf.Tensor2D) => fused(tf.matMul(x, y));
    const coarse = compile(run, { bfloat16: true }), fine = compile(run);
    tf.tidy(() => {
      const x = waves(1), y = waves(2);
      for (let i = 0; i < 2; i++) {
        const expected = run(x, y);
        assert.ok(distance(fine(x, y), expected) < 1e-5);
        const difference = distance(coarse(x, y), expected);
        assert.ok(difference > 1e-5 && difference < 0.1);
      }
    });
    coarse.dispose();
    fine.dispose();
  },
});

Deno.test({
  name: "a fused update takes a product as it is",
  ignore,
  fn(): void {
    const descend = fuseUpdate("descend", ([weight], [gradient]) => [
      weight!.sub(gradient!),
    ]);
    const weight = tf.variable(waves(3));
    const step = compile((x: tf.Tensor2D, y: tf.Tensor2D) => {
      assert.ok(descend([weight], [tf.matMul(x, y)]));
    }, { bfloat16: true });
    tf.tidy(() => {
      const x = waves(1), y = waves(2);
      step(x, y);
      const product = rounded(
        tf.matMul(rounded(x), rounded(y)) as tf.Tensor2D,
      );
      assert.ok(distance(weight, waves(3).sub(product)) < ONE_ROUNDING);
    });
    assert.equal(step.signatures[0]!.operations.get("Cast"), 2);
    step.dispose();
    weight.dispose();
  },
});
