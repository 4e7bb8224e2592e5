import * as tf from "@tensorflow/tfjs";
import { selfTest } from "bertbook/engine/self_test.ts";
import assert from "node:assert/strict";

tf.enableProdMode(); // no greeting on stderr

/**
 * Registers a backend that is tfjs's own arithmetic but for what `spoil` does to
 * the results of one kernel.
 */
async function spoiled(
  kernel: string,
  spoil: (values: Float32Array) => void,
): Promise<string> {
  await tf.ready();
  const name = `spoiled ${kernel}`;
  tf.registerBackend(name, tf.findBackendFactory("cpu"));
  for (const config of tf.getKernelsForBackend("cpu")) {
    tf.registerKernel({
      ...config,
      backendName: name,
      kernelFunc: (call) => {
        const output = config.kernelFunc(call);
        if (config.kernelName === kernel && !Array.isArray(output)) {
          const { dataId } = output;
          spoil(
            (call.backend as { readSync(id: object): Float32Array }).readSync(
              dataId,
            ),
          );
        }
        return output;
      },
    });
  }
  await tf.setBackend(name);
  return name;
}

Deno.test("an engine that computes right passes, with every difference", async () => {
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  const results = await selfTest();
  assert.deepEqual(results.map(({ check }) => check), [
    "matrix product",
    "transposed matrix product",
    "gradient of a gather",
    "softmax",
    "error function",
  ]);
  assert.ok(results.every(({ difference }) => difference < 1e-5));
  assert.equal(tf.memory().numTensors, before);
});

for (
  const [kernel, check] of [
    ["BatchMatMul", "matrix product"],
    ["UnsortedSegmentSum", "gradient of a gather"],
    ["Softmax", "softmax"],
    ["Erf", "error function"],
  ] as const
) {
  Deno.test(`fault 61: an engine whose ${kernel} answers with zeros is refused`, async () => {
    const name = await spoiled(kernel, (values) => values.fill(0));
    const before = tf.memory().numTensors;
    await assert.rejects(selfTest(), {
      name: "RangeError",
      message: new RegExp(`its ${check} must be within .* found a difference`),
    });
    assert.equal(tf.memory().numTensors, before);
    await tf.setBackend("cpu");
    tf.removeBackend(name);
  });
}

Deno.test("fault 61: an engine that answers with NaN is refused", async () => {
  const name = await spoiled("Softmax", (values) => values.fill(NaN));
  await assert.rejects(selfTest(), { message: /found a difference of NaN/ });
  await tf.setBackend("cpu");
  tf.removeBackend(name);
});
