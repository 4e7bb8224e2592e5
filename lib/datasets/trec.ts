/**
 * TREC, questions with the kind of answer that they ask for: Li and Roth (2002),
 * "Learning Question Classifiers", COLING.
 *
 * @module
 */

import type { DatasetSource, Example } from "./dataset.ts";
import { parseLabel, readTable } from "./read_table.ts";

/** The coarse classes with Li and Roth's codes, in the order of the labels. */
const CLASSES: Readonly<Record<string, string>> = {
  DESC: "description",
  ENTY: "entity",
  ABBR: "abbreviation",
  HUM: "person",
  LOC: "place",
  NUM: "number",
};
const CODES = Object.keys(CLASSES);

/**
 * TREC. A folder holds the published `train_5500.label` and `TREC_10.label`, which
 * come without a part for validation: 452 of the 5,452 questions are held out, in
 * proportion to their classes. Or it holds `trec.nodev.utf8`, `trec.dev.utf8` and
 * `trec.test.utf8`, as others have split it.
 *
 * A machine without network waits three seconds at most, then the embedded dataset
 * is used.
 */
export const TREC: DatasetSource = {
  name: "trec",
  title: "TREC",
  paper: "Li and Roth, 2002",
  unit: "questions",
  labels: CODES,
  legend: CLASSES,
  partNames: { validation: "dev" },
  layouts: [{
    files: { train: "train_5500.label", test: "TREC_10.label" },
    parse: parseRawTrec,
    // The year of the paper is the seed.
    holdOut: { part: "validation", fraction: 452 / 5_452, seed: 2002 },
  }, {
    files: {
      train: "trec.nodev.utf8",
      validation: "trec.dev.utf8",
      test: "trec.test.utf8",
    },
    parse: parseTrec,
  }],
  asset: {
    name: "TREC questions",
    folder: "data/trec",
    licence:
      "none stated; collected by Li and Roth (2002) from several sources",
    files: {
      "train_5500.label": {
        sha256:
          "9e4c8bdcaffb96ed61041bd64b564183d52793a8e91d84fc3a8646885f466ec3",
        bytes: 335_858,
      },
      "TREC_10.label": {
        sha256:
          "033f22c028c2bbba9ca682f68ffe204dc1aa6e1cf35dd6207f2d4ca67f0d0e8e",
        bytes: 23_354,
      },
    },
    sources: [{
      kind: "url",
      url: "https://cogcomp.seas.upenn.edu/Data/QA/QC/",
      connectTimeout: 3_000,
      attempts: 1,
      members: {
        "train_5500.label": "train_5500.label",
        "TREC_10.label": "TREC_10.label",
      },
    }],
  },
  otherForms: {
    "trec.nodev.utf8":
      "85a2c75122e2411a2b34683993e360b31936b4968d12bfdbb0be7943c45c5c6b",
    "trec.dev.utf8":
      "940523e76b7a0aaeecb4244788c5e83b7cc31323ea612974fee6b0db6aa2609c",
    "trec.test.utf8":
      "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
  },
  embedded: {
    title: "Embedded question corpus",
    content: "questions in TREC's format",
    folder: "questions",
    layout: {
      files: {
        train: "train.label",
        validation: "dev.label",
        test: "test.label",
      },
      parse: parseRawTrec,
    },
  },
};

/**
 * Reads lines of a class number, one space and a question.
 *
 * @example
 * ```ts
 * import { parseTrec } from "bertbook/datasets/trec.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("4 Where is Ghent ?\n");
 * assert.deepEqual(parseTrec(bytes, "x.utf8"), [
 *   { label: 4, text: "Where is Ghent ?" },
 * ]);
 * ```
 *
 * @param bytes The file's content, UTF-8.
 * @param file Its name, for errors.
 * @returns One example for each line, in order.
 * @throws {SyntaxError} If there is no line, or a line does not begin with a
 * known label, or has no question.
 */
export function parseTrec(bytes: Uint8Array, file: string): Example[] {
  const names = CODES.map((_, label) => String(label));
  return readTable(bytes, { file, format: "label-prefixed" }).map((row) => {
    const [label = "", text = ""] = row.cells;
    return { label: parseLabel(label, names, row), text };
  });
}

/** Stands once in the published files, in "sister city", and is no character there. */
const STRAY_BYTE = 0xf0;

/**
 * Reads lines as Li and Roth published them: coarse and fine class, a question.
 *
 * A byte F0 is read as a space, as Hugging Face's loader does.
 *
 * @example The fine class is omitted
 * ```ts
 * import { parseRawTrec } from "bertbook/datasets/trec.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("LOC:city Where is Ghent ?\n");
 * assert.deepEqual(parseRawTrec(bytes, "x.label"), [
 *   { label: 4, text: "Where is Ghent ?" },
 * ]);
 * ```
 *
 * @param bytes The file's content, ISO-8859-1.
 * @param file Its name, for errors.
 * @returns One example for each line, in order.
 * @throws {SyntaxError} If there is no line, or a line does not begin with a
 * known code and a colon, or has no question.
 */
export function parseRawTrec(bytes: Uint8Array, file: string): Example[] {
  const names = CODES.map((code) => `${code}:`);
  const encoding = "iso-8859-1";
  const mended = bytes.map((byte) => byte === STRAY_BYTE ? 0x20 : byte);
  return readTable(mended, { file, format: "label-prefixed", encoding })
    .map((row) => {
      const [label = "", text = ""] = row.cells;
      const coarse = label.slice(0, label.indexOf(":") + 1) || label;
      return { label: parseLabel(coarse, names, row), text };
    });
}
