import * as tf from "@tensorflow/tfjs";
import {
  describeDevice,
  type DeviceReport,
  startEngine,
} from "bertbook/engine/engine.ts";
import { registerEngine } from "bertbook/engine/start_engine.ts";
import assert from "node:assert/strict";

/** Runs with environment variables set, or unset where the value is undefined. */
async function withEnvironment<T>(
  variables: Record<string, string | undefined>,
  run: () => Promise<T>,
): Promise<T> {
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  const before = Object.keys(variables).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

// The order of the first tests matters: a process opens TensorFlow once.
Deno.test("fault 61: without TensorFlow and a graphics card wasm is taken, and both are named", async () => {
  const empty = await Deno.makeTempDir();
  const report = await withEnvironment(
    { BERTBOOK_TENSORFLOW: empty, BERTBOOK_ENGINE: undefined },
    () => startEngine(),
  );
  await Deno.remove(empty);
  assert.equal(report.engine, "wasm");
  assert.equal(tf.getBackend(), "wasm");
  assert.deepEqual(report.notTaken.map(({ engine }) => engine), [
    "tensorflow",
    "webgpu",
  ]);
  assert.match(
    report.notTaken[0]!.reason,
    /BERTBOOK_TENSORFLOW must name the folder/,
  );
  assert.match(
    report.notTaken[1]!.reason,
    /^Cannot use WebGPU: this machine must have/,
  );
});

Deno.test("fault 61: TensorFlow demanded but not to be had is an error that says what to do", async () => {
  await withEnvironment(
    { BERTBOOK_TENSORFLOW: "/nowhere", BERTBOOK_ENGINE: "tensorflow" },
    () =>
      assert.rejects(startEngine(), {
        name: "RangeError",
        message:
          `Cannot find TensorFlow: BERTBOOK_TENSORFLOW must name the folder of ` +
          `libtensorflow_cc.so.2 or libtensorflow.so.2; found none in "/nowhere"; ` +
          `unset BERTBOOK_ENGINE to use the best engine available`,
      }),
  );
});

Deno.test("fault 89: no absolute path gets into what is said of an engine", async () => {
  const folder = await Deno.makeTempDir({ prefix: "home of a user" });
  await Deno.writeTextFile(`${folder}/libtensorflow_cc.so.2`, "no library");
  const report = await withEnvironment(
    { BERTBOOK_TENSORFLOW: folder, BERTBOOK_ENGINE: undefined },
    () => startEngine(),
  );
  await Deno.remove(folder, { recursive: true });
  const { reason } = report.notTaken[0]!;
  assert.match(
    reason,
    /^Cannot open "libtensorflow_cc.so.2": TensorFlow must be/,
  );
  assert.ok(!describeDevice(report).includes("home of a user"), reason);
});

Deno.test("a start that the user stops does not go on with another engine", async () => {
  const signal = AbortSignal.abort(new DOMException("enough", "AbortError"));
  await withEnvironment(
    { BERTBOOK_TENSORFLOW: "/nowhere", BERTBOOK_ENGINE: undefined },
    () =>
      assert.rejects(startEngine({ provision: { signal } }), {
        message: "enough",
      }),
  );
});

Deno.test("TensorFlow starts, says what it is, and starts only once", async () => {
  const report = await startEngine({ engine: "tensorflow" });
  assert.equal(tf.getBackend(), "tensorflow");
  assert.match(report.version, /^2\.\d+\.\d+/);
  assert.equal(report.device, report.gpu ?? "CPU");
  assert.ok(report.devices!.includes("CPU:0"), `${report.devices}`);
  assert.equal(report.threads, navigator.hardwareConcurrency);
  assert.equal(report.interOpThreads, Math.min(report.threads, 4));
  assert.equal(report.selfTest.length, 5);
  assert.deepEqual(report.notTaken, []);
  assert.deepEqual(await startEngine({ engine: "tensorflow" }), report);
});

Deno.test("another number of threads needs another process", async () => {
  const report = await startEngine({ engine: "tensorflow" });
  for (const name of ["threads", "interOpThreads"] as const) {
    const has = report[name];
    const asked = name === "threads" ? has + 1 : has - 1;
    if (asked === 0) continue; // one thread runs one operation at a time
    await assert.rejects(
      startEngine({ engine: "tensorflow", [name]: asked }),
      {
        name: "RangeError",
        message: new RegExp(
          `keep the ${name} it began with, ${has}; found ${asked}; restart`,
        ),
      },
    );
  }
});

Deno.test("TensorFlow that runs joins no cluster and changes no card", async () => {
  const cluster = { workers: ["127.0.0.1:1", "127.0.0.1:2"], index: 1 };
  await assert.rejects(startEngine({ engine: "tensorflow", cluster }), {
    name: "RangeError",
    message:
      /keep the cluster it began with, none; found \{"workers":.*; restart/,
  });
  // A card is the affair of the GPU's build; the processor's has none.
  await startEngine({ engine: "tensorflow", gpu: 1 });
});

Deno.test("threads that make no sense are refused, and not another engine taken", async () => {
  for (
    const threads of [
      { threads: 0 },
      { threads: 1.5 },
      { threads: 2, interOpThreads: 3 },
      { threads: 2, interOpThreads: 0 },
    ]
  ) {
    await assert.rejects(startEngine(threads), {
      name: "RangeError",
      message: /^Cannot set the threads of TensorFlow: /,
    });
  }
});

Deno.test("one process can change over between engines", async () => {
  for (const engine of ["wasm", "tensorflow", "wasm"] as const) {
    await startEngine({ engine });
    assert.equal(tf.getBackend(), engine);
    assert.equal(tf.tidy(() => tf.add(1, 2).dataSync()[0]), 3);
  }
});

Deno.test("a GPU that is required and missing stops the start", async () => {
  await startEngine({ engine: "wasm" });
  await assert.rejects(startEngine({ engine: "wasm", requireGpu: true }), {
    name: "RangeError",
    message: 'Cannot use "wasm" on a GPU: it must find one; found CPU; ' +
      "name no engine to use the best one available",
  });
});

Deno.test("an unknown engine is answered with the nearest one", async () => {
  await withEnvironment(
    { BERTBOOK_ENGINE: "tensorflo" },
    () =>
      assert.rejects(startEngine(), {
        name: "RangeError",
        message:
          `Cannot start the engine: BERTBOOK_ENGINE must be one of tensorflow, ` +
          `tensorflow-gpu, webgpu, wasm; found "tensorflo"; did you mean "tensorflow"?`,
      }),
  );
});

Deno.test("fault 61: an engine that fails its test is refused, and the one before stays", async () => {
  await startEngine({ engine: "tensorflow" });
  await startEngine({ engine: "wasm" });
  await startEngine({ engine: "tensorflow" });
  const right = tf.getKernel("Softmax", "wasm");
  const replace = (kernel: tf.KernelConfig) => {
    tf.unregisterKernel("Softmax", "wasm");
    tf.registerKernel(kernel);
  };
  replace({
    ...right,
    kernelFunc: (call) => {
      const { shape, dtype } = call.inputs.logits!;
      const backend = call.backend as tf.KernelBackend;
      const zeros = new Float32Array(tf.util.sizeFromShape(shape));
      return { dataId: backend.write(zeros, shape, dtype), shape, dtype };
    },
  });
  try {
    await assert.rejects(startEngine({ engine: "wasm" }), {
      name: "RangeError",
      message: /Cannot trust the engine "wasm": its softmax must be within/,
    });
    assert.equal(tf.getBackend(), "tensorflow");
  } finally {
    replace(right);
  }
});

Deno.test("a reader sees engine, device, processor, test, and what was not taken", () => {
  const report: DeviceReport = {
    engine: "wasm",
    version: "4.22.0",
    origin: "from npm",
    device: "CPU",
    gpu: null,
    processor: "A Processor",
    threads: 1,
    interOpThreads: 1,
    selfTest: [
      { check: "softmax", difference: 2e-7 },
      { check: "matrix product", difference: 0 },
    ],
    notTaken: [{ engine: "tensorflow", reason: "Cannot find it" }],
  };
  assert.equal(
    describeDevice(report),
    "Engine: wasm 4.22.0 (from npm)\n" +
      "Device: CPU (no GPU found)\n" +
      "Processor: A Processor, 1 thread\n" +
      "Self-test: 2 checks passed, largest difference 2.0e-7\n" +
      "Not taken: tensorflow, because: Cannot find it",
  );
  const onGpu = describeDevice({
    ...report,
    device: "GPU:0",
    gpu: "GPU:0",
    threads: 2,
  });
  assert.match(onGpu, /^Device: GPU:0$/m);
  assert.match(onGpu, /A Processor, 2 threads$/m);
});

// It leaves an engine that cannot be started, so it is the last.
Deno.test("fault 89: addresses and other slashes stay in a reason", async () => {
  const reasons: [string, string][] = [
    [
      "see https://a.org/b/c, or a/b and 1 / 2",
      "see https://a.org/b/c, or a/b and 1 / 2",
    ],
    ["rename '/home/u u/x.so' -> '/a/b': no", "rename 'x.so' -> 'b': no"],
    ["open /home/u/x.so: no", "open x.so: no"],
    ["in /home/u/x/ it is", "in x/ it is"],
    ['"C:\\Users\\u\\x.dll" and D:\\u\\y', '"x.dll" and y'],
    ["(/home/u/x)", "(x)"],
  ];
  for (const [said, shown] of reasons) {
    registerEngine("webgpu", () => Promise.reject(new RangeError(said)));
    await assert.rejects(startEngine({ engine: "webgpu" }), (error: Error) => {
      assert.ok(
        error.message.includes(`found webgpu: ${shown}; name no engine`),
        error.message,
      );
      return true;
    });
  }
});
