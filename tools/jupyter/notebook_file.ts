/**
 * Notebook files, format 4.5: read and written as Jupyter does it, so that a notebook
 * saved here or in JupyterLab gives the same bytes.
 *
 * In memory every text is one string; on disk it is a list of lines.
 *
 * @module
 */

import { basename } from "node:path";
import { writeSynced } from "../../lib/checkpoint/atomic_write.ts";
import { parseStrictJson } from "../../lib/checkpoint/strict_json.ts";
import {
  formatJson,
  isJsonType,
  isLineType,
  MAX_NESTING,
  splitLines,
} from "./notebook.ts";
import type { MimeBundle, Notebook } from "./notebook.ts";
import { validateNotebook } from "./validate_notebook.ts";

/**
 * Reads a notebook.
 *
 * @param file Its path.
 * @returns The notebook; as in Jupyter, cells without an id of their own get one.
 * @throws {SyntaxError} If it is no notebook of format 4; says why.
 */
export async function readNotebook(file: string): Promise<Notebook> {
  return parseNotebook(await Deno.readTextFile(file), basename(file));
}

/**
 * Parses the text of a notebook file.
 *
 * @param text The JSON text.
 * @param file The name to show in errors.
 * @returns The notebook; as in Jupyter, cells without an id of their own get one.
 * @throws {SyntaxError} If it is no notebook of format 4; says why.
 */
export function parseNotebook(text: string, file: string): Notebook {
  const refuse = (why: string): SyntaxError =>
    new SyntaxError(
      `Cannot read "${file}" as a notebook: its format must be 4.5; found ${why}`,
    );
  let disk: Notebook;
  try {
    disk = parseStrictJson(text, MAX_NESTING, Infinity) as Notebook;
  } catch (error) {
    throw new SyntaxError(
      `Cannot read "${file}" as a notebook: it must be ${
        (error as Error).message
      }`,
    );
  }
  if (disk?.nbformat === 4) giveCellIds(disk);
  const problems = validateNotebook(disk);
  if (problems.length > 0) throw refuse(problems.slice(0, 3).join("; "));
  return mapTexts(
    disk,
    (lines, type) => isJsonType(type) ? lines : [lines].flat().join(""),
  );
}

/**
 * Writes a notebook, to a file beside it first, so that no reader sees half of one.
 *
 * @param file Its path.
 * @param notebook The notebook.
 * @throws {TypeError} If the notebook is not valid; says why.
 */
export async function writeNotebook(
  file: string,
  notebook: Notebook,
): Promise<void> {
  const problems = validateNotebook(notebook);
  if (problems.length > 0) {
    throw new TypeError(
      `Cannot write "${
        basename(file)
      }" as a notebook: its format must be 4.5; found ${
        problems.slice(0, 3).join("; ")
      }`,
    );
  }
  await writeSynced(file, [new TextEncoder().encode(formatNotebook(notebook))]);
}

/**
 * The text of a notebook file as Jupyter writes it: keys sorted, indented by one
 * space, texts as lines, a final newline.
 *
 * @example The same notebook, the same text
 * ```ts
 * import { formatNotebook, parseNotebook } from "./notebook_file.ts";
 * import assert from "node:assert/strict";
 *
 * const text = formatNotebook({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
 * assert.equal(formatNotebook(parseNotebook(text, "empty.ipynb")), text);
 * ```
 *
 * @param notebook The notebook.
 * @returns The text.
 */
export function formatNotebook(notebook: Notebook): string {
  return formatJson(mapTexts(
    notebook,
    (text, type) => isLineType(type) ? splitLines(text as string) : text,
  )) + "\n";
}

/**
 * Names the cells that have no id, or that of a cell before, after their place, unlike
 * any other id.
 */
function giveCellIds(notebook: Notebook): void {
  const { cells, nbformat_minor: minor } = notebook;
  if (!Array.isArray(cells) || !(Number.isInteger(minor) && minor <= 5)) return;
  const taken = new Set(notebook.cells.map((cell) => cell?.id));
  const seen = new Set<string>();
  for (const [i, cell] of notebook.cells.entries()) {
    if (typeof cell !== "object" || !cell) continue;
    if (!cell.id || seen.has(cell.id)) {
      let id = `cell-${i + 1}`;
      while (taken.has(id)) id += "-b";
      taken.add(cell.id = id);
    }
    seen.add(cell.id);
  }
  notebook.nbformat_minor = 5;
}

/** Applies `change` to every text and datum, which may stand as a list of lines. */
function mapTexts(
  notebook: Notebook,
  change: (value: unknown, type: string) => unknown,
): Notebook {
  const copy = structuredClone(notebook);
  const changeText = (text: string): string =>
    change(text, "text/plain") as string;
  const changeBundle = (bundle: MimeBundle): void => {
    for (const [type, value] of Object.entries(bundle)) {
      bundle[type] = change(value, type);
    }
  };
  for (const cell of copy.cells) {
    cell.source = changeText(cell.source);
    if (cell.cell_type !== "code") {
      Object.values(cell.attachments ?? {}).forEach(changeBundle);
      continue;
    }
    for (const output of cell.outputs) {
      if (output.output_type === "stream") {
        output.text = changeText(output.text);
      } else if (output.output_type !== "error") changeBundle(output.data);
    }
  }
  return copy;
}
