/**
 * The best place that this machine has for a corpus: a folder that the user
 * names, the official download, or the small corpus of this project.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type Asset,
  ensureAsset,
  ProvisionError,
  type ProvisionOptions,
} from "../download/asset.ts";

/** How a corpus came here. */
export type Origin = "folder" | "download" | "embedded";

/** The places where a corpus may be. */
export type CorpusPlaces = {
  /** Its folder in `BERTBOOK_DATA`. */
  name: string;
  /** Its official files, where they can be downloaded and checked. */
  asset?: Asset;
  /** The folder of the corpus of this project that stands in for it. */
  embedded: string;
};

/** Where to look. */
export type CorpusOptions = {
  /** Holds the files; the corpus's folder in `BERTBOOK_DATA` unless told. */
  folder?: string;
  /** How to download. */
  provision?: ProvisionOptions;
  /** Looks nowhere else than in the project; so does `BERTBOOK_DATA=embedded`. */
  embeddedOnly?: boolean;
};

/** Where a corpus is. */
export type CorpusSource = {
  origin: Origin;
  folder: string;
  /** Why it is only the embedded one, in words that name no place on this machine. */
  reason: string;
};

/** The value of `BERTBOOK_DATA` that asks for the project's own corpora. */
const EMBEDDED_ONLY = "embedded";

/**
 * Chooses the source of a corpus: a folder that the user named wins, and its
 * files must then be right; else the official files are downloaded once; else the
 * embedded corpus serves.
 *
 * @param places Where the corpus may be.
 * @param options Where to look.
 * @returns The folder to read, and why it is that one.
 * @throws {RangeError} If `BERTBOOK_DATA` names no folder.
 */
export async function findCorpus(
  places: CorpusPlaces,
  options: CorpusOptions = {},
): Promise<CorpusSource> {
  const { provision = {} } = options;
  const embedded = (reason: string): CorpusSource => ({
    origin: "embedded",
    folder: places.embedded,
    reason,
  });
  // A folder that the caller names says more than the environment.
  const embeddedOnly = options.embeddedOnly ??
    (options.folder === undefined &&
      Deno.env.get("BERTBOOK_DATA") === EMBEDDED_ONLY);
  if (embeddedOnly) return embedded("the embedded one was asked for");
  const folder = options.folder ?? dataFolder(places.name);
  if (folder !== undefined) return { origin: "folder", folder, reason: "" };
  if (places.asset === undefined) return embedded("no folder was named");
  try {
    const folder = await ensureAsset(places.asset, provision);
    return { origin: "download", folder, reason: "" };
  } catch (error) {
    provision.signal?.throwIfAborted();
    return embedded(reasonOf(error));
  }
}

/**
 * Reads one file of a corpus that must be there.
 *
 * @param folder The folder of the corpus.
 * @param file The file's name.
 * @param files The names of all its files, for the error.
 * @returns The file's content.
 * @throws {RangeError} If the file is missing.
 */
export async function readCorpusFile(
  folder: string,
  file: string,
  files: readonly string[],
): Promise<Uint8Array> {
  try {
    return await Deno.readFile(join(folder, file));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(
      `Cannot load the corpus as "${folder}" must hold ` +
        `${files.join(", ")}: ${file} is missing`,
      { cause: error },
    );
  }
}

/**
 * Reads a corpus of one file for each part.
 *
 * @param folder The folder of the corpus.
 * @param files The file of each part.
 * @param parse Reads a file's content; the name is for its errors.
 * @returns The examples of each part.
 * @throws {RangeError} If a file is missing.
 * @throws As `parse` does.
 */
export async function readCorpusParts<Part extends string, Example>(
  folder: string,
  files: Readonly<Record<Part, string>>,
  parse: (bytes: Uint8Array, file: string) => Example[],
): Promise<Record<Part, Example[]>> {
  const names = Object.values<string>(files);
  const parts: [string, Example[]][] = [];
  for (const [part, file] of Object.entries<string>(files)) {
    parts.push([part, parse(await readCorpusFile(folder, file, names), file)]);
  }
  return Object.fromEntries(parts) as Record<Part, Example[]>;
}

/** A corpus in `BERTBOOK_DATA`, which may also hold other corpora only. */
function dataFolder(name: string): string | undefined {
  const data = Deno.env.get("BERTBOOK_DATA");
  if (!data) return undefined;
  if (!existsSync(data)) {
    throw new RangeError(
      `Cannot look for data as BERTBOOK_DATA must name a folder, or be ` +
        `"${EMBEDDED_ONLY}": found "${data}"`,
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
