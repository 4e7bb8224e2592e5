import { startWebGpu } from "bertbook/engine/webgpu.ts";
import assert from "node:assert/strict";

/** Runs as if this machine had the given adapter, or none. */
async function withAdapter(
  adapter: unknown,
  run: () => Promise<void>,
): Promise<void> {
  const real = Object.getOwnPropertyDescriptor(navigator, "gpu");
  const gpu = { requestAdapter: () => Promise.resolve(adapter) };
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await run();
  } finally {
    if (real) Object.defineProperty(navigator, "gpu", real);
    else Reflect.deleteProperty(navigator, "gpu");
  }
}

Deno.test("fault 61: a machine without a graphics card is refused", async () => {
  await withAdapter(null, () =>
    assert.rejects(startWebGpu({ threads: 1 }), {
      name: "RangeError",
      message:
        "Cannot use WebGPU: this machine must have a graphics card; found no adapter",
    }));
});

Deno.test("fault 61: a graphics card imitated by software is refused by its name", async () => {
  const info = {
    description: "llvmpipe",
    device: "0",
    isFallbackAdapter: true,
  };
  await withAdapter(
    { info },
    () =>
      assert.rejects(startWebGpu({ threads: 1 }), {
        name: "RangeError",
        message: /found software, "llvmpipe"$/,
      }),
  );
});
