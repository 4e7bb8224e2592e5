/**
 * An open TensorFlow: library, settings, devices.
 *
 * @module
 */

import type { Threads } from "../start_engine.ts";
import {
  cString,
  openTensorFlow,
  Status,
  type TensorFlowApi,
  textAt,
} from "./c_api.ts";
import { encodeConfig } from "./config.ts";
import { KernelCache } from "./kernel_cache.ts";
import type { Card } from "./nvidia.ts";
import { dropUnknownFlags } from "./xla_flags.ts";

/** A device that TensorFlow found. */
export type Device = {
  /** `/job:localhost/replica:0/task:0/device:GPU:0` */
  name: string;
  /** `CPU`, `GPU` … */
  type: string;
};

/** What every call of the C API needs. It lives as long as the process. */
export type TensorFlowContext = {
  readonly api: TensorFlowApi;
  readonly status: Status;
  /** The `TFE_Context`. */
  readonly address: Deno.PointerValue;
  /** The library's file. */
  readonly path: string;
  readonly version: string;
  readonly devices: readonly Device[];
  /** Operations that run side by side. */
  readonly interOpThreads: number;
  /** The card that computes; undefined if it was not asked for. */
  readonly card: Card | undefined;
  /** Undefined where fused kernels are compiled anew in each process. */
  readonly kernelCache: KernelCache | undefined;
  /** What is done without, and why, in words. */
  readonly notes: readonly string[];
};

/**
 * Settings that TensorFlow reads from the environment when it is loaded.
 * What fails is thrown here, so it need not be logged; that kernels come from a cache
 * is logged as an error. oneDNN's kernels are on by default only on processors with
 * VNNI or bfloat16; everywhere else they are still the faster ones.
 */
const ENVIRONMENT = { TF_CPP_MIN_LOG_LEVEL: "3", TF_ENABLE_ONEDNN_OPTS: "1" };

/**
 * Without TF32, which rounds float32 factors to 11 digits, products are what `float32`
 * promises; the libraries of CUDA read it. Any other value allows it.
 */
const ON_A_CARD = { NVIDIA_TF32_OVERRIDE: "0" };

/** What to open TensorFlow with. */
export type ContextOptions = Threads & {
  /** Where the machine code of fused kernels is kept; undefined for nowhere. */
  readonly kernels?: string | undefined;
  /** Whether it sums up with others. */
  readonly isWorker?: boolean;
  /** The number of the only card to use, and what the driver says of it. */
  readonly gpu?: number;
  readonly card?: Card;
  /** Libraries that TensorFlow opens by their names, wherever they are. */
  readonly libraries?: readonly string[];
};

/**
 * Opens TensorFlow and its eager context.
 *
 * @param path The shared library.
 * @param options Threads, kernels, and the card, if one is to compute.
 * @returns The context.
 * @throws {TypeError} If a library cannot be loaded.
 * @throws {TensorFlowError} If TensorFlow refuses the settings.
 */
export function openContext(
  path: string,
  options: ContextOptions,
): TensorFlowContext {
  const { card, libraries = [] } = options;
  const settingsOfAll = { ...ENVIRONMENT, ...card && ON_A_CARD };
  for (const [name, value] of Object.entries(settingsOfAll)) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
  const showLog = Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === "0";
  for (const library of libraries) {
    loadForGood(library, { showLog });
    Deno.dlopen(library, {}).close(); // throws if it cannot be loaded, and says why
  }
  loadForGood(path, { showLog });
  const api = openTensorFlow(path);
  const status = new Status(api);
  const version = textAt(api.TF_Version());
  const config = encodeConfig(options);
  const notes = dropUnknownFlags(version);
  let kernelCache: KernelCache | undefined;
  try {
    kernelCache = options.kernels === undefined
      ? undefined
      : KernelCache.open(options.kernels, api, { version, path, config });
  } catch (error) {
    // It only saves time.
    notes.push(`Kernels are not kept: ${(error as Error).message}`);
  }
  const settings = api.TFE_NewContextOptions();
  try {
    api.TFE_ContextOptionsSetConfig(
      settings,
      config,
      BigInt(config.length),
      status.address,
    );
    status.check(() => `set ${options.threads} threads`);
    const address = api.TFE_NewContext(settings, status.address);
    status.check(() => `open an eager context`);
    return {
      api,
      status,
      address,
      path,
      version,
      devices: listDevices(api, status, address),
      interOpThreads: options.interOpThreads,
      card,
      kernelCache,
      notes,
    };
  } finally {
    api.TFE_DeleteContextOptions(settings);
  }
}

function listDevices(
  api: TensorFlowApi,
  status: Status,
  context: Deno.PointerValue,
): Device[] {
  const list = api.TFE_ContextListDevices(context, status.address);
  status.check(() => "list the devices");
  try {
    return Array.from({ length: api.TF_DeviceListCount(list) }, (_, i) => ({
      name: textAt(api.TF_DeviceListName(list, i, status.address)),
      type: textAt(api.TF_DeviceListType(list, i, status.address)),
    }));
  } finally {
    api.TF_DeleteDeviceList(list);
  }
}

/** `dlfcn.h` of Linux. */
const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;
const RTLD_DEEPBIND = 0x8;
const STDERR = 2;

/**
 * Loads a shared library so that it stays loaded, keeps to itself, and does so without
 * a word. Elsewhere than on Linux it does nothing: Deno alone opens the library then.
 *
 * Deno unloads libraries when it ends, and TensorFlow's, unloaded before it has
 * worked, takes the process down with it. It also brings its own LLVM, which must
 * not be mixed with one that a graphics driver may have brought before. And
 * while it is being loaded it logs about oneDNN to stderr, whatever
 * `TF_CPP_MIN_LOG_LEVEL` says.
 *
 * @param path The library's file. One that cannot be loaded is left to Deno too,
 * whose error says why.
 * @param options Whether what the library writes to stderr meanwhile is shown.
 */
export function loadForGood(path: string, options: { showLog: boolean }): void {
  if (Deno.build.os !== "linux") return;
  const system = Deno.dlopen("libdl.so.2", {
    dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
    creat: { parameters: ["buffer", "u32"], result: "i32" },
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { dlopen, creat, dup, dup2, close } = system.symbols;
  const flags = RTLD_NOW | RTLD_NODELETE | RTLD_DEEPBIND;
  const load = () => dlopen(cString(path), flags);
  try {
    if (options.showLog) return void load();
    const stderr = dup(STDERR);
    const nowhere = creat(cString("/dev/null"), 0o600);
    dup2(nowhere, STDERR);
    load();
    dup2(stderr, STDERR);
    for (const file of [stderr, nowhere]) close(file);
  } finally {
    system.close();
  }
}
