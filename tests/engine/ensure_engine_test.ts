import * as tf from "@tensorflow/tfjs";
import {
  ensureEngine,
  registerEngine,
  startEngine,
} from "bertbook/engine/start_engine.ts";
import assert from "node:assert/strict";

tf.enableProdMode(); // no greeting on stderr

/** Starts an engine that is tfjs's plain JavaScript, under the name of a better one. */
let starts = 0;
function startStandIn(): ReturnType<Parameters<typeof registerEngine>[1]> {
  starts++;
  tf.registerBackend("webgpu", tf.findBackendFactory("cpu"));
  tf.copyRegisteredKernels("cpu", "webgpu");
  return Promise.resolve({
    version: "1",
    origin: "this test",
    device: "CPU",
    gpu: null,
    threads: 1,
    interOpThreads: 1,
  });
}

// The order of the tests matters: an engine that was chosen stays chosen.
Deno.test("without an engine the error says how to start one", async () => {
  const expected = {
    name: "RangeError",
    message: "Cannot compute: an engine must run; found none that is " +
      'registered; import "bertbook" or "bertbook/core", which register engines',
  };
  await assert.rejects(ensureEngine(), expected);
  // The first tensor lets tfjs choose its plain JavaScript: that is no choice of the user's.
  tf.scalar(1).dispose();
  assert.equal(tf.getBackend(), "cpu");
  await assert.rejects(ensureEngine(), expected);
  await assert.rejects(startEngine(), {
    name: "RangeError",
    message:
      "Cannot start an engine: it must be there and pass its test; found none " +
      "that is registered",
  });
});

Deno.test("the default engine is started once, though several calls need it", async () => {
  registerEngine("webgpu", startStandIn);
  await Promise.all([ensureEngine(), ensureEngine()]);
  await ensureEngine();
  assert.equal(starts, 1);
  assert.equal(tf.getBackend(), "webgpu");
});

Deno.test("a backend that the user chose stays", async () => {
  await tf.setBackend("cpu");
  await ensureEngine();
  assert.equal(tf.getBackend(), "cpu");
});
