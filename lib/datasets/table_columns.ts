/** Columns of a table: which holds the text, which the label, and what a cell says. @module */

import { didYouMean } from "../options.ts";
import { quoted } from "../printable.ts";
import { isBlank, malformed } from "./read_table.ts";
import type { TableRecord, TableRecords } from "./table_rows.ts";

/** Which columns of a table to use; what is not given is guessed, if it is clear. */
export type TableColumns = {
  readonly text?: string;
  /** The column of the second text, of pairs. */
  readonly pair?: string;
  /** The column of the label, or a column of yes and no for each of several labels. */
  readonly label?: string | readonly string[];
  /** What separates several labels in one cell, such as `"|"`. */
  readonly separator?: string;
};

/** The columns that are used. */
export type ChosenColumns = {
  readonly text: string;
  readonly pair: string | undefined;
  readonly labels: readonly string[];
  /** Those that were guessed. */
  readonly guessed: readonly string[];
};

/** Names are compared in lower case, without spaces, `_` and `-`. */
const TEXT_NAMES =
  "text sentence review content question comment tweet message body document utterance query";
const LABEL_NAMES =
  "label labels class category sentiment target intent emotion topic tags rating score";
const INDEX_NAMES = "id idx index column1 unnamed:0";
const PAIR_NAMES = [
  "premise hypothesis",
  "sentence1 sentence2",
  "sentencea sentenceb",
  "question1 question2",
  "text1 text2",
  "texta textb",
];

/**
 * Chooses the columns of texts and labels: those that are named, else those with known
 * names (`review`; `premise` and `hypothesis`), else the only ones that remain.
 *
 * @param table The table.
 * @param named The columns that the user named.
 * @param needsLabel Whether there must be a label; a table to predict has none.
 * @returns The columns, and which of them were guessed.
 * @throws {RangeError} If a named column is not there, or the choice is not clear.
 */
export function chooseColumns(
  table: TableRecords,
  named: TableColumns = {},
  needsLabel = true,
): ChosenColumns {
  const given = [named.text, named.pair, named.label].flat()
    .filter((name) => name !== undefined);
  for (const name of given) checkColumn(table, name);
  if (new Set(given).size < given.length || named.label?.length === 0) {
    throw new RangeError(
      `Cannot load "${table.name}": text, pair and label must be different ` +
        `columns; found ${given.map(quoted).join(", ")}`,
    );
  }
  const free = table.columns.filter((column) =>
    !given.includes(column) && known([column], INDEX_NAMES).length === 0
  );
  const texts = known(free, TEXT_NAMES), tags = known(free, LABEL_NAMES);
  const pairs = PAIR_NAMES.map((names) => known(free, names))
    .filter(({ length }) => length === 2);
  let { text, pair, label } = named;
  if (text === undefined && pair === undefined && pairs.length === 1) {
    [text, pair] = texts.length > 0 ? [] : pairs[0]!;
  } else if (texts.length === 1 && pairs.length === 0) text ??= texts[0];
  if (tags.length === 1) label ??= tags[0];
  const rest = free.filter((column) =>
    ![text, pair, label].flat().includes(column)
  );
  const isLabelOpen = needsLabel && label === undefined;
  if (rest.length === Number(text === undefined) + Number(isLabelOpen)) {
    const last = rest.length === 2
      ? repeatedOf(table, rest) ?? numbersOf(table, rest)
      : rest[0];
    if (isLabelOpen && !isValueOf(table, last)) label = last;
    text ??= rest.find((column) => column !== last || !isLabelOpen);
  }
  if (text === undefined) throw unclear(table, "text", "text or review");
  if (needsLabel && label === undefined) {
    throw unclear(table, "label", "label or category");
  }
  const labels = [label ?? []].flat();
  const guessed = [text, pair, ...labels]
    .filter((column) => column !== undefined && !given.includes(column));
  return { text, pair, labels, guessed: guessed as string[] };
}

/**
 * Checks that a table has a column.
 *
 * @param table The table.
 * @param name The column.
 * @throws {RangeError} If it has not.
 */
export function checkColumn(table: TableRecords, name: string): void {
  if (table.columns.includes(name)) return;
  throw new RangeError(
    `Cannot load "${table.name}": ${
      quoted(name)
    } must be one of its columns; ` +
      `found ${columnsOf(table)}${didYouMean(name, table.columns)}`,
  );
}

/**
 * A cell.
 *
 * @param record Its row.
 * @param column Its column.
 * @returns What it says; null if nothing, such as NaN or a blank text.
 */
export function cellOf(record: TableRecord, column: string): unknown {
  const cell = record.values[column];
  if (typeof cell === "bigint") return Number(cell);
  const isNothing = cell === undefined || Number.isNaN(cell) ||
    typeof cell === "string" && isBlank(cell);
  return isNothing ? null : cell;
}

/**
 * The text in a cell.
 *
 * @param table The table.
 * @param record The row.
 * @param column The column.
 * @returns The text as it is; null if the cell has none.
 * @throws {SyntaxError} If it is a list or an object.
 */
export function textOf(
  table: TableRecords,
  record: TableRecord,
  column: string,
): string | null {
  const cell = cellOf(record, column);
  if (cell === null) return null;
  if (typeof cell !== "object") return String(cell);
  throw badCell(table, record, column, { must: "a text" });
}

/**
 * The error for a cell.
 *
 * @param table The table.
 * @param record The row.
 * @param column The column.
 * @param rule What it must have there, and the way out.
 */
export function badCell(
  { name, unit }: TableRecords,
  record: TableRecord,
  column: string,
  { must, hint = "" }: { must: string; hint?: string },
): SyntaxError {
  const rule = `${unit} ${record.row} must have ${must} in column`;
  const found = show(cellOf(record, column)) + hint;
  return malformed(name, `${rule} ${quoted(column)}`, found);
}

/** A cell in a message; a list may hold what JSON cannot. */
function show(cell: unknown): string {
  return typeof cell === "object" ? "a list or an object" : quoted(cell);
}

/** The columns that have one of these names, in the order of the names. */
function known(columns: readonly string[], names: string): string[] {
  const plain = (name: string): string =>
    name.toLowerCase().replace(/[\s_-]/g, "");
  return names.split(" ").flatMap((name) =>
    columns.filter((column) => plain(column) === name)
  );
}

/** The only column in which values recur, as labels do. */
function repeatedOf(
  { records }: TableRecords,
  columns: readonly string[],
): string | undefined {
  const repeated = columns.filter((column) =>
    2 * new Set(records.map(({ values }) => values[column])).size <=
      records.length
  );
  return repeated.length === 1 ? repeated[0] : undefined;
}

/** The only column of numbers, unless its name is one too: the header is an example. */
function numbersOf(
  { records }: TableRecords,
  columns: readonly string[],
): string | undefined {
  const numbers = columns.filter((column) =>
    records.every((record) => {
      const cell = cellOf(record, column);
      return cell === null || isNumber(String(cell).trim());
    })
  );
  const [only] = numbers;
  return numbers.length === 1 && !isNumber(only!) ? only : undefined;
}

/** Whether a word is a finite number. */
export function isNumber(word: string): boolean {
  return word !== "" && Number.isFinite(Number(word));
}

/** Whether a column is called like one of its values: the header is an example. */
function isValueOf({ records }: TableRecords, column = ""): boolean {
  return records.some(({ values }) => String(values[column]) === column);
}

/** The beginning of a long text. */
function shortened(text: string): string {
  return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}

/** The error for a table whose columns say too little. */
function unclear(table: TableRecords, what: string, such: string): RangeError {
  const hint = table.unit === "line"
    ? ", or all columns with { header: … } if the first line is an example"
    : "";
  return new RangeError(
    `Cannot choose the ${what} column of "${table.name}": exactly one must have ` +
      `a known name, such as ${such}; found ${
        columnsOf(table)
      }; name it with ` +
      `{ ${what}: … }${hint}`,
  );
}

/** The columns, with two different values of each. */
function columnsOf({ columns, records }: TableRecords): string {
  const shown = columns.slice(0, 20).map((column) => {
    const cells = records.slice(0, 100).map((record) => cellOf(record, column));
    const samples = new Set(cells.filter((cell) => cell !== null));
    const short = [...samples].slice(0, 2).map((cell) =>
      show(typeof cell === "string" ? shortened(cell) : cell)
    );
    return `${quoted(column)} (${short.join(", ") || "empty"})`;
  });
  const more = columns.length > 20 ? ` and ${columns.length - 20} more` : "";
  return (shown.join(", ") || "no columns") + more;
}
