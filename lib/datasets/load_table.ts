/**
 * Tables of one's own: files, folders, rows and data frames → a dataset.
 *
 * @module
 */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { checkChoice, checkKnownOptions } from "../options.ts";
import { quoted } from "../printable.ts";
import { readDataFile } from "./load_dataset.ts";
import { decodeText } from "./read_table.ts";
import type { TableColumns } from "./table_columns.ts";
import {
  type TableDataset,
  tableDataset,
  type TableDatasetOptions,
  type TableTask,
} from "./table_dataset.ts";
import {
  oddRows,
  parseTableRows,
  recordsOf,
  type TableRecords,
  type TableRowsOptions,
} from "./table_rows.ts";

/**
 * Rows: a file, a folder with one folder of `.txt` files for each class, objects with a
 * property for each column, or a data frame such as polars'.
 */
export type TableSource =
  | string
  | readonly object[]
  | { toRecords(): readonly object[] };

/** How to load a table. */
export type LoadTableOptions<T = TableTask | "auto"> =
  & TableRowsOptions
  & Omit<TableDatasetOptions, "task">
  & {
    /**
     * What to learn; `"auto"` guesses it from the labels. Default: one label, or several
     * if `label` is a list or `separator` is given; what seems to be another task is
     * refused.
     */
    readonly task?: T;
    /** A table, or the share of `train` (or 0) to draw; default 0.1. */
    readonly validation?: number | TableSource;
    /** A table, or a share; default 0.1, or 0 if `validation` is a table. */
    readonly test?: number | TableSource;
  };

const TASKS = ["auto", "single-label", "multi-label", "regression"] as const;
const COLUMN_NAMES = ["text", "pair", "label", "separator"];
const ROWS_OPTIONS = ["encoding", "quotes", "header"];
const PART_OPTIONS = ["task", "validation", "test", "seed", "groupBy", "title"];

/**
 * Loads a table of one's own: CSV (commas, or semicolons or tabs if its first line has
 * them), TSV, JSON Lines, a JSON array, Parquet, each also as `.gz`; a folder of texts
 * for each class; objects; a data frame.
 *
 * Nothing is dropped in silence: rows without text or label are left out and listed in
 * `oddities` with their numbers, and a malformed file is refused. Labels are sorted:
 * numbers by value, words by their characters, false before true.
 *
 * @example
 * ```ts
 * import { loadTable } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const rows = [
 *   { review: "Good.", sentiment: "positive" },
 *   { review: "Bad.", sentiment: "negative" },
 *   { review: "Great!", sentiment: "positive" },
 *   { review: "Poor!", sentiment: "negative" },
 * ];
 * const reviews = await loadTable(rows, { text: "review", label: "sentiment" });
 * assert.deepEqual(reviews.labels, ["negative", "positive"]);
 * assert.equal(
 *   reviews.description,
 *   "rows: 2 train, 1 validation and 1 test examples; " +
 *     'columns: text "review", label "sentiment"; ' +
 *     "task: single-label, as its labels are words; labels: negative, positive",
 * );
 * ```
 *
 * @param source The table.
 * @param columns Which columns to use; those that are not given are guessed if their
 * names are clear, and the description says so.
 * @param options Task, parts, seed, groups, encoding.
 * @returns The dataset; the examples of `"single-label"` have a `label`, those of the
 * other tasks `targets`.
 * @throws {RangeError} If there is no such file, columns or task are not clear, or a
 * part would be empty.
 * @throws {SyntaxError} If a file is malformed; with the line and the column.
 */
export async function loadTable<T extends TableTask | "auto">(
  source: TableSource,
  columns: TableColumns | undefined,
  options: LoadTableOptions<T> & { readonly task: T },
): Promise<TableDataset<T extends TableTask ? T : TableTask>>;
/** Loads texts that may have several labels. */
export async function loadTable(
  source: TableSource,
  columns:
    & TableColumns
    & ({ readonly label: readonly string[] } | { readonly separator: string }),
  options?: LoadTableOptions<"multi-label">,
): Promise<TableDataset<"multi-label">>;
/** Loads texts with one label each. */
export async function loadTable(
  source: TableSource,
  columns?: TableColumns & { readonly label?: string },
  options?: LoadTableOptions<"single-label">,
): Promise<TableDataset<"single-label">>;
export async function loadTable(
  source: TableSource,
  columns: TableColumns = {},
  options: LoadTableOptions = {},
): Promise<TableDataset> {
  checkKnownOptions("choose columns", columns, COLUMN_NAMES);
  const known = [...ROWS_OPTIONS, ...PART_OPTIONS];
  checkKnownOptions("load a table", options, known);
  const { task = "auto", encoding, quotes, header } = options;
  checkChoice("task", task, TASKS);
  const read = (part: TableSource): Promise<TableRecords> =>
    readTableRows(part, { encoding, quotes, header });
  const readPart = async (
    part: number | TableSource | undefined,
  ): Promise<TableRecords | number | undefined> =>
    typeof part === "number" || part === undefined ? part : await read(part);
  const tables = {
    train: await read(source),
    validation: await readPart(options.validation),
    test: await readPart(options.test),
  };
  const isFile = typeof source === "string";
  return tableDataset(tables, columns, {
    ...options,
    origin: isFile ? "folder" : "memory",
    folder: isFile ? dirname(source) : "",
  }).dataset;
}

/**
 * Reads the rows of a table, with all columns and as they are.
 *
 * @param source The table.
 * @param options Encoding, quotes, header.
 * @returns The rows with their numbers, and the names of the columns.
 * @throws {RangeError} If there is no such file, or its name says nothing.
 * @throws {SyntaxError} If it is malformed; with the line.
 */
export async function readTableRows(
  source: TableSource,
  options: TableRowsOptions = {},
): Promise<TableRecords> {
  checkKnownOptions("read a table", options, ROWS_OPTIONS);
  const { encoding = "utf-8" } = options;
  checkChoice("encoding", encoding, ["utf-8", "iso-8859-1", "windows-1252"]);
  if (typeof source === "string") {
    const found = await stat(source).catch((cause) => {
      const rule = "there must be such a file or folder";
      const message = `Cannot read "${source}": ${rule}; found ${cause.code}`;
      throw new RangeError(message, { cause });
    });
    if (found.isDirectory()) return await readFolder(source, options);
    const name = basename(source);
    const bytes = await readDataFile(source, name);
    return await parseTableRows(bytes, name, options);
  }
  // A polars frame is a proxy, in which "in" finds nothing.
  const { toRecords } = source as { toRecords?: () => readonly object[] };
  const rows = toRecords ? toRecords.call(source) : source as readonly object[];
  if (Array.isArray(rows)) return recordsOf(rows, "rows");
  throw new TypeError(
    "Cannot read a table: it must be a path, an array of objects or a data frame; " +
      `found ${quoted(source)}`,
  );
}

/** Reads a folder with one folder of `.txt` files for each class. */
async function readFolder(
  folder: string,
  { encoding }: TableRowsOptions,
): Promise<TableRecords> {
  const name = basename(resolve(folder));
  const entries = (await readdir(folder, { recursive: true }))
    .filter((path) => !/(?:^|[/\\])\./.test(path)).sort();
  const files = entries.map((path) => path.split(sep))
    .filter(({ length }) => length === 2);
  const texts: object[] = [], numbers: number[] = [], others: number[] = [];
  for (const [index, [label, file]] of files.entries()) {
    const row = index + 1, path = `${label}/${file}`;
    if (!path.endsWith(".txt")) {
      others.push(row);
      continue;
    }
    const bytes = await readDataFile(join(folder, path), path);
    texts.push({ text: decodeText(bytes, path, encoding), label });
    numbers.push(row);
  }
  if (texts.length > 0) {
    const oddities = oddRows("the file is not .txt", "left out", others);
    return { ...recordsOf(texts, name, { unit: "file", numbers }), oddities };
  }
  const found = entries.slice(0, 5).map(quoted).join(", ") || "an empty folder";
  throw new RangeError(
    `Cannot read folder "${name}": it must have a folder of .txt files for each ` +
      `class; found ${found}; or pass a file of it`,
  );
}
