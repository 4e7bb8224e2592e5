/**
 * CoLA, the Corpus of Linguistic Acceptability: Warstadt, Singh and Bowman (2019),
 * "Neural Network Acceptability Judgments", TACL 7.
 *
 * @module
 */

import type { DatasetSource, Example, FileLayout } from "../dataset.ts";
import { nonBlankText, parseLabel, readTable } from "../table.ts";
import { PUBLICATIONS } from "./publications.ts";

/** A sentence with its judgment: label 1 acceptable, 0 not. */
export type ColaExample = Example & {
  /** Code of the publication, or of the phenomenon, that it is from. */
  readonly source: string;
  /** The author's own mark, unchanged: "", "*", "??", "?*" or "*?". */
  readonly mark: string;
};

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
 * import { parseCola } from "bertbook/datasets/cola/cola.ts";
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

/**
 * Acceptable sentences with an author's mark, and unacceptable ones without.
 *
 * @param examples Sentences.
 * @returns Those whose label and mark contradict each other.
 */
export function markMismatches(
  examples: readonly ColaExample[],
): ColaExample[] {
  // One mark in CoLA is a space: it is kept, but counts as no mark.
  return examples
    .filter(({ label, mark }) => (mark.trim() === "") !== (label === 1));
}
