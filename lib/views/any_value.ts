/**
 * Any value as a table or as plain text: numbers, lists, records, maps, tensors,
 * data frames.
 *
 * Tensors and data frames are known by their members, so that this file imports
 * neither library.
 *
 * @module
 */

import { inspect } from "node:util";
import { table, type TableView } from "./table.ts";

/** A data frame of nodejs-polars, as far as it is shown. */
export type DataFrame = {
  readonly shape: { height: number; width: number };
  head(length: number): { toRecords(): Record<string, unknown>[] };
};

/** A TensorFlow.js tensor, as far as it is shown. */
type Tensor = {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed: boolean;
  data(): Promise<ArrayLike<unknown>>;
};

/** What to write around a value, and how much of it. */
export type ValueOptions = {
  /** A line above a table. */
  caption?: string;
  /** How many rows to show; 10 by default, and all of a list of records. */
  rows?: number;
};

const DEFAULT_ROWS = 10;
/** Columns of a matrix; more would leave the page. */
const MAX_COLUMNS = 8;

/**
 * Describes a value that is neither text nor a view.
 *
 * @example A list of numbers
 * ```ts
 * import { describeValue } from "bertbook/views/any_value.ts";
 * import assert from "node:assert/strict";
 *
 * const { text } = await describeValue([3, 5]) as { text: string };
 * assert.equal(text, "2 values\nindex  value\n-----  -----\n    0      3\n    1      5");
 * ```
 *
 * @param value Any value; tables are written for lists, records, maps, sets, tensors
 *   and data frames.
 * @param options Caption and number of rows.
 * @returns A table, or one line of plain text.
 */
export async function describeValue(
  value: unknown,
  options: ValueOptions = {},
): Promise<TableView | string> {
  if (typeof value !== "object" || value === null) return String(value);
  if (isTensor(value)) return await tensorTable(value, options);
  if (isDataFrame(value)) return frameTable(value, options);
  if (value instanceof Map) {
    const rows = [...value].map(([key, item]) => ({ key, value: item }));
    return firstRows(rows, { one: "entry", many: "entries" }, options);
  }
  if (value instanceof Set) return listTable([...value], options);
  if (isArrayLike(value)) return listTable(value.toArray(), options);
  if (Array.isArray(value)) return listTable(value, options);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return listTable(
      Array.from(value as unknown as ArrayLike<unknown>),
      options,
    );
  }
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return value.toISOString();
  const fields = Object.entries(value);
  if (fields.length === 0) return inspect(value);
  return table(
    fields.map(([name, field]) => ({ name, value: brief(field) })),
    options,
  );
}

/** Records become rows; lists become rows with numbered columns. */
function listTable(
  list: readonly unknown[],
  options: ValueOptions,
): TableView {
  if (list.every(isRecord)) {
    return options.rows === undefined || options.rows >= list.length
      ? table(list.map(briefRow), options)
      : firstRows(list, { one: "row", many: "rows" }, options);
  }
  const rows = list.map((value, index) =>
    Array.isArray(value)
      ? { index, ...numberedColumns(value) }
      : { index, value }
  );
  return firstRows(rows, { one: "value", many: "values" }, options);
}

/** The first rows below a caption with the number of all. */
function firstRows(
  rows: readonly Record<string, unknown>[],
  noun: { one: string; many: string },
  options: ValueOptions,
): TableView {
  const shown = rows.slice(0, options.rows ?? DEFAULT_ROWS);
  const plural = rows.length === 1 ? noun.one : noun.many;
  const size = `${rows.length} ${plural}` + cut(shown.length, rows.length);
  return table(shown.map(briefRow), { caption: captionOf(size, options) });
}

function frameTable(frame: DataFrame, options: ValueOptions): TableView {
  const { height, width } = frame.shape;
  const shown = Math.min(height, options.rows ?? DEFAULT_ROWS);
  const size = `${height} rows × ${width} columns` + cut(shown, height);
  return table(frame.head(shown).toRecords(), {
    caption: captionOf(size, options),
  });
}

function cut(shown: number, all: number): string {
  return shown < all ? `, the first ${shown}` : "";
}

function captionOf(size: string, { caption }: ValueOptions): string {
  return caption === undefined ? size : `${caption} (${size})`;
}

/** The first values of a tensor, one row for each vector along its last axis. */
async function tensorTable(
  tensor: Tensor,
  options: ValueOptions,
): Promise<TableView | string> {
  const title = tensorTitle(tensor);
  if (tensor.isDisposed) return title;
  const values = await tensor.data();
  if (tensor.shape.length === 0) return `${title}: ${values[0]}`;
  if (values.length === 0) return `${title}: no values`;
  const leading = tensor.shape.slice(0, -1);
  const numColumns = tensor.shape.at(-1)!;
  const numRows = values.length / numColumns;
  const shownRows = Math.min(numRows, options.rows ?? DEFAULT_ROWS);
  const rows = Array.from({ length: shownRows }, (_, row) => {
    const start = row * numColumns;
    const vector = Array.from(
      { length: Math.min(numColumns, MAX_COLUMNS + 1) },
      (_, column) => values[start + column],
    );
    return leading.length === 0
      ? numberedColumns(vector)
      : { row: `[${placeOf(row, leading)}]`, ...numberedColumns(vector) };
  });
  const isCut = shownRows < numRows || numColumns > MAX_COLUMNS;
  const size = isCut ? `${title}, the first values` : title;
  return table(rows, { caption: captionOf(size, options) });
}

/** The place of vector number `row` along the leading axes. */
function placeOf(row: number, sizes: readonly number[]): string {
  const place: number[] = [];
  for (const size of sizes.toReversed()) {
    place.unshift(row % size);
    row = Math.floor(row / size);
  }
  return place.join(", ");
}

/** A list as a row: brackets, as JavaScript would put keys of digits first. */
function numberedColumns(list: readonly unknown[]): Record<string, unknown> {
  const columns = list.slice(0, MAX_COLUMNS).map((value, column) =>
    [`[${column}]`, brief(value)] as const
  );
  return {
    ...Object.fromEntries(columns),
    ...(list.length > MAX_COLUMNS ? { "…": "…" } : {}),
  };
}

/** Short plain values as they are, everything else in one line. */
function brief(value: unknown): unknown {
  if (typeof value === "function") return inspect(value);
  if (isPrimitive(value) || value instanceof Date) return value;
  const object = value as object;
  if (isTensor(object)) return tensorTitle(object);
  const parts = Array.isArray(value) || isRecord(value)
    ? Object.values(value)
    : undefined;
  if (parts !== undefined && parts.length <= 20 && parts.every(isPrimitive)) {
    return value; // which the table writes as JSON
  }
  return inspect(value, {
    breakLength: Infinity,
    compact: true,
    depth: 2,
    maxArrayLength: 20,
  });
}

function isPrimitive(value: unknown): boolean {
  return value === null ||
    (typeof value !== "object" && typeof value !== "function");
}

function briefRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, brief(value)]),
  );
}

function tensorTitle({ dtype, shape, isDisposed }: Tensor): string {
  return `${dtype} tensor [${shape.join(", ")}]${
    isDisposed ? ", disposed" : ""
  }`;
}

function isTensor(value: object): value is Tensor {
  return "dtype" in value && "isDisposed" in value && "shape" in value &&
    Array.isArray(value.shape);
}

function isDataFrame(value: object): value is DataFrame {
  // Polars answers by a proxy that does not list its members.
  const { head, shape } = value as Partial<DataFrame>;
  return typeof head === "function" && typeof shape?.height === "number";
}

/** A column of a data frame, for example. */
function isArrayLike(value: object): value is { toArray(): unknown[] } {
  return typeof (value as { toArray?: unknown }).toArray === "function";
}

/** A plain object, which makes a row of a table. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
