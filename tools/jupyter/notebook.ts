/**
 * Notebooks in memory: the types of nbformat 4.5, every text one string, and how
 * Jupyter lays out text in the file.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- the format's own names

/** Data by MIME type: text as one string, JSON types as values. */
export type MimeBundle = Record<string, unknown>;

/** Text that a cell printed. */
export type StreamOutput = {
  output_type: "stream";
  name: string;
  text: string;
};

/** Something that a cell displayed. */
export type DisplayOutput = {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
};

/** The value of a cell's last expression. */
export type ResultOutput = {
  output_type: "execute_result";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  execution_count: number | null;
};

/** The error that ended a cell. */
export type ErrorOutput = {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
};

/** Any output of a code cell. */
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** What is noted about a cell; tags tell the runner what to do with it. */
export type CellMetadata = Record<string, unknown> & { tags?: string[] };

/** A cell that is run. */
export type CodeCell = {
  cell_type: "code";
  id: string;
  metadata: CellMetadata;
  source: string;
  execution_count: number | null;
  outputs: Output[];
};

/** A cell that is read. */
export type TextCell = {
  cell_type: "markdown" | "raw";
  id: string;
  metadata: CellMetadata;
  source: string;
  attachments?: Record<string, MimeBundle>;
};

/** Any cell. */
export type Cell = CodeCell | TextCell;

/** A notebook in memory. */
export type Notebook = {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: number;
};

/**
 * The kernel that the notebooks of this project name.
 *
 * `deno task kernel` installs it. The stock one, `deno`, is killed by the Stop button,
 * so no client should choose it by name.
 */
export const NOTEBOOK_KERNEL = {
  name: "bertbook",
  display_name: "Deno (Bertbook)",
  language: "typescript",
} as const;

/** Objects and arrays, or lists and quotes, within one another: more is hostile. */
export const MAX_NESTING = 100;

/**
 * Whether a value is nested too deep for functions that call themselves.
 *
 * @param value A JSON value.
 */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING) return true;
    level = level.flatMap((each) => Object.values(Object(each)))
      .filter((each) => typeof each === "object" && each !== null);
  }
  return false;
}

/**
 * The code cells of a notebook.
 *
 * @param notebook The notebook.
 * @returns Its code cells in order; a cell's number is its place here, from 1.
 */
export function codeCells(notebook: Notebook): CodeCell[] {
  return notebook.cells.filter((cell) => cell.cell_type === "code");
}

/**
 * The cell that frees what a page holds, as a code cell.
 *
 * In the file it is a raw cell with the tag `cleanup`, so that Jupyter's clients pass it
 * over and the reader can go on with the model; only this project's runner executes it.
 *
 * @param notebook The notebook.
 * @returns A code cell that is not in the notebook; undefined if it has no such cell.
 */
export function cleanupCell(notebook: Notebook): CodeCell | undefined {
  const cell = notebook.cells.find((cell) =>
    cell.cell_type === "raw" && hasTag(cell, "cleanup")
  );
  if (cell === undefined) return undefined;
  const { id, metadata, source } = cell;
  return {
    cell_type: "code",
    id,
    metadata,
    source,
    execution_count: null,
    outputs: [],
  };
}

/**
 * Whether a cell has a tag.
 *
 * @param cell The cell.
 * @param tag The tag.
 */
export function hasTag(cell: Cell, tag: string): boolean {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/**
 * Whether data of this MIME type is a JSON value, not a text.
 *
 * @param type The MIME type.
 */
export function isJsonType(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

/**
 * Whether Jupyter writes data of this MIME type line by line.
 *
 * @param type The MIME type.
 */
export function isLineType(type: string): boolean {
  return type.startsWith("text/") || type === "image/svg+xml" ||
    type === "application/javascript";
}

/**
 * Lines with their ends, where Python's `str.splitlines` sees them.
 *
 * @param text Any text.
 * @returns Its lines; joined they are the text again.
 */
export function splitLines(text: string): string[] {
  // deno-lint-ignore no-control-regex -- Python splits at these too
  return text.match(/.*?(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|.+$/gs) ??
    [];
}

/**
 * JSON as Python's `json.dumps(…, indent=1, sort_keys=True)` lays it out.
 *
 * @example Keys are sorted as text
 * ```ts
 * import { formatJson } from "./notebook.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatJson({ 9: [], 10: 1 }), '{\n "10": 1,\n "9": []\n}');
 * ```
 *
 * @param value Any JSON value.
 * @param margin Text before each line but the first.
 * @returns The text, without a final newline.
 */
export function formatJson(value: unknown, margin = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = margin + " ";
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => formatJson(item, inner))
    : Object.entries(value).filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, item]) =>
        `${JSON.stringify(key)}: ${formatJson(item, inner)}`
      );
  if (items.length === 0) return open + close!;
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
}
