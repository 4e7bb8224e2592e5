/**
 * Starts TensorFlow as the engine.
 *
 * @module
 */

import { join } from "node:path";
import type { ProvisionOptions } from "../../download/asset.ts";
import { cacheFolder } from "../../download/cache.ts";
import type { Cluster } from "../cluster.ts";
import {
  registerEngine,
  type StartedEngine,
  type Threads,
} from "../start_engine.ts";
import { provideLibrary } from "./library.ts";
import { registerTensorFlow } from "./register.ts";

/** Finds the library, opens it and registers it with tfjs. */
async function startTensorFlow(
  { threads, interOpThreads, provision = {}, cluster }: Threads & {
    provision?: ProvisionOptions;
    cluster?: Cluster;
  },
): Promise<StartedEngine> {
  if (typeof Deno === "undefined") {
    throw new RangeError(
      "Cannot start TensorFlow: it is reached through Deno's FFI, so the program " +
        "must run in Deno; found another runtime",
    );
  }
  const { path, origin } = await provideLibrary(provision);
  const { version, devices, notes } = await registerTensorFlow(path, {
    threads,
    interOpThreads,
    kernels: kernelFolder(provision),
    cluster,
  });
  const gpu = devices.find(({ type }) => type === "GPU")?.name ?? null;
  return {
    version,
    origin,
    device: gpu ?? devices.map(({ type }) => type).join(", "),
    gpu,
    // "/job:localhost/replica:0/task:0/device:CPU:0"
    devices: devices.map(({ name }) => name.replace(/^.*device:/, "")),
    threads,
    interOpThreads,
    notes,
  };
}

registerEngine("tensorflow", startTensorFlow);

/** Where fused kernels are kept: in the cache, if the user has one. */
function kernelFolder({ home }: ProvisionOptions): string | undefined {
  try {
    return join(home ?? cacheFolder(), "kernels");
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
