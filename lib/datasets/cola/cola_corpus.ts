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
  readCorpusParts,
} from "../corpus_source.ts";
import {
  type CorpusNames,
  type CorpusTitle,
  corpusTitle,
  describeSizes,
} from "../corpus_title.ts";

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
export type ColaCorpus = ColaParts & CorpusTitle & {
  /** Source code → publication or phenomenon. */
  sourceTitles: Readonly<Record<string, string>>;
};

const NAMES: CorpusNames = {
  title: "CoLA 1.1",
  short: "CoLA",
  paper: "Warstadt, Singh and Bowman, 2019",
  embedded: {
    title: "Embedded acceptability corpus",
    content: "minimal pairs in CoLA's format",
  },
};

const FILES: Readonly<Record<keyof ColaParts, string>> = {
  train: "in_domain_train.tsv",
  inDomainDev: "in_domain_dev.tsv",
  outOfDomainDev: "out_of_domain_dev.tsv",
};
const EMBEDDED = fileURLToPath(
  new URL("../../../data/acceptability/", import.meta.url),
);

/**
 * Loads the corpus: a folder that the user named wins and must be right; else
 * the official archive is downloaded once; else the embedded corpus serves, and
 * `description` says why.
 *
 * @param options Where to look.
 * @returns The corpus.
 * @throws {RangeError} If `BERTBOOK_DATA` names no folder, or the named one lacks a
 * file.
 * @throws {SyntaxError} If a file of the named folder is malformed.
 */
export async function loadCola(
  options: CorpusOptions = {},
): Promise<ColaCorpus> {
  const places = { name: "cola", asset: COLA_ASSET, embedded: EMBEDDED };
  const source = await findCorpus(places, options);
  const parts = await readCorpusParts(source.folder, FILES, parseCola);
  const sizes = describeSizes({
    "train": parts.train,
    "in-domain dev": parts.inDomainDev,
    "out-of-domain dev": parts.outOfDomainDev,
  }, "sentences");
  const sourceTitles = source.origin === "embedded"
    ? await loadPhenomena()
    : COLA_SOURCES;
  return { ...corpusTitle(source, NAMES, sizes), ...parts, sourceTitles };
}

/** The titles of the embedded corpus's phenomena, by source code. */
async function loadPhenomena(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(EMBEDDED, "phenomena.json"));
  const legend = JSON.parse(text) as Record<string, { title: string }>;
  return Object.fromEntries(
    Object.entries(legend).map(([code, { title }]) => [code, title]),
  );
}
