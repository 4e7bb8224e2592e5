/**
 * Named files with known SHA-256 that can come from several sources: engine
 * libraries, weights, data.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { cacheFolder } from "./cache.ts";
import type { FileFact } from "./checksum.ts";
import { withLock } from "./lock.ts";
import type { ProvisionEvent } from "./progress.ts";
import { describeSource, fetchFiles, type Source } from "./source.ts";
import { isVerified, writeStamp } from "./stamp.ts";

export type { FileFact } from "./checksum.ts";
export type { ProvisionEvent } from "./progress.ts";
export type { Source } from "./source.ts";

/** Files that belong together, what they must be, and where to get them. */
export type Asset = {
  /** What it is called in progress lines and errors. */
  name: string;
  /** Its folder below the cache, with "/" between parts. */
  folder: string;
  /** Every file with its size and digest. */
  files: Record<string, FileFact>;
  /** Tried in this order. */
  sources: Source[];
  /** SPDX identifier, or words where there is none. */
  licence: string;
};

/** How to provision. */
export type ProvisionOptions = {
  /** The cache; {@linkcode cacheFolder} unless told. */
  home?: string;
  /** Use only what is there; `BERTBOOK_OFFLINE=1` unless told. */
  offline?: boolean;
  /** Told at most ten times a second, and at the end of each phase. */
  onProgress?: (event: ProvisionEvent) => void;
  /** Stops the work; unfinished downloads stay for the next time. */
  signal?: AbortSignal;
};

/** An asset that no source could provide. */
export class ProvisionError extends Error {
  override name = "ProvisionError";
  /** Why each source failed, in the order in which they were tried. */
  readonly reasons: readonly { source: string; reason: string }[];

  /**
   * @param asset What was wanted.
   * @param reasons Why each source failed; none where none was tried.
   */
  constructor(
    asset: Asset,
    reasons: readonly { source: string; reason: string }[],
  ) {
    const tried = reasons.map(({ source, reason }) => `${source}: ${reason}`);
    super(
      `Cannot provide "${asset.name}" as ` +
        (tried.length > 0
          ? `one of its sources must deliver it: ${tried.join("; ")}`
          : `its files must be in the cache when offline: they are not; ` +
            `connect once without BERTBOOK_OFFLINE, or copy ` +
            `${Object.keys(asset.files).join(", ")} from another machine`),
    );
    this.reasons = reasons;
  }
}

/**
 * Makes sure that the asset's files are there and are the right ones.
 *
 * New files are gathered in a folder beside the final one, measured, flushed to
 * disk, and given their place by one rename, under a lock: a reader sees all of
 * them or none, and two processes at once leave one good copy.
 *
 * @param asset What is wanted.
 * @param options Cache, offline, progress, abort.
 * @returns The folder that holds the verified files.
 * @throws {ProvisionError} If no source delivers, or offline without a cache.
 */
export async function ensureAsset(
  asset: Asset,
  options: ProvisionOptions = {},
): Promise<string> {
  const ready = await findAsset(asset, options);
  if (ready) return ready;
  if (isOffline(options)) throw new ProvisionError(asset, []);
  const folder = folderOf(asset, options);
  await Deno.mkdir(dirname(folder), { recursive: true });
  return await withLock(`${folder}.lock`, async () => {
    // Another process may have done the work while this one waited.
    return await findAsset(asset, options) ??
      await provide(asset, folder, options);
  }, options);
}

/**
 * Looks for an asset without fetching anything.
 *
 * @param asset What is wanted.
 * @param options The cache.
 * @returns The folder that holds the verified files, or undefined.
 */
export async function findAsset(
  asset: Asset,
  options: ProvisionOptions = {},
): Promise<string | undefined> {
  const folder = folderOf(asset, options);
  return await isVerified(folder, asset.files) ? folder : undefined;
}

/** Tries the sources in order. */
async function provide(
  asset: Asset,
  folder: string,
  options: ProvisionOptions,
): Promise<string> {
  // Fixed names, safe under the lock: what a killed process left is cleared here.
  const target = `${folder}.new`, scratch = `${folder}.scratch`;
  const downloads = join(options.home ?? cacheFolder(), "downloads");
  await Deno.mkdir(downloads, { recursive: true });
  const reasons: { source: string; reason: string }[] = [];
  for (const source of asset.sources) {
    const name = describeSource(source);
    const tell = teller(asset.name, name, options);
    try {
      for (const path of [target, scratch]) await makeEmpty(path);
      await fetchFiles(source, {
        files: asset.files,
        ...{ target, scratch, downloads, tell },
        ...(options.signal ? { signal: options.signal } : {}),
      });
      await writeStamp(target, asset.files);
      await replace(folder, target);
      const total = Object.values(asset.files)
        .reduce((sum, { bytes }) => sum + bytes, 0);
      tell("ready", total, total);
      return folder;
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push({ source: name, reason: (error as Error).message });
    } finally {
      for (const path of [target, scratch]) await removeTree(path);
    }
  }
  throw new ProvisionError(asset, reasons);
}

/** Where an asset's files stand. */
function folderOf(asset: Asset, options: ProvisionOptions): string {
  return join(options.home ?? cacheFolder(), ...asset.folder.split("/"));
}

/** Whether only the cache may be used. */
function isOffline(options: ProvisionOptions): boolean {
  return options.offline ?? Deno.env.get("BERTBOOK_OFFLINE") === "1";
}

/** Makes events out of bytes, not more of them than an eye can follow. */
function teller(
  asset: string,
  source: string,
  options: ProvisionOptions,
): (phase: ProvisionEvent["phase"], loaded: number, total: number) => void {
  let last = -Infinity;
  return (phase, loaded, total) => {
    const now = performance.now();
    if (now - last < 100 && loaded !== total) return;
    last = now;
    options.onProgress?.({ asset, source, phase, loaded, total });
  };
}

/** Gives `next` the place of `folder`, whatever stands there. */
async function replace(folder: string, next: string): Promise<void> {
  await removeTree(folder);
  await Deno.rename(next, folder);
}

async function makeEmpty(path: string): Promise<void> {
  await removeTree(path);
  await Deno.mkdir(path, { recursive: true });
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
