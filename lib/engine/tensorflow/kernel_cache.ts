/**
 * The kernel cache keeps the machine code of fused kernels from one process to the next,
 * by a cache that XLA has but does not guard: it loads whatever it finds.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { processorKind } from "../processor.ts";
import { ExchangeableFolder } from "./exchangeable_folder.ts";
import { KernelStore } from "./kernel_store.ts";
import { type TensorFlowApi, TensorFlowError } from "./c_api.ts";
import { maySet, xlaFlags } from "./xla_flags.ts";

/** TensorFlows whose cache was tried: another may not know the flags, and abort. */
const TRIED = /^2\.21\./;

/** Where TensorFlow's part of XLA reads its flags, once. */
const FLAGS = "TF_XLA_FLAGS";

/** How the files are called that XLA writes. */
const SUFFIX = ".pb";

/** Days without use after which the code for other circumstances is removed. */
const MOST_IDLE_DAYS = 60;

/** What machine code depends on besides the kernel and this process's environment. */
export type CodeOrigin = {
  readonly version: string;
  /** TensorFlow's library: there are several of one version. */
  readonly path: string;
  /** The serialized `ConfigProto`: loops are cut for a number of threads. */
  readonly config: Uint8Array;
};

/** The cache of this process. */
export class KernelCache {
  private constructor(
    private readonly store: KernelStore,
    /** Where XLA looks for kernels, and writes them. */
    private readonly folder: ExchangeableFolder,
  ) {}

  /**
   * Tells XLA to use the cache. It must not have compiled anything yet.
   *
   * @param folder Holds a folder for each processor, TensorFlow and setting.
   * @param api The open library.
   * @param origin Of what will be compiled.
   * @returns Undefined where kernels are compiled anew in each process: this is not
   * Linux, TensorFlow is another than those tried, or `TF_XLA_FLAGS` is the user's own.
   * @throws {Error} If the folder cannot be used: see {@linkcode KernelStore.open}.
   */
  static open(
    folder: string,
    api: TensorFlowApi,
    origin: CodeOrigin,
  ): KernelCache | undefined {
    const readFlags = api.TF_GetXlaConstantFoldingDisabled;
    if (readFlags === null || !TRIED.test(origin.version)) return undefined;
    if (!maySet(FLAGS) || Deno.env.get(FLAGS) !== undefined) return undefined;
    const name = cacheName(origin, processorKind());
    if (name === undefined) return undefined;
    const cache = dirname(folder);
    const store = KernelStore.open(join(folder, name), { cache });
    addEventListener("unload", () => attempt(() => store.close()));
    attempt(() => removeIdle(folder));
    const exchangeable = new ExchangeableFolder(store.own);
    Deno.env.set(
      FLAGS,
      `--tf_xla_persistent_cache_directory=${exchangeable.path} ` +
        "--tf_xla_persistent_cache_device_types=CPU",
    );
    readFlags();
    Deno.env.delete(FLAGS); // not for processes that this one will start
    return new KernelCache(store, exchangeable);
  }

  /** Before XLA compiles: leaves a folder that is lost or full. */
  ensureWritable(): void {
    if (!this.folder.isWritable()) attempt(() => this.#leave());
  }

  /**
   * After XLA failed: leaves the folder if that was the cause.
   *
   * @param error What XLA said.
   * @returns Whether it was, so that another try may succeed.
   */
  leaveIfCauseOf(error: unknown): boolean {
    // What XLA could not read it will not try to read again, nor compile.
    const isCause = error instanceof TensorFlowError &&
      error.code !== "DATA_LOSS" &&
      error.message.includes(this.folder.path);
    return isCause && attempt(() => this.#leave()) === true;
  }

  /** From now on XLA writes where no other process will look, in memory if possible. */
  #leave(): true {
    const options = { prefix: "bertbook-" };
    const spare =
      attempt(() => Deno.makeTempDirSync({ ...options, dir: "/dev/shm" })) ??
        Deno.makeTempDirSync(options);
    addEventListener(
      "unload",
      () => attempt(() => Deno.removeSync(spare, { recursive: true })),
    );
    this.folder.exchange(spare);
    return true;
  }

  /** Lets other processes have what was compiled since the last time. */
  share(): void {
    attempt(() => this.store.share(SUFFIX));
  }
}

/**
 * A name for all that machine code depends on.
 *
 * @param origin The library and its settings.
 * @param kind What {@linkcode processorKind} returned.
 * @returns Undefined if the processor is not known.
 */
export function cacheName(
  { version, path, config }: CodeOrigin,
  kind: string | undefined,
): string | undefined {
  if (kind === undefined) return undefined;
  const { size } = Deno.statSync(path);
  const flags = xlaFlags(version);
  const all = JSON.stringify([kind, version, size, [...config], flags]);
  return createHash("sha256").update(all).digest("hex").slice(0, 16);
}

/** Removes what no process has used for long: each makes and removes a folder in it. */
function removeIdle(folder: string): void {
  const since = Date.now() - MOST_IDLE_DAYS * 86_400_000;
  for (const { name } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    const { mtime } = Deno.statSync(path);
    if (mtime !== null && mtime.getTime() < since) {
      Deno.removeSync(path, { recursive: true });
    }
  }
}

/** Does without the cache if something is wrong with its files: it only saves time. */
function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
