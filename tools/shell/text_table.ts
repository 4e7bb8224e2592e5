/** Rows of cells as aligned columns in a terminal. @module */

/**
 * Aligns cells: the first column to the left, numbers to the right.
 *
 * @example
 * ```ts
 * import { textTable } from "./text_table.ts";
 * import assert from "node:assert/strict";
 *
 * const text = textTable([["who", "ms"], ["ours", "9"], ["theirs", "10"]]);
 * assert.equal(text, "who     ms\nours     9\ntheirs  10");
 * ```
 *
 * @param rows The cells; the first row is the header.
 * @returns Lines without space at their ends.
 */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => {
      const width = widths[column]!;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd();
  return rows.map(line).join("\n");
}
