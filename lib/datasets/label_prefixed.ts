/** Files of `label words…`, one text a line. @module */

import { type Encoding, textLines } from "./delimited.ts";

/** A text and what it is. */
export type LabelledText = {
  /** The first word of the line. */
  label: string;
  /** The rest of the line as it stands. */
  text: string;
};

/**
 * Reads lines of a label, one space and a text.
 *
 * @example
 * ```ts
 * import { parseLabelFirst } from "bertbook/datasets/label_prefixed.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("greeting Good day !\n");
 * assert.deepEqual(parseLabelFirst(bytes, { file: "x.txt" }), [
 *   { label: "greeting", text: "Good day !" },
 * ]);
 * ```
 *
 * @param bytes The file's content.
 * @param options The file's name, for errors, and its encoding, UTF-8 unless told.
 * @returns One entry for each line, in order.
 * @throws {SyntaxError} If there is no line, or a line has no label or no text.
 */
export function parseLabelFirst(
  bytes: Uint8Array,
  options: { file: string; encoding?: Encoding },
): LabelledText[] {
  const { file, encoding } = options;
  const lines = textLines(bytes, file, encoding);
  if (lines.length === 0) {
    throw new SyntaxError(
      `Cannot parse "${file}" as it must have at least one line: it is empty`,
    );
  }
  return lines.map((line, index) => {
    const [, label, text] = /^(\S+) (.*\S.*)$/s.exec(line) ?? [];
    if (label !== undefined && text !== undefined) return { label, text };
    throw new SyntaxError(
      `Cannot parse "${file}" as line ${index + 1} must be a label, a space ` +
        `and a text: found ${JSON.stringify(line.slice(0, 40))}`,
    );
  });
}

/**
 * The labels that occur, sorted, so that each has a number that does not depend on
 * the order of the lines.
 *
 * @param examples Texts with their labels.
 * @returns Each label once; its class is its index here.
 */
export function sortedLabels(examples: readonly LabelledText[]): string[] {
  return [...new Set(examples.map(({ label }) => label))].sort();
}
