/** Rows of a table file: CSV, TSV, JSON, JSON Lines or Parquet → records. @module */

import { quoted, visibleControls } from "../printable.ts";
import type { Oddity } from "./dataset.ts";
import {
  type CharacterEncoding,
  csvRows,
  decodeText,
  isBlank,
  linesOf,
  malformed,
  MAX_ROWS,
  tooManyRows,
} from "./read_table.ts";

/** One row, as an object. */
export type TableRecord = {
  /** Its number in the file, from 1: of text files the line. */
  readonly row: number;
  /** A cell for each column: CSV has strings, other formats any JSON value. */
  readonly values: Readonly<Record<string, unknown>>;
};

/** The rows of a table. */
export type TableRecords = {
  /** The file's name, for titles and errors. */
  readonly name: string;
  /** What the numbers of the rows count. */
  readonly unit: "line" | "row" | "file";
  /** The names of the columns, in order. */
  readonly columns: readonly string[];
  readonly records: readonly TableRecord[];
  /** Odd rows of the file, such as blank lines. */
  readonly oddities: readonly Omit<Oddity, "part">[];
};

/** How to read a table file. */
export type TableRowsOptions = {
  /** Default `"utf-8"`; UTF-16 is known by its byte order mark. */
  readonly encoding?: CharacterEncoding | undefined;
  /** Whether quotes enclose cells of CSV and TSV (default), or are text. */
  readonly quotes?: boolean | undefined;
  /** The names of the columns of CSV or TSV, if the first line has none. */
  readonly header?: readonly string[] | undefined;
};

const BLANK_LINE = "the line is blank";
const FORMATS = /\.(csv|tsv|tab|jsonl|ndjson|json|parquet)(\.gz)?$/i;

/**
 * Reads a table file; its name says what it is.
 *
 * @param bytes The content, not compressed.
 * @param file The name.
 * @param options Encoding, quotes, header.
 * @returns Its rows.
 * @throws {RangeError} If the name says nothing.
 * @throws {SyntaxError} If the file is malformed; with its line.
 */
export async function parseTableRows(
  bytes: Uint8Array,
  file: string,
  options: TableRowsOptions = {},
): Promise<TableRecords> {
  const format = FORMATS.exec(file)?.[1]?.toLowerCase();
  if (format === undefined) {
    throw new RangeError(
      `Cannot read "${file}": its name must end in .csv, .tsv, .jsonl, .ndjson, ` +
        `.json or .parquet, and perhaps .gz; found another ending; rename or convert it`,
    );
  }
  if (format === "parquet") return await parquetRecords(bytes, file);
  const decoded = decodeText(bytes, file, options.encoding);
  // Old Macintosh files end their lines with CR alone.
  const hasLines = decoded.includes("\n");
  const text = hasLines ? decoded : decoded.replaceAll("\r", "\n");
  const rule = "it must have rows";
  if (isBlank(text)) throw malformed(file, rule, "an empty file");
  if (format.startsWith("json") || format === "ndjson") {
    return jsonRecords(text, file);
  }
  return delimitedRecords(text, file, format !== "csv", options);
}

/**
 * Makes a table of objects.
 *
 * @param rows The objects: column → cell.
 * @param name How errors call the table.
 * @param numbers Their numbers in the file, and what these count; default rows from 1.
 * @returns The table; its columns are all that occur.
 * @throws {SyntaxError} If one is not an object.
 */
export function recordsOf(
  rows: readonly unknown[],
  name: string,
  { unit = "row", numbers }: {
    unit?: TableRecords["unit"];
    numbers?: readonly number[];
  } = {},
): TableRecords {
  const columns = new Set<string>();
  const records = rows.map((values, index): TableRecord => {
    const row = numbers?.[index] ?? index + 1;
    const isObject = typeof values === "object" && !Array.isArray(values);
    if (!isObject || values === null) {
      throw malformed(name, `${unit} ${row} must be an object`, quoted(values));
    }
    for (const column of Object.keys(values)) columns.add(column);
    return { row, values: values as TableRecord["values"] };
  });
  return { name, unit, columns: [...columns], records, oddities: [] };
}

/** An oddity, if there are such rows. */
export function oddRows(
  what: string,
  action: Oddity["action"],
  rows: readonly number[],
): TableRecords["oddities"] {
  return rows.length === 0 ? [] : [{ what, action, rows }];
}

/** An array of objects, or an object in each line, whatever the file's name says. */
function jsonRecords(text: string, file: string): TableRecords {
  const parse = (json: string, rule: string): unknown => {
    try {
      return JSON.parse(json);
    } catch (error) {
      const message = visibleControls((error as Error).message);
      throw malformed(file, rule, `other text (${message})`, error);
    }
  };
  if (text.trimStart().startsWith("[")) {
    const rows = parse(text, "it must be a JSON array of objects") as unknown[];
    if (rows.length > MAX_ROWS) throw tooManyRows(file);
    return recordsOf(rows, file);
  }
  const lines = linesOf(text, file);
  const all = [...lines.keys()];
  const filled = all.filter((index) => !isBlank(lines[index]!));
  const blank = all.filter((index) => isBlank(lines[index]!));
  const rows = filled.map((index) =>
    parse(lines[index]!, `line ${index + 1} must be a JSON object`)
  );
  const numbers = filled.map((index) => index + 1);
  const oddities = oddRows(BLANK_LINE, "left out", blank.map((i) => i + 1));
  return { ...recordsOf(rows, file, { unit: "line", numbers }), oddities };
}

/** Rows of CSV, or of lines whose cells are separated by tabs or semicolons. */
function delimitedRecords(
  text: string,
  file: string,
  isTsv: boolean,
  { quotes = true, header }: TableRowsOptions,
): TableRecords {
  const delimiter = isTsv ? "\t" : delimiterOf(text);
  const quoteHint =
    '; write "" in a quoted cell, or pass { quotes: false } if quotes are text';
  const rows = quotes
    ? csvRows(text, file, { delimiter, quoteHint })
    : linesOf(text, file).map((line, index) => {
      return { line: index + 1, cells: line.split(delimiter) };
    });
  let columns = header && columnNames(header, file), last = 0;
  const records: TableRecord[] = [], blank: number[] = [], tall: number[] = [];
  for (const { line, cells } of rows) {
    const isTall = line > last + 1;
    last = line;
    if (columns?.length !== 1 && cells.length === 1 && isBlank(cells[0]!)) {
      blank.push(line);
    } else if (columns === undefined) {
      columns = columnNames(cells, file);
    } else if (cells.length !== columns.length) {
      const rule = `line ${line} must have ${columns.length} columns`;
      throw malformed(file, `${rule}, as the header`, `${cells.length}`);
    } else {
      if (isTall) tall.push(line);
      const values = columns.map((column, index) => [column, cells[index]]);
      records.push({ row: line, values: Object.fromEntries(values) });
    }
  }
  const oddities = [
    ...oddRows(BLANK_LINE, "left out", blank),
    // A stray quote in a TSV file may join lines; CSV often has such cells.
    ...oddRows("a quoted cell has several lines", "kept", isTsv ? tall : []),
  ];
  const table = { name: file, unit: "line", columns: columns ?? [] } as const;
  return { ...table, records, oddities };
}

/** What separates the names in the first line. */
function delimiterOf(text: string): string {
  const header = /^.*$/m.exec(text.trimStart())![0].replace(/"[^"]*"/g, "");
  const count = (mark: string): number => header.split(mark).length;
  return [",", ";", "\t"].reduce((best, mark) =>
    count(mark) > count(best) ? mark : best
  );
}

/** The names of a header; a column without a name gets its number. */
function columnNames(cells: readonly string[], file: string): string[] {
  const names = cells.map((cell, i) => cell.trim() || `column ${i + 1}`);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return names;
  const rule = "its columns must have different names";
  throw malformed(file, rule, `${quoted(twice)} twice; rename one`);
}

/** Rows of Parquet; the class numbers of a file from the Hugging Face Hub get names. */
async function parquetRecords(
  bytes: Uint8Array,
  file: string,
): Promise<TableRecords> {
  const { parquetMetadata, parquetReadObjects } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  const { buffer } = new Uint8Array(bytes); // a Buffer may be a part of one
  let names: Record<string, { names?: string[] }>, rows;
  try {
    const metadata = parquetMetadata(buffer);
    const info = metadata.key_value_metadata
      ?.find(({ key }) => key === "huggingface");
    names = JSON.parse(info?.value ?? "{}").info?.features ?? {};
    rows = metadata.num_rows > MAX_ROWS
      ? undefined
      : await parquetReadObjects({ file: buffer, metadata, compressors });
  } catch (error) {
    const { message } = error as Error;
    throw malformed(file, "it must be a Parquet file", message, error);
  }
  if (rows === undefined) throw tooManyRows(file);
  for (const [column, { names: words }] of Object.entries(names)) {
    if (words === undefined) continue;
    // The Hub's number of a hidden label is -1.
    for (const row of rows) row[column] = words[Number(row[column])] ?? null;
  }
  return recordsOf(rows, file);
}
