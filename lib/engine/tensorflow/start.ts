/**
 * Starts TensorFlow as the engine.
 *
 * @module
 */

import { join } from "node:path";
import type { ProvisionOptions } from "../../download/asset.ts";
import { cacheFolder } from "../../download/cache.ts";
import type { StartedEngine } from "../started_engine.ts";
import { registerTensorFlow } from "./backend.ts";
import type { Threads } from "./config.ts";
import { provideLibrary } from "./library.ts";

/** Finds the library, opens it and registers it with tfjs. */
export async function startTensorFlow(
  options: Threads & { provision: ProvisionOptions },
): Promise<StartedEngine> {
  const { path, origin } = await provideLibrary(options.provision);
  const { version, devices } = await registerTensorFlow(path, {
    ...options,
    kernels: kernelFolder(options.provision),
  });
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

/** Where fused kernels are kept: in the cache, if the user has one. */
function kernelFolder({ home }: ProvisionOptions): string | undefined {
  try {
    return join(home ?? cacheFolder(), "kernels");
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
