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
import type { ContextOptions } from "./context.ts";
import { type CudaFiles, provideCuda } from "./cuda_wheels.ts";
import { type Library, provideLibrary } from "./library.ts";
import { describeCard, isAmpere, nvidiaDriver } from "./nvidia.ts";
import { registerTensorFlow } from "./register.ts";

type StartOptions = Threads & {
  readonly provision?: ProvisionOptions;
  readonly cluster?: Cluster;
  readonly gpu?: number;
};

/** Finds the library, opens it and registers it with tfjs. */
async function startTensorFlow(options: StartOptions): Promise<StartedEngine> {
  checkRuntime();
  const { path, origin } = await provideLibrary(options.provision);
  return await start(path, origin, options);
}

/**
 * Asks the driver before anything is fetched; then the same, with the files for CUDA
 * and one card. A library that the user names must find CUDA by itself.
 */
async function startOnGpu(options: StartOptions): Promise<StartedEngine> {
  checkRuntime();
  const { gpu = 0, provision } = options;
  const { cards } = nvidiaDriver();
  const card = cards[gpu];
  if (card === undefined) {
    throw new RangeError(
      `Cannot compute on GPU ${gpu}: it must be the number of a card; found ` +
        `${cards.length}: ${cards.map(describeCard).join("; ")}; ` +
        `pass gpu: 0, or another number below ${cards.length}`,
    );
  }
  const files = Deno.env.get("BERTBOOK_TENSORFLOW")
    ? await provideLibrary(provision)
    : await provideCuda(provision);
  const { path, origin, libraries = [] }: Library & Partial<CudaFiles> = files;
  const started = await start(path, origin, {
    ...options,
    gpu,
    card,
    libraries,
  });
  const mayUseTf32 = Deno.env.get("NVIDIA_TF32_OVERRIDE") !== "0";
  const note = !isAmpere(card)
    ? "float32 products: float32; this card has neither TF32 nor bfloat16"
    : mayUseTf32
    ? "float32 products: TF32, 11 digits of 24, as NVIDIA_TF32_OVERRIDE allows it"
    : "float32 products: float32; NVIDIA_TF32_OVERRIDE=1 allows TF32, which is faster";
  return {
    ...started,
    device: `GPU ${gpu}: ${describeCard(card)}`,
    notes: [...started.notes ?? [], note],
  };
}

function checkRuntime(): void {
  if (typeof Deno !== "undefined") return;
  throw new RangeError(
    "Cannot start TensorFlow: it is reached through Deno's FFI, so the program " +
      "must run in Deno; found another runtime",
  );
}

async function start(
  path: string,
  origin: string,
  options: StartOptions & Pick<ContextOptions, "card" | "libraries">,
): Promise<StartedEngine> {
  const { provision = {}, ...settings } = options;
  const { threads, interOpThreads } = settings;
  const { version, devices, notes } = await registerTensorFlow(path, {
    ...settings,
    kernels: kernelFolder(provision),
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
registerEngine("tensorflow-gpu", startOnGpu);

/** Where fused kernels are kept: in the cache, if the user has one. */
function kernelFolder({ home }: ProvisionOptions): string | undefined {
  try {
    return join(home ?? cacheFolder(), "kernels");
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
