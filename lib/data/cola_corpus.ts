/**
 * The best acceptability corpus that this machine can have: real CoLA from a
 * folder, real CoLA from its home page, or the small corpus of this project.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ensureAsset,
  ProvisionError,
  type ProvisionOptions,
} from "../provision/asset.ts";
import { type ColaExample, parseCola } from "./cola.ts";
import { COLA_ASSET } from "./cola_asset.ts";
import { COLA_SOURCES } from "./cola_sources.ts";

/** Sentences to learn from, and two sets to judge the learning by. */
export type ColaParts = {
  /** Sentences to learn from. */
  train: ColaExample[];
  /** Sentences from the sources that `train` has. */
  inDomainDev: ColaExample[];
  /** Sentences from sources that `train` does not have. */
  outOfDomainDev: ColaExample[];
};

/** A corpus of sentences with judgments, and which one it is. */
export type ColaCorpus = ColaParts & {
  /** Its name, for headings and chart titles. */
  title: string;
  /** How it came here. */
  origin: "folder" | "download" | "embedded";
  /** What it is, how large, and why this one; without paths of the machine. */
  description: string;
  /** Source code → publication or phenomenon. */
  sourceTitles: Readonly<Record<string, string>>;
};

/** Where to look. */
export type ColaOptions = {
  /** Holds the three files; `cola` in `BERTBOOK_DATA` unless told. */
  folder?: string;
  /** How to download. */
  provision?: ProvisionOptions;
  /** Looks nowhere else than in the project; so does `BERTBOOK_DATA=embedded`. */
  embeddedOnly?: boolean;
};

const FILES: Readonly<Record<keyof ColaParts, string>> = {
  train: "in_domain_train.tsv",
  inDomainDev: "in_domain_dev.tsv",
  outOfDomainDev: "out_of_domain_dev.tsv",
};
/** The value of `BERTBOOK_DATA` that asks for the project's own corpus. */
const EMBEDDED_ONLY = "embedded";
const EMBEDDED = fileURLToPath(
  new URL("../../data/acceptability/", import.meta.url),
);

/**
 * Loads the corpus: a folder that the user named wins and must be right; else
 * the official archive is downloaded once; else the embedded corpus serves, and
 * `description` says why.
 *
 * @param options Where to look.
 * @returns The corpus.
 * @throws {RangeError} If the named folder lacks a file.
 * @throws {SyntaxError} If a file of the named folder is malformed.
 */
export async function loadCola(
  options: ColaOptions = {},
): Promise<ColaCorpus> {
  const { provision = {} } = options;
  const embeddedOnly = options.embeddedOnly ??
    Deno.env.get("BERTBOOK_DATA") === EMBEDDED_ONLY;
  if (embeddedOnly) return await loadEmbedded("the embedded one was asked for");
  const folder = options.folder ?? dataFolder();
  if (folder !== undefined) return await loadReal(folder, "folder");
  try {
    const downloaded = await ensureAsset(COLA_ASSET, provision);
    return await loadReal(downloaded, "download");
  } catch (error) {
    provision.signal?.throwIfAborted();
    return await loadEmbedded(reasonOf(error));
  }
}

/** `cola` in `BERTBOOK_DATA`, which may also hold other corpora only. */
function dataFolder(): string | undefined {
  const data = Deno.env.get("BERTBOOK_DATA");
  if (!data) return undefined;
  if (!existsSync(data)) {
    throw new RangeError(
      `Cannot look for data as BERTBOOK_DATA must name a folder, or be ` +
        `"${EMBEDDED_ONLY}": found "${data}"`,
    );
  }
  const folder = join(data, "cola");
  return existsSync(folder) ? folder : undefined;
}

/** Real CoLA. */
async function loadReal(
  folder: string,
  origin: "folder" | "download",
): Promise<ColaCorpus> {
  const parts = await loadParts(folder);
  const title = "CoLA 1.1";
  const how = origin === "folder"
    ? "from a local folder"
    : "from its home page";
  const description = `${title} (Warstadt, Singh and Bowman, 2019), ${how}: ` +
    describeSizes(parts);
  return { title, origin, description, ...parts, sourceTitles: COLA_SOURCES };
}

/** The corpus of this project. */
async function loadEmbedded(reason: string): Promise<ColaCorpus> {
  const parts = await loadParts(EMBEDDED);
  const title = "Embedded acceptability corpus";
  const description = `${title}, minimal pairs in CoLA's format that this ` +
    `project generates: ${describeSizes(parts)}. Not real CoLA: ${reason}`;
  const sourceTitles = await loadPhenomena();
  return { title, origin: "embedded", description, ...parts, sourceTitles };
}

/** Reads the three files of a folder. */
async function loadParts(folder: string): Promise<ColaParts> {
  const load = async (part: keyof ColaParts): Promise<ColaExample[]> =>
    parseCola(await readFile(folder, FILES[part]), FILES[part]);
  return {
    train: await load("train"),
    inDomainDev: await load("inDomainDev"),
    outOfDomainDev: await load("outOfDomainDev"),
  };
}

/** Reads one file that must be there. */
async function readFile(folder: string, file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(join(folder, file));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(
      `Cannot load the corpus as "${folder}" must hold ` +
        `${Object.values(FILES).join(", ")}: ${file} is missing`,
      { cause: error },
    );
  }
}

/** The titles of the embedded corpus's phenomena, by source code. */
async function loadPhenomena(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(EMBEDDED, "phenomena.json"));
  const legend = JSON.parse(text) as Record<string, { title: string }>;
  return Object.fromEntries(
    Object.entries(legend).map(([code, { title }]) => [code, title]),
  );
}

/** Such as "8,551 train, 527 in-domain dev and 516 out-of-domain dev sentences". */
function describeSizes(parts: ColaParts): string {
  const count = (examples: ColaExample[]): string =>
    examples.length.toLocaleString("en-US");
  return `${count(parts.train)} train, ${count(parts.inDomainDev)} in-domain ` +
    `dev and ${count(parts.outOfDomainDev)} out-of-domain dev sentences`;
}

/** Why there was no download, in words that name no place on this machine. */
function reasonOf(error: unknown): string {
  if (!(error instanceof ProvisionError)) {
    return `its download could not be stored (${(error as Error).name})`;
  }
  const reasons = error.reasons.map(({ reason }) => reason);
  return reasons.length > 0
    ? reasons.join("; ")
    : "offline, and it was never downloaded";
}
