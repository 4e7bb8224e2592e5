/**
 * Questions with the kind of answer that they ask for: Li and Roth (2002),
 * "Learning Question Classifiers", COLING.
 *
 * @module
 */

import { type LabelledText, parseLabelFirst } from "../label_prefixed.ts";

/** The coarse classes in the order of their labels, with Li and Roth's codes. */
export const TREC_CLASSES: readonly { code: string; title: string }[] = [
  { code: "DESC", title: "description" },
  { code: "ENTY", title: "entity" },
  { code: "ABBR", title: "abbreviation" },
  { code: "HUM", title: "person" },
  { code: "LOC", title: "place" },
  { code: "NUM", title: "number" },
];

/** A question with the class of its answer. */
export type TrecExample = {
  /** Index into {@linkcode TREC_CLASSES}. */
  label: number;
  /** The question as it stands. */
  question: string;
};

/**
 * Reads lines of a class number, one space and a question.
 *
 * @example
 * ```ts
 * import { parseTrec } from "bertbook/datasets/trec/trec.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("4 Where is Ghent ?\n");
 * assert.deepEqual(parseTrec(bytes, "x.utf8"), [
 *   { label: 4, question: "Where is Ghent ?" },
 * ]);
 * ```
 *
 * @param bytes The file's content, UTF-8.
 * @param file Its name, for errors.
 * @returns One example for each line, in order.
 * @throws {SyntaxError} If there is no line, or a line does not begin with a
 * known label, or has no question.
 */
export function parseTrec(bytes: Uint8Array, file: string): TrecExample[] {
  const labels = TREC_CLASSES.map((_, index) => String(index));
  return classified(parseLabelFirst(bytes, { file }), labels, file);
}

/**
 * Reads lines as Li and Roth published them: coarse and fine class, a question.
 *
 * @example The fine class is left out
 * ```ts
 * import { parseRawTrec } from "bertbook/datasets/trec/trec.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("LOC:city Where is Ghent ?\n");
 * assert.deepEqual(parseRawTrec(bytes, "x.label"), [
 *   { label: 4, question: "Where is Ghent ?" },
 * ]);
 * ```
 *
 * @param bytes The file's content, ISO-8859-1.
 * @param file Its name, for errors.
 * @returns One example for each line, in order.
 * @throws {SyntaxError} If there is no line, or a line does not begin with a
 * known code and a colon, or has no question.
 */
export function parseRawTrec(bytes: Uint8Array, file: string): TrecExample[] {
  const lines = parseLabelFirst(bytes, { file, encoding: "iso-8859-1" });
  const coarse = lines.map(({ label, text }) => ({
    label: label.slice(0, label.indexOf(":") + 1),
    text,
  }));
  return classified(coarse, TREC_CLASSES.map(({ code }) => `${code}:`), file);
}

/** Finds the class of each line among the known labels. */
function classified(
  lines: readonly LabelledText[],
  labels: readonly string[],
  file: string,
): TrecExample[] {
  return lines.map(({ label, text }, index) => {
    const found = labels.indexOf(label);
    if (found >= 0) return { label: found, question: text };
    throw new SyntaxError(
      `Cannot parse "${file}" as line ${index + 1} must begin with one of ` +
        `${labels.join(", ")}: found ${JSON.stringify(label.slice(0, 40))}`,
    );
  });
}
