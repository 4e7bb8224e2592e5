/**
 * Table files: tab-separated lines, CSV, and lines that begin with a label.
 *
 * @module
 */

import { quoted } from "../printable.ts";

/**
 * `"tsv"`: a row is a line, columns are separated by tabs, and a quote is a
 * character like any other. `"csv"`: RFC 4180, where quoted cells may hold commas,
 * quotes and line breaks. `"label-prefixed"`: lines of a label, one space and a
 * text.
 */
export type TableFormat = "tsv" | "csv" | "label-prefixed";

/** The character encoding of a file. */
export type CharacterEncoding = "utf-8" | "iso-8859-1" | "windows-1252";

/** What the file must look like. */
export type TableOptions = {
  /** The file's name, for errors. */
  readonly file: string;
  readonly format: TableFormat;
  /** Number of columns, of `"tsv"`; the other formats know theirs. */
  readonly columns?: number;
  /** UTF-8 by default, or UTF-16 with its mark; in ISO-8859-1 each byte is a character. */
  readonly encoding?: CharacterEncoding;
};

/** 400 MB of memory; CoLA has 8,551 rows, IMDB 25,000. */
export const MAX_ROWS = 1_000_000;

/** One row of a table. */
export type TableRow = {
  readonly file: string;
  /** Its last line in the file, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
};

/**
 * Reads a table.
 *
 * Lines end with LF or CRLF; the last one needs no end, and may have half of one; one
 * empty line after it is passed over, and a byte order mark is dropped. A lone CR
 * elsewhere, U+2028 and U+2029 are text: many readers break lines at them and so split a
 * sentence in two.
 *
 * @example Quotes are text in "tsv"
 * ```ts
 * import { readTable } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode('1\t"No\n0\tno"');
 * const rows = readTable(bytes, { file: "x.tsv", format: "tsv", columns: 2 });
 * assert.deepEqual(rows.map(({ cells }) => cells), [["1", '"No'], ["0", 'no"']]);
 * ```
 *
 * @example A label and a text
 * ```ts
 * import { readTable } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode("greeting Good day !\n");
 * const [row] = readTable(bytes, { file: "x.txt", format: "label-prefixed" });
 * assert.deepEqual(row!.cells, ["greeting", "Good day !"]);
 * ```
 *
 * @param bytes The file's content, not compressed.
 * @param options Name, format, columns, encoding.
 * @returns The rows in order; of CSV, the header too.
 * @throws {SyntaxError} If the file is empty, holds a NUL, is not in its encoding,
 * or a row is not of the format.
 */
export function readTable(
  bytes: Uint8Array,
  { file, format, columns, encoding = "utf-8" }: TableOptions,
): TableRow[] {
  const text = decodeText(bytes, file, encoding)
    .replace(/(\r?\n)\r?\n$/, "$1"); // without an empty last line
  if (text === "") {
    throw malformed(file, "it must have a line", "an empty file");
  }
  if (format === "csv") {
    const rows: TableRow[] = [];
    for (const row of csvRows(text, file)) {
      rows.push(row);
      checkColumns(row, rows[0]!.cells.length);
    }
    return rows;
  }
  return linesOf(text, file).map((line, index) => {
    const cells = format === "tsv"
      ? line.split("\t")
      : /^(\S+) (.*)$/s.exec(line)?.slice(1);
    const row = { file, line: index + 1, cells: cells ?? [] };
    const isText = format === "tsv" || !isBlank(cells?.[1] ?? "");
    if (cells === undefined || !isText) {
      throw malformedRow(row, "be a label, a space and a text", quote(line));
    }
    if (columns !== undefined) checkColumns(row, columns);
    return row;
  });
}

/**
 * Decodes a file. The lines of a file that was cut in the middle of its last CRLF
 * are whole.
 *
 * @param bytes The file's content, not compressed.
 * @param file Its name, for errors.
 * @param encoding What is not UTF-8, or UTF-16 with its byte order mark, is not guessed.
 * @param firstLine The number of its first line, if it is a part of a file; default 1.
 * @returns The text without byte order mark.
 * @throws {SyntaxError} If it is not in its encoding, or holds a NUL.
 */
export function decodeText(
  bytes: Uint8Array,
  file: string,
  encoding: CharacterEncoding = "utf-8",
  firstLine = 1,
): string {
  const decoded = encoding === "iso-8859-1"
    ? Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
    : encoding === "windows-1252"
    ? new TextDecoder(encoding).decode(bytes)
    : decodeUnicode(bytes, file, firstLine);
  const text = decoded.endsWith("\r") ? decoded.slice(0, -1) : decoded;
  const nul = text.indexOf("\0");
  if (nul < 0) return text;
  const line = firstLine + text.slice(0, nul).split("\n").length - 1;
  const found = `one in line ${line}; is it a UTF-16 or a binary file?`;
  throw malformed(file, "text must hold no NUL", found);
}

/**
 * Checks the number of cells of a row.
 *
 * @param row The row.
 * @param columns How many it must have.
 * @throws {SyntaxError} If it has another number.
 */
export function checkColumns(row: TableRow, columns: number): void {
  const { length } = row.cells;
  if (length === columns) return;
  throw malformedRow(row, `have ${columns} columns`, `${length}`);
}

/**
 * The number of a label.
 *
 * @param name The label as the row has it.
 * @param names The known labels.
 * @param row The row, for the error.
 * @returns Its index in `names`.
 * @throws {SyntaxError} If it is not a known label.
 */
export function parseLabel(
  name: string,
  names: readonly string[],
  row: TableRow,
): number {
  const label = names.indexOf(name);
  if (label >= 0) return label;
  const known = names.length === 2
    ? names.join(" or ")
    : `one of ${names.join(", ")}`;
  throw malformedRow(row, `have the label ${known}`, quote(name));
}

/**
 * The labels that occur, sorted, so that each has a number that does not depend on
 * the order of the rows.
 *
 * @param names The label of each row.
 * @returns Each label once; its number is its index here.
 */
export function sortedLabels(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/**
 * Whether a text has nothing to see: it is empty, or all its characters are white space,
 * controls, of no width (U+200B, U+00AD, U+2060), or of no meaning.
 *
 * @param text Any text.
 */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cf}\p{Co}\p{Cs}\uFFFD]/u.test(text);
}

/**
 * A text that is not blank.
 *
 * @param text The cell, which is returned as it is.
 * @param row The row, for the error.
 * @throws {SyntaxError} If it is blank.
 */
export function nonBlankText(text: string, row: TableRow): string {
  if (!isBlank(text)) return text;
  throw malformedRow(row, "have a text", quote(text));
}

/**
 * The error for a file that cannot be read.
 *
 * @param file The file's name.
 * @param rule What must hold.
 * @param found What was found in its place.
 * @param cause The error of a reader, if there is one.
 */
export function malformed(
  file: string,
  rule: string,
  found: string,
  cause?: unknown,
): SyntaxError {
  return new SyntaxError(`Cannot parse "${file}": ${rule}; found ${found}`, {
    cause,
  });
}

/** The error for a row. */
function malformedRow(
  { file, line }: TableRow,
  must: string,
  found: string,
): SyntaxError {
  return malformed(file, `line ${line} must ${must}`, found);
}

/** The error for a file with more than {@linkcode MAX_ROWS} rows. */
export function tooManyRows(file: string): SyntaxError {
  const rule = `it must have at most ${MAX_ROWS} rows`;
  return malformed(file, rule, "more; take a part of it, or stream it");
}

/** The beginning of a text, quoted. */
function quote(text: string): string {
  return quoted(text.slice(0, 40));
}

/**
 * Splits CSV into rows, each with as many cells as it has.
 *
 * @param text The decoded file.
 * @param file Its name, for errors.
 * @param options The delimiter; `quoteHint`: the way out if a quote is misplaced;
 * `firstLine`: the number of the first line, if the text is a part of a file.
 * @returns The rows, one after the other.
 * @throws {SyntaxError} If a quote is misplaced, or there are too many rows.
 */
export function* csvRows(
  text: string,
  file: string,
  { delimiter = ",", quoteHint = "", firstLine = 1 } = {},
): Generator<TableRow> {
  const cellEnd = new RegExp(`["\n${delimiter}]`, "g");
  let line = firstLine, count = 0, cells: string[] = [];
  for (let at = 0; at < text.length || cells.length > 0;) {
    const isQuoted = text[at] === '"';
    const end = isQuoted
      ? closingQuote(text, at)
      : endOfCell(text, at, cellEnd);
    const after = isQuoted ? end + 1 : end;
    const mark = text.startsWith("\r\n", after) ? "\r\n" : text[after] ?? "";
    const cell = text.slice(isQuoted ? at + 1 : at, end);
    const cellLine = line;
    if (isQuoted) line += cell.split("\n").length - 1;
    if (after > text.length || !["", "\n", "\r\n", delimiter].includes(mark)) {
      const found = after > text.length
        ? `one in line ${cellLine} that never closes`
        : `another one in line ${line}` +
          (line > cellLine ? ` of the cell from line ${cellLine}` : "");
      const rule = "a quote must open and close a whole CSV cell";
      throw malformed(file, rule, found + quoteHint);
    }
    cells.push(isQuoted ? cell.replaceAll('""', '"') : cell);
    at = after + mark.length;
    if (mark === delimiter) continue;
    if (++count > MAX_ROWS) throw tooManyRows(file);
    yield { file, line: line++, cells };
    cells = [];
  }
}

/** The quote that closes the one at `start`; a doubled quote is a character. */
function closingQuote(text: string, start: number): number {
  for (let end = start;; end++) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    if (text[end + 1] !== '"') return end;
  }
}

/** Where a cell without quotes ends. */
function endOfCell(text: string, start: number, mark: RegExp): number {
  mark.lastIndex = start;
  const end = mark.exec(text)?.index ?? text.length;
  const isCrLf = text[end] === "\n" && end > start && text[end - 1] === "\r";
  return isCrLf ? end - 1 : end;
}

/** Splits text into lines without their ends. */
export function linesOf(text: string, file: string): string[] {
  const lines = text.split(/\r?\n/, MAX_ROWS + 2);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > MAX_ROWS) throw tooManyRows(file);
  return lines;
}

/** Decodes UTF-8 or marked UTF-16, without the mark; never guesses a character. */
function decodeUnicode(
  bytes: Uint8Array,
  file: string,
  firstLine: number,
): string {
  const mark = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
  if (mark === 0xfffe || mark === 0xfeff) {
    const utf16 = mark === 0xfffe ? "utf-16le" : "utf-16be";
    try {
      return new TextDecoder(utf16, { fatal: true }).decode(bytes);
    } catch (error) {
      const rule = "it must be UTF-16, as its byte order mark says";
      throw malformed(file, rule, "other bytes; save it as UTF-8", error);
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const found = `other bytes in line ${
      firstBadLine(bytes, firstLine)
    }; save it as UTF-8, or pass its encoding`;
    throw malformed(file, "it must be UTF-8", found, error);
  }
}

/** The first line that does not decode. */
function firstBadLine(bytes: Uint8Array, firstLine: number): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let line = firstLine, start = 0;; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    // Bad bytes cannot hide in a line end: LF is whole in UTF-8.
    if (found < 0) return line;
    start = end + 1;
  }
}
