/** Atomic replacement of files and folders: a killed process leaves the old or the new. @module */

import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import type { FileFact } from "../download/asset.ts";
import { quoted } from "../printable.ts";

/** The files of a model folder: what {@linkcode replaceFolder} may remove. */
const MODEL_FILES: readonly string[] = [
  ...["config.json", "model.safetensors", "vocab.txt", "tokenizer.json"],
  ...["tokenizer_config.json", "special_tokens_map.json", "receipt.json"],
  ".DS_Store", // macOS puts it into each folder that was looked at
  "page.html", // of deno task page
  // Made of the weights; the hidden folders are those of a killed export.
  ...["onnx", ".onnx.next", ".onnx.previous"].flatMap((folder) =>
    [
      ...["model.onnx", "model_fp16.onnx", "model_quantized.onnx"],
      ...["export.json", ".DS_Store"],
    ].map((file) => `${folder}/${file}`)
  ),
];

/** A folder that is replaced more often in a row is not waited for. */
const MAX_TRIES = 100;

/**
 * Writes a file beside its place, flushes it to the disk, and renames it.
 *
 * @param path The file; an older one is replaced.
 * @param chunks Its content, in order.
 * @returns Its size and SHA-256.
 */
export async function writeSynced(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<FileFact> {
  const aside = `${path}.new`;
  const hash = createHash("sha256");
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
          // The asynchronous write copies each chunk first, and takes twice as long.
          done += file.writeSync(chunk.subarray(done));
        }
        hash.update(chunk);
        bytes += chunk.length;
      }
      await file.sync();
    }
    await Deno.rename(aside, path);
    await syncFolder(dirname(path));
    return { bytes, sha256: hash.digest("hex") };
  } catch (error) {
    await removeIfThere(aside);
    throw error;
  }
}

/**
 * Fills a new folder and gives it the place of another.
 *
 * Nobody's files are lost: the other folder must hold nothing but what may be replaced.
 * If `folder` is a link, the folder that it leads to is replaced, and the link stays.
 *
 * No system renames one folder over another, so the old one steps aside first. If
 * the process is killed between the two renames, {@linkcode standingFolder} finds the
 * old one there, and the next call brings it back.
 *
 * @param folder The folder; an older one is replaced as a whole.
 * @param fill Writes the files; if it throws, the old folder stays as it was.
 * @param ownFiles The names that it writes, and that an older folder may hold, such as
 * "config.json" or "onnx/model.onnx"; default the files of a model.
 * @throws {RangeError} If there is a file in its place, or a folder with other files.
 */
export async function replaceFolder(
  folder: string,
  fill: (aside: string) => Promise<void>,
  ownFiles: readonly string[] = MODEL_FILES,
): Promise<void> {
  await checkReplaceable(folder, ownFiles);
  const place = await followLinks(folder);
  const [next, previous] = besides(place);
  await Deno.mkdir(dirname(place), { recursive: true });
  if (await exists(previous)) {
    if (await exists(place)) await removeFolder(previous, ownFiles);
    else await Deno.rename(previous, place);
  }
  await removeFolder(next, ownFiles);
  try {
    await Deno.mkdir(next);
    await fill(next);
    await syncFolder(next);
    if (await exists(place)) await Deno.rename(place, previous);
    await Deno.rename(next, place);
  } catch (error) {
    if (!await exists(place) && await exists(previous)) {
      await Deno.rename(previous, place);
    }
    await removeFolder(next, ownFiles);
    throw error;
  }
  await syncFolder(dirname(place));
  await removeFolder(previous, ownFiles);
}

/**
 * Checks that {@linkcode replaceFolder} may take a place, so that a long training need
 * not end with its refusal.
 *
 * @param folder The folder; it need not exist.
 * @param ownFiles The names that it may hold; default the files of a model.
 * @throws {RangeError} If there is a file in its place, or a folder with other files.
 */
export async function checkReplaceable(
  folder: string,
  ownFiles: readonly string[] = MODEL_FILES,
): Promise<void> {
  const place = await followLinks(folder);
  for (const path of [place, ...besides(place)]) {
    await ownEntries(path, ownFiles);
  }
}

/**
 * The folder to read: `folder`, or the old one that a killed
 * {@linkcode replaceFolder} left beside it.
 *
 * @param folder The folder as it was given to {@linkcode replaceFolder}.
 * @returns A path, which need not exist.
 */
export async function standingFolder(folder: string): Promise<string> {
  return await locate(folder) ?? folder;
}

/** The folder to read, if there is one. */
async function locate(folder: string): Promise<string | undefined> {
  const [, previous] = besides(await followLinks(folder));
  if (await exists(folder)) return folder;
  if (await exists(previous)) return previous;
  // Between the two looks the old folder may have gone, and the new one come.
  return await exists(folder) ? folder : undefined;
}

/**
 * Reads several files of a folder that {@linkcode replaceFolder} may replace meanwhile:
 * all are of one and the same folder.
 *
 * @param folder The folder as it was given to {@linkcode replaceFolder}.
 * @param read Reads or opens files of the folder that stands; called again if another
 * folder took its place before it was done.
 * @param discard Closes what was read for nothing.
 * @returns What `read` returned.
 * @throws {RangeError} If the folder is replaced again and again.
 */
export async function readAtOnce<Result>(
  folder: string,
  read: (standing: string) => Promise<Result>,
  discard: (result: Result) => void = () => {},
): Promise<Result> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const place = await locate(folder);
    const path = place ?? folder;
    const isFolder = (await ifThere(Deno.stat(path)))?.isDirectory;
    // An open folder's inode is given to no other; Windows cannot open one.
    using held = isFolder && Deno.build.os !== "windows"
      ? await ifThere(Deno.open(path))
      : undefined;
    const before = held ? identity(held.statSync()) : await identityOf(path);
    const [result] = await Promise.allSettled([read(path)]);
    const stands = place === await locate(folder) &&
      before === await identityOf(path);
    if (stands && (before !== undefined || place === undefined)) {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    }
    if (result.status === "fulfilled") discard(result.value);
  }
  throw new RangeError(
    `Cannot read ${quoted(folder)}: it must stand still for a moment; found ` +
      `${MAX_TRIES} times that it was replaced; wait until it is written`,
  );
}

/** Where a path leads if it is a link to a place that need not exist. */
async function followLinks(path: string): Promise<string> {
  let place = resolve(path);
  // As many as Linux follows; more are a circle.
  for (let links = 0; links < 40; links++) {
    const entry = await ifThere(Deno.lstat(place));
    if (!entry?.isSymlink) break;
    place = resolve(dirname(place), await Deno.readLink(place));
  }
  return place;
}

/** The paths of the next and the previous folder: hidden, beside it. */
function besides(folder: string): [next: string, previous: string] {
  const hidden = join(dirname(folder), `.${basename(folder)}`);
  return [`${hidden}.next`, `${hidden}.previous`];
}

/** What is in a folder, all of which may be removed; nothing if there is no folder. */
async function ownEntries(
  folder: string,
  ownFiles: readonly string[],
): Promise<Deno.DirEntry[]> {
  const refuse = (found: string): never => {
    throw new RangeError(
      `Cannot save a model in ${
        quoted(folder)
      }: it must be a new or an empty ` +
        `folder, or hold nothing but a model's files; found ${found}; ` +
        `name another folder, such as ${quoted(join(folder, "model"))}`,
    );
  };
  const there = await ifThere(Deno.stat(folder));
  if (there === undefined) return [];
  if (!there.isDirectory) refuse("a file");
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const others = entries.filter(({ name, isDirectory }) =>
    isDirectory
      ? filesIn(name, ownFiles).length === 0
      : !ownFiles.includes(name.replace(/\.new$/, ""))
  ).map(({ name }) => quoted(name)).sort();
  if (others.length > 3) others.splice(3, Infinity, "…");
  if (others.length > 0) refuse(others.join(", "));
  for (const { name, isDirectory } of entries) {
    if (isDirectory) {
      await ownEntries(join(folder, name), filesIn(name, ownFiles));
    }
  }
  return entries;
}

/** The files of a folder among those of the folder above it. */
function filesIn(folder: string, files: readonly string[]): string[] {
  return files.filter((file) => file.startsWith(`${folder}/`))
    .map((file) => file.slice(folder.length + 1));
}

/** Removes a folder and what {@linkcode ownEntries} says of it, and nothing else. */
async function removeFolder(
  folder: string,
  ownFiles: readonly string[],
): Promise<void> {
  for (const { name, isDirectory } of await ownEntries(folder, ownFiles)) {
    const path = join(folder, name);
    if (isDirectory) await removeFolder(path, filesIn(name, ownFiles));
    else await removeIfThere(path);
  }
  await removeIfThere(folder);
}

/** Tells a folder from another one that takes its place. */
async function identityOf(folder: string): Promise<string | undefined> {
  const info = await ifThere(Deno.stat(folder));
  return info && identity(info);
}

function identity({ dev, ino, birthtime }: Deno.FileInfo): string {
  return `${dev} ${ino} ${birthtime?.getTime()}`;
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
  return await ifThere(Deno.stat(path)) !== undefined;
}

/**
 * Removes a folder with all that it holds.
 *
 * @param path Need not exist.
 */
export async function removeTree(path: string): Promise<void> {
  await ifThere(Deno.remove(path, { recursive: true }));
}

async function removeIfThere(path: string): Promise<void> {
  await ifThere(Deno.remove(path));
}

/** The result of a call about a path, or undefined if nothing is there. */
export async function ifThere<Result>(
  call: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
