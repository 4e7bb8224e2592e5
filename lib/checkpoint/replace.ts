/** Atomic replacement of files and folders: a killed process leaves the old or the new. @module */

import { basename, dirname, join } from "node:path";

/**
 * Writes a file beside its place, flushes it to the disk, and renames it.
 *
 * @param path The file; an older one is replaced.
 * @param chunks Its content, in order.
 * @returns Its size in bytes.
 */
export async function writeSynced(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const aside = `${path}.new`;
  let bytes = 0;
  try {
    {
      using file = await Deno.open(aside, {
        write: true,
        create: true,
        truncate: true,
      });
      for await (const chunk of chunks) {
        let done = 0;
        while (done < chunk.length) {
          done += await file.write(chunk.subarray(done));
        }
        bytes += chunk.length;
      }
      await file.sync();
    }
    await Deno.rename(aside, path);
    await syncFolder(dirname(path));
    return bytes;
  } catch (error) {
    await removeIfThere(aside);
    throw error;
  }
}

/**
 * Fills a new folder and gives it the place of another.
 *
 * No system renames one folder over another, so the old one steps aside first. If
 * the process is killed between the two renames, {@linkcode standingFolder} finds the
 * old one there, and the next call brings it back.
 *
 * @param folder The folder; an older one is replaced as a whole.
 * @param fill Writes the files; if it throws, the old folder stays as it was.
 */
export async function replaceFolder(
  folder: string,
  fill: (aside: string) => Promise<void>,
): Promise<void> {
  const [next, previous] = besides(folder);
  await Deno.mkdir(dirname(folder), { recursive: true });
  if (await exists(previous)) {
    if (await exists(folder)) await removeIfThere(previous);
    else await Deno.rename(previous, folder);
  }
  await removeIfThere(next);
  try {
    await Deno.mkdir(next);
    await fill(next);
    await syncFolder(next);
    if (await exists(folder)) await Deno.rename(folder, previous);
    await Deno.rename(next, folder);
  } catch (error) {
    await removeIfThere(next);
    if (!await exists(folder) && await exists(previous)) {
      await Deno.rename(previous, folder);
    }
    throw error;
  }
  await syncFolder(dirname(folder));
  await removeIfThere(previous);
}

/**
 * The folder to read: `folder`, or the old one that a killed
 * {@linkcode replaceFolder} left beside it.
 *
 * @param folder The folder as it was given to {@linkcode replaceFolder}.
 * @returns A path, which need not exist.
 */
export async function standingFolder(folder: string): Promise<string> {
  const [, previous] = besides(folder);
  return !await exists(folder) && await exists(previous) ? previous : folder;
}

/** The paths of the next and the previous folder: hidden, beside it. */
function besides(folder: string): [next: string, previous: string] {
  const hidden = join(dirname(folder), `.${basename(folder)}`);
  return [`${hidden}.next`, `${hidden}.previous`];
}

/**
 * Makes a rename survive a loss of power; Windows cannot open a folder for it.
 *
 * @param folder The folder in which something was renamed.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder);
  await handle.sync();
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Removes a file or a whole folder.
 *
 * @param path Need not exist.
 */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
