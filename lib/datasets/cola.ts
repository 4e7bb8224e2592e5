/**
 * CoLA, the Corpus of Linguistic Acceptability: Warstadt, Singh and Bowman (2019),
 * "Neural Network Acceptability Judgments", TACL 7.
 *
 * @module
 */

import type { DatasetSource, Example, FileLayout } from "./dataset.ts";
import { nonBlankText, parseLabel, readTable } from "./read_table.ts";

/** A sentence with its judgment: label 1 acceptable, 0 not. */
export type ColaExample = Example & {
  /** Code of the publication, or of the phenomenon, that it is from. */
  readonly source: string;
  /** The author's own mark, unchanged: "", "*", "??", "?*" or "*?". */
  readonly mark: string;
};

/**
 * Source code → publication, as in table 2 of Warstadt et al. (2019) and in the
 * corpus's own README, with the codes that its files use.
 */
// Pairs, because the codes are data: as property names they break naming rules.
const PUBLICATIONS: Readonly<Record<string, string>> = Object
  .fromEntries([
    ["ad03", "Adger (2003)"],
    ["b_73", "Bresnan (1973)"],
    ["b_82", "Baltin (1982)"],
    ["bc01", "Baltin and Collins (2001)"],
    ["c-05", "Collins (2005)"],
    ["c_13", "Carnie (2013)"],
    ["cj99", "Culicover and Jackendoff (1999)"],
    ["clc95", "Chung et al. (1995)"],
    ["d_98", "Dayal (1998)"],
    ["g_81", "Gazdar (1981)"],
    ["gj04", "Goldberg and Jackendoff (2004)"],
    ["j_71", "Jackendoff (1971)"],
    ["kl93", "Kadmon and Landman (1993)"],
    ["ks08", "Kim and Sells (2008)"],
    ["l-93", "Levin (1993)"],
    ["m_02", "Miller (2002)"],
    ["r-67", "Ross (1967)"],
    ["rhl07", "Rappaport Hovav and Levin (2008)"],
    ["s_97", "Sag (1997)"],
    ["sgww85", "Sag et al. (1985)"],
    ["sks13", "Sportiche et al. (2013)"],
    ["swb04", "Sag et al. (1999)"],
    ["w_80", "Williams (1980)"],
  ]);

const LAYOUT: FileLayout<ColaExample> = {
  files: {
    train: "in_domain_train.tsv",
    validation: "in_domain_dev.tsv",
    test: "out_of_domain_dev.tsv",
  },
  parse: parseCola,
};

/**
 * CoLA 1.1. `validation` is the in-domain development set, with sentences from the
 * sources that `train` has; `test` is the out-of-domain one. (The sets that the
 * paper tests on are published without labels.)
 *
 * The archive's own digest is not published: its size is bounded, and each member
 * is verified. A machine without network waits three seconds at most, then the
 * embedded dataset is used.
 */
export const COLA: DatasetSource<ColaExample> = {
  name: "cola",
  title: "CoLA 1.1",
  paper: "Warstadt, Singh and Bowman, 2019",
  unit: "sentences",
  labels: ["unacceptable", "acceptable"],
  legend: PUBLICATIONS,
  partNames: { validation: "in-domain dev", test: "out-of-domain dev" },
  layouts: [LAYOUT],
  asset: {
    name: "CoLA 1.1",
    folder: "data/cola-1.1",
    licence: "US fair use; texts remain with their authors and publishers",
    files: {
      "in_domain_train.tsv": {
        sha256:
          "f320a10f92d3bce6b29152fde322a362eac39238e50d8de0c8815457fdf4fc12",
        bytes: 428_578,
      },
      "in_domain_dev.tsv": {
        sha256:
          "77176f6a03faa5a1c4f23c69971fc1bff565931112fb65af47b2d6e24b7f42f7",
        bytes: 25_957,
      },
      "out_of_domain_dev.tsv": {
        sha256:
          "201b9c57b2a20f1282242eec0ed8995729e3be19c29a46c047b3727338836c05",
        bytes: 27_754,
      },
    },
    sources: [{
      kind: "url",
      url: "https://nyu-mll.github.io/CoLA/cola_public_1.1.zip",
      maxArchiveBytes: 4_000_000,
      connectTimeout: 3_000,
      attempts: 1,
      // The archive has the same files again, tokenized.
      members: {
        "in_domain_train.tsv": "cola_public/raw/in_domain_train.tsv",
        "in_domain_dev.tsv": "cola_public/raw/in_domain_dev.tsv",
        "out_of_domain_dev.tsv": "cola_public/raw/out_of_domain_dev.tsv",
      },
    }],
  },
  embedded: {
    title: "Embedded acceptability corpus",
    content: "minimal pairs in CoLA's format",
    folder: "acceptability",
    layout: LAYOUT,
    legend: "phenomena.json",
  },
};

/**
 * Reads a file of four tab-separated columns: source, label, mark, sentence.
 *
 * @example
 * ```ts
 * import { parseCola } from "bertbook/datasets/cola.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("x\t0\t*\tThey goes.\n");
 * assert.deepEqual(parseCola(bytes, "x.tsv"), [
 *   { source: "x", label: 0, mark: "*", text: "They goes." },
 * ]);
 * ```
 *
 * @param bytes The file's content.
 * @param file Its name, for errors.
 * @returns One example for each line, in order; nothing is dropped or trimmed.
 * @throws {SyntaxError} If there is no line, or a line has another number of
 * columns, a label other than 0 and 1, or no sentence.
 */
export function parseCola(bytes: Uint8Array, file: string): ColaExample[] {
  return readTable(bytes, { file, format: "tsv", columns: 4 }).map((row) => {
    const [source = "", label = "", mark = "", text = ""] = row.cells;
    return {
      source,
      label: parseLabel(label, ["0", "1"], row),
      mark,
      text: nonBlankText(text, row),
    };
  });
}
