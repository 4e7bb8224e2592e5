/**
 * The WebGPU engine, for a graphics card without TensorFlow: tfjs's backend.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { registerEngine, type StartedEngine } from "./start_engine.ts";

/**
 * Registers the backend if this machine has a graphics card.
 *
 * @returns The card.
 * @throws {RangeError} If there is none, or only one imitated by software: that
 * is many times slower than WebAssembly.
 */
export async function startWebGpu(
  options: { threads: number },
): Promise<StartedEngine> {
  const adapter = await navigator.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  const info = adapter?.info;
  if (!info || info.isFallbackAdapter) {
    throw new RangeError(
      `Cannot use WebGPU: this machine must have a graphics card; found ` +
        `${info ? `software, "${info.description}"` : "no adapter"}`,
    );
  }
  await import("@tensorflow/tfjs-backend-webgpu"); // which registers itself
  const gpu = info.description || info.device;
  return {
    version: tf.version_core,
    origin: "from npm",
    device: gpu,
    gpu,
    threads: options.threads,
    interOpThreads: 1,
  };
}

registerEngine("webgpu", startWebGpu);
