/**
 * Plain text in columns, for terminals and editors with letters of one width.
 *
 * @module
 */

/** Letters drawn two columns wide (Unicode Standard Annex 11, East Asian Width). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** Marks and format controls, which take no column of their own. */
const ONLY_MARKS = /^[\p{M}\p{Cf}]*$/u;

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Counts the columns that `text` takes in a terminal.
 *
 * @example Two Chinese letters take four columns
 * ```ts
 * import { numColumns } from "bertbook/views/monospace.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(numColumns("中文"), 4);
 * assert.equal(numColumns("café"), 4);
 * ```
 *
 * @param text One line.
 * @returns The number of columns.
 */
export function numColumns(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    columns += WIDE.test(segment) ? 2 : ONLY_MARKS.test(segment) ? 0 : 1;
  }
  return columns;
}

/**
 * Fills `text` with spaces up to `columns`.
 *
 * @param text One line.
 * @param columns How many columns to fill.
 * @param align Where the text stands.
 * @returns The filled line; `text` itself if it is wider.
 */
export function padColumns(
  text: string,
  columns: number,
  align: "left" | "right" = "left",
): string {
  const space = " ".repeat(Math.max(0, columns - numColumns(text)));
  return align === "left" ? text + space : space + text;
}

/**
 * Cuts `text` to at most `columns`, with an ellipsis where something is lost.
 *
 * @param text One line.
 * @param columns The most columns it may take, at least 1.
 * @returns The text, or its beginning and "…".
 */
export function cutColumns(text: string, columns: number): string {
  if (numColumns(text) <= columns) return text;
  let kept = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (numColumns(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
