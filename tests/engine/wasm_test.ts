import * as tf from "@tensorflow/tfjs";
import { startEngine } from "bertbook/engine/engine.ts";
import assert from "node:assert/strict";
import { GRADIENTS, valueAndGradients } from "./_gradients.ts";
import { assertClose, formula, on } from "./_support.ts";

Deno.test("wasm has the gradients of tfjs's own arithmetic", async (t) => {
  await startEngine({ engine: "wasm" });
  for (const differentiated of GRADIENTS) {
    await t.step(differentiated.name, async () => {
      const actual = await valueAndGradients(differentiated);
      const expected = await on("cpu", () => valueAndGradients(differentiated));
      actual.forEach((values, i) => assertClose(values, expected[i]!, 2e-5));
    });
  }
});

Deno.test("wasm computes exp, tanh, erf and log by its own code", async () => {
  const folder = new URL(
    "./",
    import.meta.resolve("@tensorflow/tfjs-backend-wasm"),
  );
  for (const kind of ["", "-simd", "-threaded-simd"]) {
    const file = new URL(`tfjs-backend-wasm${kind}.wasm`, folder);
    const binary = await WebAssembly.compile(await Deno.readFile(file));
    const names = WebAssembly.Module.imports(binary)
      .map(({ name }) => name.replace("emscripten_", ""));
    assert.ok(names.includes("resize_heap"));
    assert.deepEqual(names.filter((name) => name in Math), []);
  }
});

Deno.test("wasm drops rows of a negative segment, as TensorFlow does", async () => {
  await startEngine({ engine: "wasm" });
  const sums = tf.tidy(() =>
    tf.unsortedSegmentSum(
      tf.tensor2d([[1, 2], [4, 8], [16, 32]]),
      tf.tensor1d([1, -1, 1], "int32"),
      2,
    )
  );
  assert.deepEqual(sums.arraySync(), [[0, 0], [17, 34]]);
  sums.dispose();
});

Deno.test("wasm multiplies transposed operands without leaving memory behind", async () => {
  await startEngine({ engine: "wasm" });
  const a = formula([2, 5, 3], 0), b = formula([2, 4, 5], 1);
  const before = [tf.memory().numTensors, tf.memory().numDataBuffers];
  tf.matMul(a, b, true, true).dispose();
  assert.deepEqual(
    [tf.memory().numTensors, tf.memory().numDataBuffers],
    before,
  );
  assert.equal(tf.engine().backend.numDataIds(), before[1]);
  tf.dispose([a, b]);
});
