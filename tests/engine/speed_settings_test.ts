import assert from "node:assert/strict";
import type { DeviceReport } from "bertbook/engine/engine.ts";
import {
  describeSpeed,
  speedSettings,
} from "bertbook/engine/speed_settings.ts";

const REPORT: DeviceReport = {
  engine: "tensorflow",
  version: "2.21.0",
  origin: "from the cache",
  device: "CPU",
  gpu: null,
  threads: 2,
  interOpThreads: 2,
  processor: "A processor",
  selfTest: [],
  notTaken: [],
};

Deno.test("speedSettings() keeps what decides speed, as plain JSON", () => {
  const before = Deno.env.get("TF_ENABLE_ONEDNN_OPTS");
  try {
    Deno.env.delete("TF_ENABLE_ONEDNN_OPTS");
    const { instructionSets, bfloat16, ...rest } = speedSettings(REPORT);
    assert.deepEqual(rest, {
      engine: "tensorflow",
      engineVersion: "2.21.0",
      device: "CPU",
      threads: 2,
      interOpThreads: 2,
      oneDnn: true,
      processor: "A processor",
      environment: {},
    });
    assert.equal(instructionSets === null, bfloat16 === null);
    const settings = speedSettings(REPORT);
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
    Deno.env.set("TF_ENABLE_ONEDNN_OPTS", "0");
    assert.equal(speedSettings(REPORT).oneDnn, false);
    assert.equal(speedSettings({ ...REPORT, engine: "wasm" }).oneDnn, null);
  } finally {
    if (before === undefined) Deno.env.delete("TF_ENABLE_ONEDNN_OPTS");
    else Deno.env.set("TF_ENABLE_ONEDNN_OPTS", before);
  }
});

Deno.test("describeSpeed() says what is on, off, and not known", () => {
  const settings = {
    ...speedSettings(REPORT),
    oneDnn: false,
    instructionSets: ["AVX2"],
    bfloat16: false,
  };
  assert.equal(
    describeSpeed(settings),
    "tensorflow 2.21.0, 2 threads, 2 operations at a time, oneDNN off\nA processor: AVX2\n" +
      "bfloat16: not on this processor",
  );
  const unknown = describeSpeed({
    ...settings,
    engine: "wasm",
    oneDnn: null,
    threads: 1,
    interOpThreads: 1,
    instructionSets: null,
    bfloat16: null,
  });
  assert.equal(
    unknown,
    "wasm 2.21.0, 1 thread\nA processor: instruction sets not known\n" +
      "bfloat16: not known",
  );
});

Deno.test("fault 79: variables that change TensorFlow's speed or bits are kept and shown", () => {
  const before = Deno.env.get("DNNL_MAX_CPU_ISA");
  try {
    Deno.env.set("DNNL_MAX_CPU_ISA", "AVX2");
    const settings = speedSettings(REPORT);
    assert.deepEqual(settings.environment, { DNNL_MAX_CPU_ISA: "AVX2" });
    assert.match(
      describeSpeed(settings),
      /^environment: DNNL_MAX_CPU_ISA=AVX2$/m,
    );
    assert.deepEqual(
      speedSettings({ ...REPORT, engine: "wasm" }).environment,
      {},
    );
  } finally {
    if (before === undefined) Deno.env.delete("DNNL_MAX_CPU_ISA");
    else Deno.env.set("DNNL_MAX_CPU_ISA", before);
  }
});
