/** Tables of text, for a terminal or in Markdown. @module */

/** A column of a table: its title, and the cell of each row. */
export type Column<Row> = readonly [title: string, cell: (row: Row) => string];

/**
 * The cells of a table.
 *
 * @param columns The columns; one whose cells are all empty is left out.
 * @param rows What the columns describe.
 * @returns The titles, then a list of cells for each row.
 */
export function cellsOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string[][] {
  const shown = columns.filter(([, cell]) => rows.some((row) => cell(row)));
  const titles = shown.map(([title]) => title);
  return [titles, ...rows.map((row) => shown.map(([, cell]) => cell(row)))];
}

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
