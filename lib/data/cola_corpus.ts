/**
 * The best acceptability corpus that this machine can have: real CoLA from a
 * folder, real CoLA from its home page, or the small corpus of this project.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ColaExample, parseCola } from "./cola.ts";
import { COLA_ASSET } from "./cola_asset.ts";
import { COLA_SOURCES } from "./cola_sources.ts";
import {
  type CorpusOptions,
  findCorpus,
  type Origin,
  readCorpusFile,
} from "./corpus_source.ts";

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
  origin: Origin;
  /** What it is, how large, and why this one; without paths of the machine. */
  description: string;
  /** Source code → publication or phenomenon. */
  sourceTitles: Readonly<Record<string, string>>;
};

const FILES: Readonly<Record<keyof ColaParts, string>> = {
  train: "in_domain_train.tsv",
  inDomainDev: "in_domain_dev.tsv",
  outOfDomainDev: "out_of_domain_dev.tsv",
};
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
  options: CorpusOptions = {},
): Promise<ColaCorpus> {
  const places = { name: "cola", asset: COLA_ASSET, embedded: EMBEDDED };
  const { origin, folder, reason } = await findCorpus(places, options);
  if (origin === "embedded") return await loadEmbedded(reason);
  return await loadReal(folder, origin);
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
    parseCola(
      await readCorpusFile(folder, FILES[part], Object.values(FILES)),
      FILES[part],
    );
  return {
    train: await load("train"),
    inDomainDev: await load("inDomainDev"),
    outOfDomainDev: await load("outOfDomainDev"),
  };
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
