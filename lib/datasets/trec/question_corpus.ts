/**
 * The best questions that this machine can have: real TREC from a folder, real
 * TREC from its home page, or the small corpus of this project.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CorpusOptions,
  type CorpusSource,
  findCorpus,
  readCorpusFile,
  readCorpusParts,
} from "../corpus_source.ts";
import {
  type CorpusNames,
  type CorpusTitle,
  corpusTitle,
  describeSizes,
} from "../corpus_title.ts";
import { stratifiedSplit } from "../split.ts";
import { parseRawTrec, parseTrec, type TrecExample } from "./trec.ts";
import { RAW_TREC_FILES, TREC_ASSET } from "./trec_asset.ts";

/** Questions to learn from, to choose by, and to judge by. */
export type QuestionParts = {
  train: TrecExample[];
  dev: TrecExample[];
  test: TrecExample[];
};

/** A corpus of questions with their classes, and which one it is. */
export type QuestionCorpus = QuestionParts & CorpusTitle;

const NAMES: CorpusNames = {
  title: "TREC",
  paper: "Li and Roth, 2002",
  embedded: {
    title: "Embedded question corpus",
    content: "questions in TREC's format",
  },
};

/** TREC with 452 questions held out, as `<class number> <question>`. */
const SPLIT_FILES: Readonly<Record<keyof QuestionParts, string>> = {
  train: "trec.nodev.utf8",
  dev: "trec.dev.utf8",
  test: "trec.test.utf8",
};
const EMBEDDED_FILES: Readonly<Record<keyof QuestionParts, string>> = {
  train: "train.label",
  dev: "dev.label",
  test: "test.label",
};
const EMBEDDED = fileURLToPath(
  new URL("../../../data/questions/", import.meta.url),
);

/** Share held out of TREC's 5,452, which come without a part for validation. */
const DEV_FRACTION = 452 / 5_452;

/** The year of Li and Roth's paper. */
const SPLIT_SEED = 2002;

/**
 * Loads the questions: a folder that the user named wins and must be right; else
 * the official files are downloaded once; else the embedded corpus serves, and
 * `description` says why.
 *
 * A folder holds either `trec.nodev.utf8`, `trec.dev.utf8` and `trec.test.utf8`, or
 * the published `train_5500.label` and `TREC_10.label`. Of the latter 452
 * questions, drawn in proportion to their classes, become `dev`.
 *
 * @param options Where to look.
 * @returns The corpus.
 * @throws {RangeError} If `BERTBOOK_DATA` names no folder, or the named one lacks a
 * file.
 * @throws {SyntaxError} If a file of the named folder is malformed.
 */
export async function loadQuestions(
  options: CorpusOptions = {},
): Promise<QuestionCorpus> {
  const places = { name: "trec", asset: TREC_ASSET, embedded: EMBEDDED };
  const source = await findCorpus(places, options);
  const parts = await loadFolder(source);
  const sizes = describeSizes(parts, "questions");
  return { ...corpusTitle(source, NAMES, sizes), ...parts };
}

/** Reads what a folder holds: three parts of the one or the other, or TREC as it came. */
async function loadFolder(
  { origin, folder }: CorpusSource,
): Promise<QuestionParts> {
  if (origin === "embedded") {
    return await readCorpusParts(folder, EMBEDDED_FILES, parseRawTrec);
  }
  return existsSync(join(folder, RAW_TREC_FILES.train))
    ? await loadPublished(folder)
    : await readCorpusParts(folder, SPLIT_FILES, parseTrec);
}

/** Reads TREC as it was published, and holds out `dev`. */
async function loadPublished(folder: string): Promise<QuestionParts> {
  const load = async (file: string): Promise<TrecExample[]> => {
    const names = Object.values(RAW_TREC_FILES);
    return parseRawTrec(await readCorpusFile(folder, file, names), file);
  };
  const all = await load(RAW_TREC_FILES.train);
  const parts = stratifiedSplit(all.map(({ label }) => label), {
    fraction: DEV_FRACTION,
    seed: SPLIT_SEED,
  });
  return {
    train: parts.train.map((index) => all[index]!),
    dev: parts.validation.map((index) => all[index]!),
    test: await load(RAW_TREC_FILES.test),
  };
}
