/**
 * Loading a dataset: its files are found, downloaded and read.
 *
 * @module
 */

import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { ARCHIVE_LIMITS, tarMembers } from "../download/archives.ts";
import { ProvisionError, type ProvisionOptions } from "../download/asset.ts";
import { measureFile } from "../download/checksum.ts";
import { ensureAsset } from "../download/ensure_asset.ts";
import {
  type ArchiveLayout,
  type Dataset,
  type DatasetParts,
  type DatasetSource,
  describeDataset,
  type Example,
  type FileLayout,
  type Origin,
  PARTS,
} from "./dataset.ts";
import { reportDataset } from "./report.ts";
import { stratifiedSplit } from "./split.ts";
import { isBlank, malformed } from "./read_table.ts";
import { parseRhymes, type Rhyme } from "./toy/rhymes.ts";
import { parseDocuments } from "./toy/stories.ts";

/** Where to look. */
export type DatasetOptions = {
  /** Holds the files; default: the dataset's folder in `BERTBOOK_DATA`. */
  folder?: string;
  /** How to download. */
  provision?: ProvisionOptions;
  /** Whether to use the embedded dataset; default: whether `BERTBOOK_DATA=embedded`. */
  embeddedOnly?: boolean;
};

/** Where a dataset is. */
type Place = {
  origin: Origin;
  folder: string;
  /** Why it is only the embedded one, without paths of this machine. */
  reason: string;
};

/** The value of `BERTBOOK_DATA` that asks for the project's own datasets. */
const EMBEDDED_ONLY = "embedded";
/** IMDB's archive has 100,018 members. */
const MAX_MEMBERS = 200_000;
/** The longest review of IMDB has 14 kB. */
const MAX_MEMBER_BYTES = 1 << 20;
/** The texts of a file, unpacked; IMDB's archive has 65 MB of them. */
const MAX_BYTES = 1 << 28;

/**
 * Loads a dataset: a folder that the user named wins, and its files must be right, but
 * only the published ones, known by their sha256, bear the dataset's title;
 * else the official files are downloaded once; else the embedded dataset is used,
 * if there is one, and `description` says why.
 *
 * @param source The dataset.
 * @param options Where to look.
 * @returns The dataset; equal files give equal lists.
 * @throws {RangeError} If `BERTBOOK_DATA` names no folder, the named folder lacks a
 * file, or the dataset is nowhere.
 * @throws {SyntaxError} If a file of the named folder is malformed.
 */
export async function loadDataset<E extends Example>(
  source: DatasetSource<E>,
  options: DatasetOptions = {},
): Promise<Dataset<E>> {
  const place = await findDataset(source, options);
  const embedded = place.origin === "embedded" ? source.embedded : undefined;
  const layouts = embedded ? [embedded.layout] : source.layouts;
  const layout = findLayout(source.title, layouts, place.folder);
  const parts = "files" in layout
    ? await readFiles(layout, place.folder)
    : await readArchive(layout, place.folder);
  const isOwn = place.origin === "folder" &&
    !await isPublished(source, filesOf(layout), place.folder);
  const title = isOwn
    ? `Your own ${source.unit}`
    : embedded?.title ?? source.title;
  return {
    ...parts,
    title,
    origin: place.origin,
    folder: place.folder,
    description: describeDataset(source, parts, { ...place, title }),
    labels: source.labels,
    legend: embedded?.legend
      ? await readLegend(join(place.folder, embedded.legend))
      : source.legend ?? {},
    report: reportDataset(parts),
  };
}

/**
 * Loads the stories of this project: documents for pretraining.
 *
 * @returns The sentences of each story, in order.
 */
export async function loadStories(): Promise<string[][]> {
  const path = embeddedPath("stories", "stories.txt");
  return parseDocuments(await readFile(path, "utf8"));
}

/**
 * Loads the rhymes of this project.
 *
 * @returns The rhymes, in the order in which the grammar made them.
 */
export async function loadRhymes(): Promise<Rhyme[]> {
  const path = embeddedPath("rhymes", "rhymes.tsv");
  return parseRhymes(await readFile(path), "rhymes.tsv");
}

/**
 * A path in `data/`, the datasets that come with the library as files.
 *
 * @param names The folder, and the file.
 * @throws {RangeError} If the library is in no folder of this machine.
 */
export function embeddedPath(...names: string[]): string {
  const { protocol } = new URL(import.meta.url);
  if (protocol === "file:") {
    return join(
      fileURLToPath(new URL("../../data/", import.meta.url)),
      ...names,
    );
  }
  throw new RangeError(
    `Cannot read the embedded datasets: the library must be in a folder of this ` +
      `machine; found "${protocol}"; import it by path, or name a folder of your own`,
  );
}

/** Chooses the folder to read. */
async function findDataset(
  { name, title, asset, embedded }: DatasetSource,
  options: DatasetOptions,
): Promise<Place> {
  const { provision = {} } = options;
  const standIn = (reason: string): Place => {
    if (embedded !== undefined) {
      const folder = embeddedPath(embedded.folder);
      return { origin: "embedded", folder, reason };
    }
    throw new RangeError(
      `Cannot load ${title}: BERTBOOK_DATA must hold a folder "${name}"; ` +
        `found none, and no embedded dataset (${reason}); name the folder`,
    );
  };
  // A folder that the caller names has priority over the environment.
  const embeddedOnly = options.embeddedOnly ??
    (options.folder === undefined &&
      process.env["BERTBOOK_DATA"] === EMBEDDED_ONLY);
  if (embeddedOnly) return standIn("the embedded one was asked for");
  const folder = options.folder ?? dataFolder(name);
  if (folder !== undefined) return { origin: "folder", folder, reason: "" };
  if (asset === undefined) return standIn("no folder was named");
  try {
    const folder = await ensureAsset(asset, provision);
    return { origin: "download", folder, reason: "" };
  } catch (error) {
    provision.signal?.throwIfAborted();
    return standIn(reasonOf(error));
  }
}

/** A dataset in `BERTBOOK_DATA`, which may also hold other datasets only. */
function dataFolder(name: string): string | undefined {
  const data = process.env["BERTBOOK_DATA"];
  if (!data || data === EMBEDDED_ONLY) return undefined;
  if (!existsSync(data)) {
    throw new RangeError(
      `Cannot look for data: BERTBOOK_DATA must be a folder or ` +
        `"${EMBEDDED_ONLY}"; found "${data}"`,
    );
  }
  const folder = join(data, name);
  return existsSync(folder) ? folder : undefined;
}

/** Why there was no download. */
function reasonOf(error: unknown): string {
  if (!(error instanceof ProvisionError)) {
    return `its download could not be stored (${(error as Error).name})`;
  }
  const reasons = error.reasons.map(({ reason }) => reason);
  return reasons.length > 0
    ? reasons.join("; ")
    : "offline, and it was never downloaded";
}

/** The files of a layout. */
function filesOf<E extends Example>(
  layout: FileLayout<E> | ArchiveLayout<E>,
): string[] {
  return "files" in layout ? Object.values(layout.files) : [layout.archive];
}

/** Whether all files are those that were published under these names. */
async function isPublished(
  { asset, otherForms = {} }: Pick<DatasetSource, "asset" | "otherForms">,
  files: readonly string[],
  folder: string,
): Promise<boolean> {
  for (const file of files) {
    const sha256 = asset?.files[file]?.sha256 ?? otherForms[file];
    if ((await measureFile(join(folder, file))).sha256 !== sha256) return false;
  }
  return true;
}

/** The first layout of which a file is there, if its files can be read. */
function findLayout<E extends Example>(
  title: string,
  layouts: readonly (FileLayout<E> | ArchiveLayout<E>)[],
  folder: string,
): FileLayout<E> | ArchiveLayout<E> {
  const isThere = (file: string): boolean => existsSync(join(folder, file));
  const layout = layouts.find((each) => filesOf(each).some(isThere));
  const missing = layout && filesOf(layout).filter((file) => !isThere(file));
  if (layout === undefined || missing!.length > 0) {
    const all = layouts.map((each) => filesOf(each).join(", ")).join("; or ");
    throw new RangeError(
      `Cannot load ${title}: "${folder}" must hold ${all}; ` +
        `found no ${missing?.join(", ") ?? "such file"}`,
    );
  }
  const most = "files" in layout ? MAX_BYTES : Infinity;
  for (const file of filesOf(layout)) {
    checkPlainFile(join(folder, file), file, most);
  }
  return layout;
}

function checkPlainFile(path: string, file: string, most: number): void {
  const found = statSync(path);
  if (!found.isFile()) { // a pipe would be waited for
    throw malformed(
      file,
      "it must be a plain file",
      "a folder, pipe or device",
    );
  }
  if (found.size <= most) return;
  const rule = `it must have at most ${most} bytes`;
  throw malformed(file, rule, `${found.size}; take a part of it, or stream it`);
}

/**
 * Reads a plain file of bounded size.
 *
 * @param path The file.
 * @param file Its name, for errors.
 * @returns Its content, decompressed if it is gzip.
 * @throws {SyntaxError} If it is too large, no plain file, or torn gzip.
 */
export async function readDataFile(
  path: string,
  file: string,
): Promise<Uint8Array> {
  checkPlainFile(path, file, MAX_BYTES);
  return unzip(await readFile(path), file);
}

/** Reads a file for each part, and draws the part that is held out. */
async function readFiles<E extends Example>(
  { files, parse, holdOut }: FileLayout<E>,
  folder: string,
): Promise<DatasetParts<E>> {
  const parts: DatasetParts<E> = { train: [], validation: [], test: [] };
  for (const part of PARTS) {
    const file = files[part];
    if (file === undefined) continue;
    parts[part] = parse(unzip(await readFile(join(folder, file)), file), file);
  }
  if (holdOut === undefined) return parts;
  const { train: all } = parts;
  const { train, validation } = stratifiedSplit(
    all.map(({ label }) => label),
    holdOut,
  );
  parts.train = train.map((index) => all[index]!);
  parts[holdOut.part] = validation.map((index) => all[index]!);
  return parts;
}

/** Decompresses gzip, which is known by its first two bytes, within bounds. */
function unzip(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const most = Math.min(
    Math.max(bytes.length * ARCHIVE_LIMITS.maxRatio, 1 << 20),
    MAX_BYTES,
  );
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    const rule = `it must be a whole gzip file of at most ${most} bytes`;
    throw malformed(file, rule, (error as Error).message, error);
  }
}

/** Reads the examples one after the other; the archive is never unpacked as a whole. */
async function readArchive<E extends Example>(
  { archive, members, parseMember }: ArchiveLayout<E>,
  folder: string,
): Promise<DatasetParts<E>> {
  const parts: DatasetParts<E> = { train: [], validation: [], test: [] };
  const limits = { ...ARCHIVE_LIMITS, maxMembers: MAX_MEMBERS };
  let total = 0;
  for await (
    const member of tarMembers(join(folder, archive), { limits })
  ) {
    const { name, bytes, content } = member;
    if (!members.test(name)) continue;
    if (bytes > MAX_MEMBER_BYTES) {
      const rule = `"${name}" must have at most ${MAX_MEMBER_BYTES} bytes`;
      throw malformed(archive, rule, `${bytes}`);
    }
    total += bytes;
    if (total > MAX_BYTES) {
      const rule = `its texts must have at most ${MAX_BYTES} bytes`;
      throw malformed(archive, rule, "more");
    }
    const [part, example] = parseMember(
      name,
      await decodeMember(archive, content),
    );
    if (isBlank(example.text)) {
      throw malformed(archive, `"${name}" must have a text`, "a blank one");
    }
    parts[part].push(example);
  }
  if (parts.train.length > 0) return parts;
  throw malformed(archive, "it must hold examples", "none");
}

/** The text of a member. */
async function decodeMember(
  archive: string,
  content: AsyncIterable<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of content) {
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw malformed(archive, "its texts must be UTF-8", error.message, error);
  }
}

/** The titles of codes, from a file of `{ code: { title } }`. */
async function readLegend(path: string): Promise<Record<string, string>> {
  const legend = JSON.parse(await readFile(path, "utf8")) as Record<
    string,
    { title: string }
  >;
  return Object.fromEntries(
    Object.entries(legend).map(([code, { title }]) => [code, title]),
  );
}
