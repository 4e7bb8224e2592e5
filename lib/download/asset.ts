/**
 * Assets: named files with known SHA-256 that can come from several sources, such
 * as engine libraries, weights and data.
 *
 * @module
 */

/** What must hold for a file before it is used. */
export type FileFact = {
  /** SHA-256 of the content, 64 lower-case hexadecimal digits (FIPS 180-4). */
  sha256: string;
  /** Size of the content. */
  bytes: number;
};

/** File name → path of the member inside the archive. */
export type Members = Record<string, string>;

/** A wheel on the Python package index, fetched by pip. */
export type PipSource = {
  kind: "pip";
  /** Name and exact version, such as `name==1.0`. */
  requirement: string;
  /** The Python that the wheel is for, such as "3.11". */
  pythonVersion: string;
  /** Such as "cp"; a pure Python wheel needs none. */
  implementation?: string;
  /** Such as "manylinux_2_27_x86_64"; a pure Python wheel needs none. */
  platform?: string;
  archive: FileFact;
  members: Members;
};

/**
 * An address. With `members` it is a zip or `.tgz` file, or, if it ends in "/", a
 * folder that holds the members as files; with `file` it is that one file.
 */
export type UrlSource = {
  kind: "url";
  url: string;
  archive?: FileFact;
  /** Bounds an archive without facts; its members are verified all the same. */
  maxArchiveBytes?: number;
  members?: Members;
  file?: string;
  /** Host names besides the address's own that it may redirect to. */
  redirectHosts?: readonly string[];
  /** Longest wait for an answer, in milliseconds. */
  connectTimeout?: number;
  /** Number of tries. */
  attempts?: number;
};

/** One place that an asset's files can come from. */
export type Source = PipSource | UrlSource;

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
  /**
   * For how long files that look unchanged are not hashed again, in milliseconds.
   * Default 0: they are hashed at each use, some 0.1 s for 100 MB.
   */
  validFor?: number;
};

/** One moment of `ensureAsset`. */
export type ProvisionEvent = {
  /** The asset's name. */
  asset: string;
  /** Where its files come from. */
  source: string;
  /** What is being done; "wait": another process does it. "ready" is the last event. */
  phase: "wait" | "download" | "verify" | "unpack" | "ready";
  /** Bytes done in this phase. */
  loaded: number;
  /** Bytes to do in this phase; 0 if unknown. */
  total: number;
};

/** How to provision. */
export type ProvisionOptions = {
  /** The cache; default: `cacheFolder()`. */
  home?: string;
  /** Use only the cache; default: whether `BERTBOOK_OFFLINE=1`. */
  offline?: boolean;
  /** Hash every file, also those that were hashed lately and look unchanged. */
  recheck?: boolean;
  /** Receives at most ten events a second, and the end of each phase. */
  onProgress?: (event: ProvisionEvent) => void;
  /** Stops the work; unfinished downloads are kept for the next time. */
  signal?: AbortSignal;
  /** The address of the hub for models by name; default `"https://huggingface.co"`. */
  hub?: string;
};

/** An asset that no source could provide. */
export class ProvisionError extends Error {
  /** The name that errors of this class print. */
  override name = "ProvisionError";
  /** Why each source failed, in the order in which they were tried. */
  readonly reasons: readonly { source: string; reason: string }[];

  /**
   * Begins the message with the asset.
   *
   * @param asset The asset.
   * @param rest What must hold, what was found, and the way out.
   * @param reasons Why each source failed; empty if none was tried.
   */
  constructor(
    asset: Pick<Asset, "name">,
    rest: string,
    reasons: readonly { source: string; reason: string }[] = [],
  ) {
    super(`Cannot provide "${asset.name}": ${rest}`);
    this.reasons = reasons;
  }
}

/**
 * A source in a few words, for progress lines and errors.
 *
 * @param source The source.
 * @returns Such as "pip name==1.0" or the address.
 */
export function describeSource(source: Source): string {
  return source.kind === "pip" ? `pip ${source.requirement}` : source.url;
}

/**
 * One line about an event: the asset, the size, the source, and at the end that
 * its digest was checked.
 *
 * @example
 * ```ts
 * import { formatProgress } from "bertbook/download/asset.ts";
 * import assert from "node:assert/strict";
 *
 * const event = { asset: "weights", source: "pip model==1.0", total: 8_000_000 };
 * assert.equal(
 *   formatProgress({ ...event, phase: "download", loaded: 2_000_000 }),
 *   "weights: downloading 2.0 of 8.0 MB (25 %) from pip model==1.0",
 * );
 * assert.equal(
 *   formatProgress({ ...event, phase: "ready", loaded: 8_000_000 }),
 *   "weights: ready, 8.0 MB from pip model==1.0, sha256 verified",
 * );
 * ```
 *
 * @param event The event.
 * @returns One line without a line break.
 */
export function formatProgress(event: ProvisionEvent): string {
  const { asset, source, phase, loaded, total } = event;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  if (phase === "ready") {
    const size = `${megabytes(total)} MB`;
    return `${asset}: ready, ${size} from ${source}, sha256 verified`;
  }
  const amount = total > 0
    ? `${megabytes(loaded)} of ${megabytes(total)} MB ` +
      `(${Math.floor(100 * loaded / total)} %)`
    : `${megabytes(loaded)} MB`;
  if (phase === "wait") {
    return `${asset}: waiting for another process that fetches it`;
  }
  const verb = {
    download: "downloading",
    verify: "checking sha256",
    unpack: "unpacking",
  }[phase];
  return `${asset}: ${verb} ${amount} from ${source}`;
}
