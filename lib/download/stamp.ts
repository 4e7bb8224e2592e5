/**
 * A note beside verified files, so that the next start need not hash hundreds of
 * megabytes again.
 *
 * @module
 */

import { join } from "node:path";
import { type FileFact, measureFile } from "./checksum.ts";

/** Name of the note inside the folder. */
export const STAMP_FILE = "verified.json";

/** What was true of a file when it was hashed. */
type Stamp = Record<string, FileFact & { modified: number }>;

/**
 * Notes that the files in `folder` were just found to be right.
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
    stamp[name] = { ...fact, modified: await modified(join(folder, name)) };
  }
  const text = JSON.stringify(stamp, null, 2) + "\n";
  const path = join(folder, STAMP_FILE);
  await Deno.writeTextFile(`${path}.new`, text);
  await Deno.rename(`${path}.new`, path);
}

/**
 * Whether the files in `folder` are the right ones.
 *
 * A file whose size and time of change are as noted is taken as it is; any other
 * is hashed, and the note renewed if all are right.
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
    const now = await Deno.stat(path).catch(orMissing);
    if (now?.size !== fact.bytes) return false;
    const noted = stamp[name];
    const known = noted?.sha256 === fact.sha256 && noted.bytes === now.size &&
      noted.modified === await modified(path);
    if (known) continue;
    if ((await measureFile(path)).sha256 !== fact.sha256) return false;
    renew = true;
  }
  // A folder that may not be written serves as well; it is only hashed each time.
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
async function modified(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

/** Undefined for a file that is not there; other errors go on. */
function orMissing(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}
