/** Tables of text, for a terminal or in Markdown. @module */

/**
 * Aligns cells: the first column to the left, numbers to the right.
 *
 * @example
 * ```ts
 * import { textTable } from "./text_table.ts";
 * import assert from "node:assert/strict";
 *
 * const text = textTable([["who", "ms"], ["eager", "9"], ["torch", "10"]]);
 * assert.equal(text, "who    ms\neager   9\ntorch  10");
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

/**
 * Writes cells as a table in Markdown.
 *
 * @param rows The cells; the first row is the header.
 * @returns A line for each row, and one below the header.
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const rule = rows[0]!.map((_, column) => column === 0 ? "---" : "--:");
  return [rows[0]!, rule, ...rows.slice(1)]
    .map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
