/**
 * Trusted paths: files of the cache that nobody but the user and root can change, from
 * the file up to the cache folder.
 *
 * Programs are loaded from there, and numbers believed: a digest tells what a file was
 * when it was read, not what it is when it is used.
 *
 * @module
 */

import { lstatSync, type Stats, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Modes of what is made in the cache, also where the umask lets the group write. */
export const FOLDER_MODE = 0o755, FILE_MODE = 0o644;

/**
 * Refuses a path of the cache that another user owns or can write to. A folder above
 * the cache does not matter, nor does a part that is not there yet.
 *
 * @param path A file or folder in the cache.
 * @param cache The cache folder.
 * @param user The user's number; null if it is not known, and owners do not matter;
 * default, who runs the program, if `--allow-sys` lets it ask.
 * @throws {RangeError} If a part of the path, or what it links to, belongs to another
 * user, or the group or others may write to it. On Windows nothing is checked.
 */
export function checkTrusted(
  path: string,
  cache: string,
  user: number | null = mayAsk("uid") ? Deno.uid() : null,
): void {
  if (Deno.build.os === "windows") return;
  let place = cache;
  for (const name of ["", ...relative(cache, path).split(sep)]) {
    place = join(place, name);
    const info = lstatSync(place, { throwIfNoEntry: false });
    if (info === undefined) return;
    checkOwner(place, info, user);
    if (info.isSymbolicLink()) {
      const target = statSync(place, { throwIfNoEntry: false });
      if (target === undefined) return;
      checkOwner(place, target, user);
      checkMode(place, target);
    } else checkMode(place, info);
  }
}

/**
 * Whether the program may ask the system something, without asking the user first.
 *
 * @param kind What to ask.
 */
export function mayAsk(kind: "uid" | "statfs"): boolean {
  return Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
}

function checkOwner(place: string, { uid }: Stats, user: number | null): void {
  if (user === null || uid === user || uid === 0) return;
  throw new RangeError(
    `Cannot trust the cache: "${place}" must belong to user ${user} or to root; ` +
      `found user ${uid}; set BERTBOOK_HOME to another folder`,
  );
}

function checkMode(place: string, { mode }: Stats): void {
  if ((mode & 0o022) === 0) return;
  throw new RangeError(
    `Cannot trust the cache: nobody else may write to "${place}"; found mode ` +
      `${(mode & 0o7777).toString(8)}; run chmod -R go-w "${place}", or set ` +
      `BERTBOOK_HOME to another folder`,
  );
}
