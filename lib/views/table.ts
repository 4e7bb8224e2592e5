/**
 * Tables of rows: HTML that every viewer keeps, and aligned plain text.
 *
 * All styles are inline and no colour is fixed, so the table stays readable in
 * dark themes and where a sanitizer removes style sheets.
 *
 * @module
 */

import stringWidth from "string-width";
import { visibleControls } from "../printable.ts";
import { escapeHtml } from "./escape.ts";

/** The same table twice, for viewers with HTML and without. */
export type TableView = { html: string; text: string };

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns of plain text after which a cell is cut; HTML cells wrap instead. */
const MAX_COLUMNS = 80;

/** Columns with a number from here on have separators; ids of tokens are below. */
const GROUPED = 100_000;

type Align = "left" | "right";
type Column = { name: string; align: Align; cells: string[] };

/**
 * Sets `rows` as a table.
 *
 * Columns appear in the order in which the rows first name them. Numbers stand
 * to the right, also those that are text already, with the same number of decimals
 * all down a column, and in groups of three digits in a column of large ones.
 *
 * @example Usage
 * ```ts
 * import { table } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { text } = table([{ epoch: 1, loss: 0.5 }, { epoch: 2, loss: 0.25 }]);
 * assert.equal(text, "epoch    loss\n-----  ------\n    1  0.5000\n    2  0.2500");
 * ```
 *
 * @param rows Plain values by column name; a name may be missing in a row.
 * @param options `caption`: a line above the table.
 * @returns The table as HTML and as text.
 */
export function table(
  rows: readonly Record<string, unknown>[],
  options: { caption?: string } = {},
): TableView {
  if (rows.length === 0) return emptyTable(options.caption);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) =>
    formatColumn(name, rows.map((row) => row[name]))
  );
  return {
    html: htmlTable(columns, rows.length, options.caption),
    text: textTable(columns, rows.length, options.caption),
  };
}

function emptyTable(caption: string | undefined): TableView {
  const text = caption === undefined ? "No rows" : `${caption}: no rows`;
  return {
    html: `<p>${escapeHtml(text)}</p>`,
    text: visibleControls(text),
  };
}

function htmlTable(
  columns: readonly Column[],
  numRows: number,
  caption: string | undefined,
): string {
  const style = (align: Align, more = ""): string =>
    `style="text-align: ${align}; padding: 3px 10px; ${more}"`;
  const head = columns.map(({ name, align }) =>
    `<th scope="col" ${
      style(align, "border-bottom: 1px solid currentColor;")
    }>${escapeHtml(name)}</th>`
  );
  const body = Array.from(
    { length: numRows },
    (_, i) =>
      `<tr>${
        columns.map(({ align, cells }) =>
          `<td ${style(align, "vertical-align: top;")}>${
            escapeHtml(cells[i]!)
          }</td>`
        ).join("")
      }</tr>`,
  );
  return [
    `<table style="border-collapse: collapse; font-size: 13px;">`,
    caption === undefined
      ? ""
      : `<caption style="text-align: left; padding: 4px 10px; font-weight: bold;">${
        escapeHtml(caption)
      }</caption>`,
    `<thead><tr>${head.join("")}</tr></thead>`,
    `<tbody>${body.join("\n")}</tbody>`,
    `</table>`,
  ].filter(Boolean).join("\n");
}

function textTable(
  columns: readonly Column[],
  numRows: number,
  caption: string | undefined,
): string {
  const shown = columns.map(({ name, align, cells }) => {
    const lines = [name, ...cells].map((cell) =>
      cutColumns(visibleControls(cell), MAX_COLUMNS)
    );
    return {
      lines,
      align,
      width: Math.max(...lines.map((line) => stringWidth(line))),
    };
  });
  const line = (i: number): string =>
    shown.map(({ lines, align, width }) => padColumns(lines[i]!, width, align))
      .join("  ").trimEnd();
  return [
    ...(caption === undefined ? [] : [visibleControls(caption)]),
    line(0),
    shown.map(({ width }) => "-".repeat(width)).join("  "),
    ...Array.from({ length: numRows }, (_, i) => line(i + 1)),
  ].join("\n");
}

function formatColumn(name: string, values: readonly unknown[]): Column {
  const numbers = values.filter(isNumeric);
  const present = values.filter((value) => value != null);
  const align = present.length > 0 &&
      present.every((value) => isNumeric(value) || isNumericText(value))
    ? "right"
    : "left";
  const decimals = decimalsFor(numbers);
  const isLarge = numbers.some((value) => Math.abs(Number(value)) >= GROUPED);
  const cells = values.map((value) =>
    isLarge && isNumeric(value)
      ? value.toLocaleString("en-US", {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      })
      : formatCell(value, decimals)
  );
  return { name, align, cells };
}

/** Such as "0.731", "−0.12" or "98.6 %". */
function isNumericText(value: unknown): boolean {
  return typeof value === "string" &&
    /^[+−-]?\d[\d,]*(\.\d+)?( ?%)?$/.test(value);
}

/** Decimals that show three or more significant digits of every value. */
function decimalsFor(values: readonly (number | bigint)[]): 0 | 1 | 2 | 4 {
  const finite = values.map(Number).filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return 0;
  const largest = Math.max(...finite.map(Math.abs));
  return largest < 10 ? 4 : largest < 1000 ? 2 : 1;
}

function formatCell(value: unknown, decimals: number): string {
  if (value === undefined) return "";
  if (typeof value === "number") {
    // Too few of the column's decimals would be left of a rate such as 2e-5.
    const tiny = value !== 0 && Math.abs(value) < 10 ** (1 - decimals);
    if (tiny) return String(Number(value.toPrecision(3)));
    return Number.isFinite(value) ? value.toFixed(decimals) : String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(
      value,
      (_, part) => typeof part === "bigint" ? String(part) : part,
    );
  }
  return String(value);
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/**
 * Fills `text` with spaces up to `columns`.
 *
 * @param text One line.
 * @param columns How many columns to fill.
 * @param align Left or right.
 * @returns The filled line; `text` itself if it is wider.
 */
export function padColumns(
  text: string,
  columns: number,
  align: "left" | "right" = "left",
): string {
  const space = " ".repeat(Math.max(0, columns - stringWidth(text)));
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
  if (stringWidth(text) <= columns) return text;
  let kept = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (stringWidth(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
