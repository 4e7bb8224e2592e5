/** Rows of a table file: CSV, TSV, JSON, JSON Lines or Parquet → records. @module */

import type { AsyncBuffer } from "hyparquet";
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

/** A part of a file. */
export type TablePart = {
  /** The number of its first line; default 1. */
  readonly firstLine?: number;
  /** What separates cells, if its first line has no header. */
  readonly delimiter?: string;
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
  const format = formatOf(file);
  if (format === "parquet") return await parquetRecords(bytes, file);
  return textRecords(bytes, file, options);
}

/**
 * Whether a file is a table, by its name.
 *
 * @param file The name.
 */
export function isTableFile(file: string): boolean {
  return FORMATS.test(file);
}

/**
 * The format of a table file.
 *
 * @param file Its name.
 * @returns Its ending, in lower case, without ".gz".
 * @throws {RangeError} If the name says nothing.
 */
export function formatOf(file: string): string {
  const format = FORMATS.exec(file)?.[1]?.toLowerCase();
  if (format !== undefined) return format;
  throw new RangeError(
    `Cannot read "${file}": its name must end in .csv, .tsv, .jsonl, .ndjson, ` +
      `.json or .parquet, and perhaps .gz; found another ending; rename or convert it`,
  );
}

/**
 * Reads the rows of a text file, or of a part of it that has whole rows.
 *
 * @param bytes The content, not compressed.
 * @param file The file's name.
 * @param options Encoding, quotes, header; which part it is.
 * @returns Its rows.
 * @throws {SyntaxError} If it is malformed; with the line.
 */
export function textRecords(
  bytes: Uint8Array,
  file: string,
  options: TableRowsOptions & TablePart = {},
): TableRecords {
  const { encoding, firstLine } = options;
  const format = formatOf(file);
  const decoded = decodeText(bytes, file, encoding, firstLine);
  // Old Macintosh files end their lines with CR alone.
  const hasLines = decoded.includes("\n");
  const text = hasLines ? decoded : decoded.replaceAll("\r", "\n");
  const rule = "it must have rows";
  if (isBlank(text)) throw malformed(file, rule, "an empty file");
  if (format.startsWith("json") || format === "ndjson") {
    return jsonRecords(text, file, firstLine);
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
function jsonRecords(
  text: string,
  file: string,
  firstLine = 1,
): TableRecords {
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
    parse(lines[index]!, `line ${firstLine + index} must be a JSON object`)
  );
  const numbers = filled.map((index) => firstLine + index);
  const oddities = oddRows(
    BLANK_LINE,
    "left out",
    blank.map((index) => firstLine + index),
  );
  return { ...recordsOf(rows, file, { unit: "line", numbers }), oddities };
}

/** Rows of CSV, or of lines whose cells are separated by tabs or semicolons. */
function delimitedRecords(
  text: string,
  file: string,
  isTsv: boolean,
  { quotes = true, header, firstLine = 1, ...part }:
    & TableRowsOptions
    & TablePart,
): TableRecords {
  const { delimiter = isTsv ? "\t" : delimiterOf(text) } = part;
  const quoteHint =
    '; write "" in a quoted cell, or pass { quotes: false } if quotes are text';
  const rows = quotes
    ? csvRows(text, file, { delimiter, quoteHint, firstLine })
    : linesOf(text, file).map((line, index) => {
      return { line: firstLine + index, cells: line.split(delimiter) };
    });
  let columns = header && columnNames(header, file), last = firstLine - 1;
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

/**
 * What separates the cells of CSV.
 *
 * @param text It begins with the names of the columns.
 */
export function delimiterOf(text: string): string {
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

/** Rows of Parquet. */
async function parquetRecords(
  bytes: Uint8Array,
  file: string,
): Promise<TableRecords> {
  const { buffer } = new Uint8Array(bytes); // a Buffer may be a part of one
  const rows: unknown[] = [];
  for await (const { records } of parquetBlocks(buffer, file, MAX_ROWS)) {
    for (const { values } of records) rows.push(values);
  }
  return recordsOf(rows, file);
}

/**
 * Reads Parquet one row group at a time; the class numbers of a file from the Hugging
 * Face Hub get names.
 *
 * @param content The file, of which parts are read.
 * @param file Its name.
 * @param maxRows A file with more rows is refused; default any number.
 * @yields The rows of each group.
 * @throws {SyntaxError} If it is malformed.
 */
export async function* parquetBlocks(
  content: AsyncBuffer,
  file: string,
  maxRows = Infinity,
): AsyncGenerator<TableRecords> {
  const { parquetMetadataAsync, parquetReadObjects } = await import(
    "hyparquet"
  );
  const { compressors } = await import("hyparquet-compressors");
  const parse = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const { message } = error as Error;
      throw malformed(file, "it must be a Parquet file", message, error);
    }
  };
  const { metadata, features } = await parse(async () => {
    const metadata = await parquetMetadataAsync(content);
    const info = metadata.key_value_metadata
      ?.find(({ key }) => key === "huggingface");
    const features: Record<string, { names?: string[] }> =
      JSON.parse(info?.value ?? "{}").info?.features ?? {};
    return { metadata, features };
  });
  if (metadata.num_rows > maxRows) throw tooManyRows(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parse(() =>
      parquetReadObjects({
        file: content,
        metadata,
        compressors,
        rowStart,
        rowEnd,
      })
    );
    for (const [column, { names: words }] of Object.entries(features)) {
      if (words === undefined) continue;
      // The Hub's number of a hidden label is -1.
      for (const row of rows) row[column] = words[Number(row[column])] ?? null;
    }
    const numbers = rows.map((_, index) => rowStart + index + 1);
    yield recordsOf(rows, file, { numbers });
    rowStart = rowEnd;
  }
}
