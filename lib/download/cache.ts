/**
 * The cache: the folder of downloaded files, a lock for each asset, and a note of
 * which files were verified.
 *
 * @module
 */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type FileFact } from "./asset.ts";
import { faultOf, hashFile } from "./checksum.ts";
import { FILE_MODE } from "./trusted_path.ts";

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
export const STAMP_FILE = "verified.json";

/** A note of when files were hashed, and what the system said of them then. */
type Stamp = {
  /** Milliseconds since 1970. */
  verified: number;
  files: Record<string, unknown>;
};

/**
 * How far the note's own time of change may be from the time that it tells: a note
 * that was changed later, or made accessible later, is not believed.
 */
const STAMP_MS = 60_000;

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
  const stamp: Stamp = { verified: Date.now(), files: {} };
  for (const [name, fact] of Object.entries(files)) {
    stamp.files[name] = lookOf(await Deno.stat(join(folder, name)), fact);
  }
  const path = join(folder, STAMP_FILE);
  const text = JSON.stringify(stamp, null, 2) + "\n";
  await Deno.writeTextFile(`${path}.new`, text, { mode: FILE_MODE });
  await Deno.rename(`${path}.new`, path);
}

/** What is wrong with files of an asset. */
export type FileFaults = {
  /** Names of files that are not there. */
  readonly missing: readonly string[];
  /** Of each other file that is not the right one: its name, and what differs. */
  readonly wrong: readonly string[];
};

/**
 * Checks whether the files in `folder` are the right ones. Several are hashed at the
 * same time.
 *
 * @param folder May not exist.
 * @param files The facts that must hold.
 * @param validFor For how long a file is not hashed again whose size, inode and times
 * of change are as noted, in milliseconds; default 0, hash each.
 * @returns What is wrong; undefined if nothing is.
 */
export async function verifyFiles(
  folder: string,
  files: Record<string, FileFact>,
  validFor = 0,
): Promise<FileFaults | undefined> {
  const noted = await readStamp(folder, validFor);
  const missing: string[] = [], wrong: string[] = [];
  let renew = false;
  await Promise.all(
    Object.entries(files).map(async ([name, fact]) => {
      const path = join(folder, name);
      const info = await Deno.stat(path).catch(orMissing);
      if (info === undefined) return void missing.push(name);
      if (isDeepStrictEqual(noted[name], lookOf(info, fact))) return;
      const found = info.size === fact.bytes
        ? await hashFile(path, info.size)
        : { sha256: "", bytes: info.size };
      const fault = faultOf(fact, found);
      if (fault) wrong.push(`"${name}": ${fault}`);
      renew = true;
    }),
  );
  if (missing.length + wrong.length > 0) {
    return { missing: missing.sort(), wrong: wrong.sort() };
  }
  // A folder that may not be written works as well; it is hashed each time.
  if (renew && validFor > 0) await writeStamp(folder, files).catch(() => {});
  return undefined;
}

/** What was noted of the files, unless the note is missing, torn or too old. */
async function readStamp(
  folder: string,
  validFor: number,
): Promise<Record<string, unknown>> {
  if (validFor === 0) return {};
  try {
    const path = join(folder, STAMP_FILE);
    const { ctime } = await Deno.stat(path);
    const { verified, files }: Stamp = JSON.parse(
      await Deno.readTextFile(path),
    );
    const age = Date.now() - verified;
    const isOwnTime = Math.abs(Number(ctime) - verified) < STAMP_MS;
    return age >= 0 && age < validFor && isOwnTime ? files ?? {} : {};
  } catch {
    return {};
  }
}

/** Undefined for a file that is not there; throws other errors again. */
function orMissing(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}

/** What tells whether a file was changed or replaced since it was hashed. */
function lookOf(info: Deno.FileInfo, { sha256 }: FileFact): unknown {
  const { size, mtime, ctime, ino } = info;
  return {
    sha256,
    bytes: size,
    modified: Number(mtime),
    changed: Number(ctime),
    inode: ino,
  };
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
  using file = await Deno.open(path, {
    write: true,
    create: true,
    mode: FILE_MODE,
  });
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
