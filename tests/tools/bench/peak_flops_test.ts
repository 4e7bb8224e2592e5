import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { startEngine } from "bertbook/engine/engine.ts";
import { bestOf, peakMeter } from "../../../tools/bench/peak_flops.ts";

Deno.test("peakMeter() reads a speed and leaves no tensor behind", async () => {
  await startEngine({ engine: "tensorflow" });
  const before = tf.memory().numTensors;
  for (const bfloat16 of [false, true]) {
    const meter = peakMeter({ bfloat16, size: 256 });
    const gflops = bestOf(meter, 3);
    // From a watch's processor to more than any has today.
    assert.ok(gflops > 0.1 && gflops < 1e6, `${gflops} GFLOP/s`);
    meter.dispose();
  }
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("bestOf() keeps the greatest reading", () => {
  const readings = [3, 7, 5, 9];
  const meter = { read: () => readings.shift()!, dispose: () => {} };
  assert.equal(bestOf(meter, 3), 7);
});
