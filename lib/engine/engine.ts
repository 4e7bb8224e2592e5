/**
 * The engines of Deno and Node.js: registers TensorFlow, WebGPU and WebAssembly, and
 * what the system tells of itself.
 *
 * @module
 */

import { cpus } from "node:os";
import process from "node:process";
import { keepMeasured, measured } from "./measured.ts";
import { registerPlatform } from "./platform.ts";
import { instructionSets } from "./processor.ts";
import { memoryLimit } from "./system_memory.ts";
import "./tensorflow/start.ts";
import "./wasm.ts";
import "./webgpu.ts";

export {
  describeDevice,
  type DeviceReport,
  type EngineName,
  type EngineOptions,
  ensureEngine,
  parseEngineName,
  startEngine,
} from "./start_engine.ts";

registerPlatform({
  environment: (name) => process.env[name],
  processorName: () => cpus()[0]?.model.trim() || undefined,
  instructionSets,
  memoryLimit,
  measured,
  keepMeasured,
});
