/**
 * The best film reviews that this machine can have: IMDB from a folder, IMDB from
 * its home page, or the small corpus of this project.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CorpusOptions,
  findCorpus,
  readCorpusFile,
} from "../corpus_source.ts";
import {
  type CorpusNames,
  type CorpusTitle,
  corpusTitle,
  describeSizes,
} from "../corpus_title.ts";
import { type ImdbExample, parseImdb } from "./imdb.ts";
import {
  IMDB_ARCHIVE,
  IMDB_ASSET,
  readImdbArchive,
  type ReviewParts,
} from "./imdb_archive.ts";
import { stratifiedSplit } from "../split.ts";

export type { ReviewParts } from "./imdb_archive.ts";

/** A corpus of reviews with their verdicts, and which one it is. */
export type ReviewCorpus = ReviewParts & CorpusTitle;

const NAMES: CorpusNames = {
  title: "IMDB",
  paper: "Maas et al., 2011",
  embedded: {
    title: "Embedded review corpus",
    content: "reviews of invented films",
  },
};

/** What the labels 0 and 1 mean. */
export const VERDICTS: readonly string[] = ["negative", "positive"];

/** Both parts as CSV, and what a folder may hold in their place. */
const PARTS = { train: "imdb_train.csv.gz", test: "imdb_test.csv.gz" } as const;
/** A sample of both, not yet split. */
const SAMPLE = "imdb_reviews_2500.csv";
const EMBEDDED = fileURLToPath(
  new URL("../../../data/reviews/", import.meta.url),
);
const EMBEDDED_FILE = "reviews.csv";

/** Of a list that is not yet split, this share is for testing. */
const TEST_FRACTION = 0.25;
/** The year of Maas et al. */
const SPLIT_SEED = 2011;

/**
 * Loads the reviews: a folder that the user named wins and must be right; else
 * the official archive is downloaded once; else the embedded corpus serves, and
 * `description` says why.
 *
 * A folder holds the published `aclImdb_v1.tar.gz`; or `imdb_train.csv.gz` and
 * `imdb_test.csv.gz`; or `imdb_reviews_2500.csv` alone, of which a quarter, drawn
 * at random in proportion to the verdicts, then is the test part. So it is with
 * the embedded reviews.
 *
 * @param options Where to look.
 * @returns The corpus. Its parts may be sorted by verdict: shuffle them.
 * @throws {RangeError} If `BERTBOOK_DATA` names no folder, or the named one lacks a
 * file.
 * @throws {SyntaxError} If a file of the named folder is malformed.
 */
export async function loadReviews(
  options: CorpusOptions = {},
): Promise<ReviewCorpus> {
  const places = { name: "imdb", asset: IMDB_ASSET, embedded: EMBEDDED };
  const source = await findCorpus(places, options);
  const { train, test } = source.origin === "embedded"
    ? splitUp(await load(source.folder, EMBEDDED_FILE))
    : await loadFolder(source.folder);
  const sizes = describeSizes({ train, test }, "reviews");
  return { ...corpusTitle(source, NAMES, sizes), train, test };
}

/** Reads what a folder holds, the largest form first. */
async function loadFolder(folder: string): Promise<ReviewParts> {
  const holds = (file: string): boolean => existsSync(join(folder, file));
  if (holds(PARTS.train) || holds(PARTS.test)) {
    return {
      train: await load(folder, PARTS.train),
      test: await load(folder, PARTS.test),
    };
  }
  if (holds(IMDB_ARCHIVE)) {
    return await readImdbArchive(join(folder, IMDB_ARCHIVE));
  }
  return splitUp(await load(folder, SAMPLE));
}

/** Reads one CSV file. */
async function load(folder: string, file: string): Promise<ImdbExample[]> {
  const either = [
    ...Object.values(PARTS),
    `or ${IMDB_ARCHIVE}`,
    `or ${SAMPLE}`,
  ];
  return parseImdb(await readCorpusFile(folder, file, either), file);
}

/** Draws the test part, with the verdicts in the same proportion. */
function splitUp(all: readonly ImdbExample[]): ReviewParts {
  const { train, validation } = stratifiedSplit(all.map(({ label }) => label), {
    fraction: TEST_FRACTION,
    seed: SPLIT_SEED,
  });
  return {
    train: train.map((index) => all[index]!),
    test: validation.map((index) => all[index]!),
  };
}
