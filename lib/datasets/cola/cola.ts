/**
 * The file format of the Corpus of Linguistic Acceptability: Warstadt, Singh and
 * Bowman (2019), "Neural Network Acceptability Judgments", TACL 7.
 *
 * @module
 */

import { parseDelimited } from "../delimited.ts";

/** One sentence with its judgment. */
export type ColaExample = {
  /** Code of the publication, or of the phenomenon, that it is from. */
  source: string;
  /** 1 acceptable, 0 not. */
  label: 0 | 1;
  /** The author's own mark as it stands: "", "*", "??", "?*" or "*?". */
  mark: string;
  /** The sentence as it stands. */
  sentence: string;
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
 *   { source: "x", label: 0, mark: "*", sentence: "They goes." },
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
  const rows = parseDelimited(bytes, { file, columns: 4 });
  if (rows.length === 0) {
    throw new SyntaxError(
      `Cannot parse "${file}" as it must have at least one line: it is empty`,
    );
  }
  return rows.map(([source, label, mark, sentence], index) => {
    const line = index + 1;
    if (sentence!.trim() === "") {
      throw new SyntaxError(
        `Cannot parse "${file}" as line ${line} must have a sentence: ` +
          `found ${JSON.stringify(sentence)}`,
      );
    }
    return {
      source: source!,
      label: parseLabel(label!, file, line),
      mark: mark!,
      sentence: sentence!,
    };
  });
}

/** "0" or "1" and nothing that a number parser would also take for one. */
function parseLabel(text: string, file: string, line: number): 0 | 1 {
  if (text === "0") return 0;
  if (text === "1") return 1;
  throw new SyntaxError(
    `Cannot parse "${file}" as the label in line ${line} must be 0 or 1: ` +
      `found ${JSON.stringify(text.slice(0, 40))}`,
  );
}
