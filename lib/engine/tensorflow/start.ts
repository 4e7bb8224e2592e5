/**
 * Starts TensorFlow as the engine.
 *
 * @module
 */

import type { ProvisionOptions } from "../../provision/asset.ts";
import type { StartedEngine } from "../started_engine.ts";
import { registerTensorFlow } from "./backend.ts";
import type { Threads } from "./config.ts";
import { provideLibrary } from "./library.ts";

/** Finds the library, opens it and registers it with tfjs. */
export async function startTensorFlow(
  options: Threads & { provision: ProvisionOptions },
): Promise<StartedEngine> {
  const { path, origin } = await provideLibrary(options.provision);
  const { version, devices } = await registerTensorFlow(path, options);
  const gpu = devices.find(({ type }) => type === "GPU")?.name ?? null;
  return {
    version,
    origin,
    device: gpu ?? devices.map(({ type }) => type).join(", "),
    gpu,
    threads: options.threads,
    interOpThreads: options.interOpThreads,
  };
}
