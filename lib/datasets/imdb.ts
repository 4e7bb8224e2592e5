/**
 * IMDB, film reviews with their verdict: Maas et al. (2011), "Learning Word Vectors
 * for Sentiment Analysis", ACL.
 *
 * @module
 */

import { quoted } from "../printable.ts";
import type { DatasetSource, Example, FileLayout } from "./dataset.ts";
import {
  malformed,
  nonBlankText,
  parseLabel,
  readTable,
} from "./read_table.ts";

const ARCHIVE = "aclImdb_v1.tar.gz";

/** One file of which a quarter, in proportion to the verdicts, becomes `test`. */
function undivided(train: string): FileLayout {
  return {
    files: { train },
    parse: parseImdb,
    // The year of the paper is the seed.
    holdOut: { part: "test", fraction: 0.25, seed: 2011 },
  };
}

/**
 * IMDB, in three forms: both parts as CSV; the published archive of 100,000 small
 * files, of which half are reviews with a verdict; or a sample that is not yet
 * split. It has no part for validation.
 *
 * A machine without network waits three seconds at most, then the embedded dataset
 * is used.
 */
export const IMDB: DatasetSource = {
  name: "imdb",
  title: "IMDB",
  paper: "Maas et al., 2011",
  unit: "reviews",
  labels: ["negative", "positive"],
  layouts: [{
    files: { train: "imdb_train.csv.gz", test: "imdb_test.csv.gz" },
    parse: parseImdb,
  }, {
    archive: ARCHIVE,
    // Such as aclImdb/test/pos/17_9.txt: the part and the verdict of a review.
    members: /^aclImdb\/(train|test)\/(neg|pos)\/\d+_\d+\.txt$/,
    parseMember: (name, text) => {
      const part = name.startsWith("aclImdb/train/") ? "train" : "test";
      const label = name.includes("/pos/") ? 1 : 0;
      return [part, { text: withLineEnds(text), label }];
    },
  }, undivided("imdb_reviews_2500.csv")],
  asset: {
    name: "IMDB reviews",
    folder: "data/imdb",
    licence: "none stated; reviews remain with their authors",
    files: {
      [ARCHIVE]: {
        sha256:
          "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
        bytes: 84_125_825,
      },
    },
    sources: [{
      kind: "url",
      url: `https://ai.stanford.edu/~amaas/data/sentiment/${ARCHIVE}`,
      file: ARCHIVE,
      connectTimeout: 3_000,
      attempts: 1,
    }],
  },
  otherForms: {
    "imdb_train.csv.gz":
      "556c9175e61bf40ddf1f729699a0f4c894c6f92cba6dfa8cc2db7a126429bc7c",
    "imdb_test.csv.gz":
      "69a9f5aac158eac4806eca52c49403a637641b96b3cd2d99be3c4d826aacd627",
    "imdb_reviews_2500.csv":
      "39da54b393e7d7d6282ef7eef5d0efce5f3fc53e92171ebe1fda967240ae2bb7",
  },
  embedded: {
    title: "Embedded review corpus",
    content: "reviews of invented films",
    folder: "reviews",
    layout: undivided("reviews.csv"),
  },
};

/**
 * Reads a CSV file (RFC 4180) with the columns `review,sentiment` or `text,label`.
 *
 * Reviews hold commas, quotes and line breaks, so quotes are syntax here. The line
 * breaks of their web page, `<br />`, become line ends.
 *
 * @example
 * ```ts
 * import { parseImdb } from "bertbook/datasets/imdb.ts";
 * import assert from "node:assert/strict";
 *
 * const text = 'review,sentiment\n"Good,<br />""really"".",positive\n';
 * assert.deepEqual(parseImdb(new TextEncoder().encode(text), "x.csv"), [
 *   { text: 'Good,\n"really".', label: 1 },
 * ]);
 * ```
 *
 * @param bytes The file's content, UTF-8.
 * @param file Its name, for errors.
 * @returns One example for each record, in order. The official files are sorted
 * by class: shuffle before training.
 * @throws {SyntaxError} If the file is malformed, has other columns or no review,
 * or a record has another verdict or no review.
 */
export function parseImdb(bytes: Uint8Array, file: string): Example[] {
  const [header, ...rows] = readTable(bytes, { file, format: "csv" });
  const names = header!.cells.join(",");
  if (names !== "review,sentiment" && names !== "text,label") {
    const rule = "its columns must be review,sentiment or text,label";
    throw malformed(file, rule, quoted(names.slice(0, 80)));
  }
  if (rows.length === 0) {
    throw malformed(file, "it must have at least one review", "none");
  }
  return rows.map((row) => {
    const [review = "", verdict = ""] = row.cells;
    const spellings = ["negative", "positive", "0", "1"];
    return {
      text: withLineEnds(nonBlankText(review, row)),
      label: parseLabel(verdict, spellings, row) % 2,
    };
  });
}

/** A line end for each line break of HTML. */
function withLineEnds(review: string): string {
  return review.replace(/<br\s*\/?>/gi, "\n");
}
