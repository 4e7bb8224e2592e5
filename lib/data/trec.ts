/**
 * Questions with the kind of answer that they ask for: Li and Roth (2002),
 * "Learning Question Classifiers", COLING.
 *
 * @module
 */

import { textLines } from "./delimited.ts";

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
 * Reads lines of a label, one space and a question.
 *
 * @example
 * ```ts
 * import { parseTrec } from "bertbook/data/trec.ts";
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
  const lines = textLines(bytes, file);
  if (lines.length === 0) {
    throw new SyntaxError(
      `Cannot parse "${file}" as it must have at least one line: it is empty`,
    );
  }
  return lines.map((line, index) => {
    const [, label, question] = /^(\d) (.*\S.*)$/s.exec(line) ?? [];
    const known = label !== undefined && Number(label) < TREC_CLASSES.length;
    if (known && question !== undefined) {
      return { label: Number(label), question };
    }
    throw new SyntaxError(
      `Cannot parse "${file}" as line ${index + 1} must be a label from 0 to ` +
        `${TREC_CLASSES.length - 1}, a space and a question: ` +
        `found ${JSON.stringify(line.slice(0, 40))}`,
    );
  });
}
