/**
 * An open TensorFlow: library, settings, devices.
 *
 * @module
 */

import { encodeConfig, type Threads } from "./config.ts";
import { KernelCache } from "./kernel_cache.ts";
import { loadForGood } from "./resident.ts";
import { Status } from "./status.ts";
import { openTensorFlow, type TensorFlowApi, textAt } from "./symbols.ts";

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
  /** Undefined where fused kernels are compiled anew in each process. */
  readonly kernelCache: KernelCache | undefined;
};

/**
 * Settings that TensorFlow reads from the environment when it is loaded.
 * What fails is thrown here, so it need not be logged; that kernels come from a cache
 * is logged as an error. oneDNN's kernels are on by default only on processors with
 * VNNI or bfloat16; everywhere else they are still the faster ones.
 */
const ENVIRONMENT = { TF_CPP_MIN_LOG_LEVEL: "3", TF_ENABLE_ONEDNN_OPTS: "1" };

/**
 * Opens TensorFlow and its eager context.
 *
 * @param path The shared library.
 * @param options How many threads to use, and the folder in which the machine code
 * of fused kernels is kept; undefined for none.
 * @returns The context.
 * @throws {TypeError} If the library cannot be loaded.
 * @throws {TensorFlowError} If TensorFlow refuses the settings.
 */
export function openContext(
  path: string,
  options: Threads & { kernels?: string | undefined },
): TensorFlowContext {
  for (const [name, value] of Object.entries(ENVIRONMENT)) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
  loadForGood(path, {
    showLog: Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === "0",
  });
  const api = openTensorFlow(path);
  const status = new Status(api);
  const version = textAt(api.TF_Version());
  const config = encodeConfig(options);
  const kernelCache = options.kernels === undefined
    ? undefined
    : KernelCache.open(options.kernels, api, { version, path, config });
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
      kernelCache,
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
