/**
 * The cache: the folder of downloaded files, a lock for each asset, and a note of
 * which files were verified.
 *
 * @module
 */

import { join } from "node:path";
import { type FileFact } from "./asset.ts";
import { measureFile } from "./checksum.ts";

/**
 * The folder that holds every downloaded file.
 *
 * `BERTBOOK_HOME` if that is set; otherwise `bertbook` inside the user's cache
 * folder: `XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory Specification 0.8),
 * `~/Library/Caches` on macOS, `LOCALAPPDATA` on Windows.
 *
 * @returns The path. Nothing is created here.
 * @throws {RangeError} If no environment variable says where the user's home is.
 */
export function cacheFolder(): string {
  const own = Deno.env.get("BERTBOOK_HOME");
  if (own) return own;
  if (Deno.build.os === "windows") {
    return join(environment("LOCALAPPDATA"), "bertbook");
  }
  if (Deno.build.os === "darwin") {
    return join(environment("HOME"), "Library", "Caches", "bertbook");
  }
  const shared = Deno.env.get("XDG_CACHE_HOME") ||
    join(environment("HOME"), ".cache");
  return join(shared, "bertbook");
}

/** The value of an environment variable that must be set. */
function environment(name: string): string {
  const value = Deno.env.get(name);
  if (value) return value;
  throw new RangeError(
    `Cannot find the user's cache folder: ${name} must be set; found no value; ` +
      `set BERTBOOK_HOME to a folder for downloads`,
  );
}

/** Name of the note inside an asset's folder. */
const STAMP_FILE = "verified.json";

/** The facts of each file at the time when it was hashed. */
type Stamp = Record<string, FileFact & { modified: number }>;

/**
 * Notes that the files in `folder` were just verified, so that the next start
 * need not hash hundreds of megabytes again.
 *
 * @param folder Holds the files.
 * @param files Their facts.
 */
export async function writeStamp(
  folder: string,
  files: Record<string, FileFact>,
): Promise<void> {
  const stamp: Stamp = {};
  for (const [name, fact] of Object.entries(files)) {
    const info = await Deno.stat(join(folder, name));
    stamp[name] = { ...fact, modified: modified(info) };
  }
  const path = join(folder, STAMP_FILE);
  await Deno.writeTextFile(
    `${path}.new`,
    JSON.stringify(stamp, null, 2) + "\n",
  );
  await Deno.rename(`${path}.new`, path);
}

/**
 * Whether the files in `folder` are the right ones.
 *
 * A file whose size and time of change are as noted is accepted; any other is
 * hashed, and the note is renewed if all are right.
 *
 * @param folder May not exist.
 * @param files The facts that must hold.
 * @returns False if a file is missing or is not the right one.
 */
export async function isVerified(
  folder: string,
  files: Record<string, FileFact>,
): Promise<boolean> {
  const stamp = await readStamp(folder);
  let renew = false;
  for (const [name, fact] of Object.entries(files)) {
    const path = join(folder, name);
    const info = await Deno.stat(path).catch(orMissing);
    if (info?.size !== fact.bytes) return false;
    const noted = stamp[name];
    const known = noted?.sha256 === fact.sha256 && noted.bytes === info.size &&
      noted.modified === modified(info);
    if (known) continue;
    if ((await measureFile(path)).sha256 !== fact.sha256) return false;
    renew = true;
  }
  // A folder that may not be written works as well; it is hashed each time.
  if (renew) await writeStamp(folder, files).catch(() => {});
  return true;
}

/** The note, or an empty one if it is missing or unreadable. */
async function readStamp(folder: string): Promise<Stamp> {
  try {
    const text = await Deno.readTextFile(join(folder, STAMP_FILE));
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Stamp : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    return orMissing(error) ?? {};
  }
}

/** Time of the last change, in milliseconds. */
function modified({ mtime }: Deno.FileInfo): number {
  return mtime?.getTime() ?? 0;
}

/** Undefined for a file that is not there; throws other errors again. */
function orMissing(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}

/** How to wait for a lock. */
export type LockOptions = {
  /** Called once, if another process holds the lock. */
  onWait?: () => void;
  /** Stops waiting. */
  signal?: AbortSignal;
};

/**
 * Runs `work` while no other process runs under the same lock file.
 *
 * The lock belongs to the open file (`flock` on Unix, `LockFileEx` on Windows),
 * so the system drops it when its holder dies, however it dies: there is no stale
 * lock to guess at from a process id and an age. The empty file is kept, because
 * removing it would let a waiting and a new process lock two different files.
 *
 * @param path The lock file; created if it is not there.
 * @param work Runs once the lock is held.
 * @param options Waiting and abort.
 * @returns What `work` returns.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  using file = await Deno.open(path, { write: true, create: true });
  for (let tries = 0; !await file.tryLock(true); tries++) {
    if (tries === 0) options.onWait?.();
    await pause(100, options.signal);
  }
  try {
    return await work();
  } finally {
    await file.unlock();
  }
}

/**
 * Waits.
 *
 * @param milliseconds How long.
 * @param signal Ends the wait early, by an error.
 * @throws {DOMException} "AbortError" If the signal fires.
 */
export function pause(
  milliseconds: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
