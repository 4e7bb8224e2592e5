/**
 * The code cells of a notebook as one module, so that what checks modules can check
 * notebooks.
 *
 * Imports may stand anywhere at the top level of a module, and count before all else;
 * so does `await`. The cells therefore follow one another as they are.
 *
 * @module
 */

/**
 * Stands between two cells: it ends the last statement of the one whatever the next
 * begins with, and no brace can stay open across it.
 */
const BOUNDARY = "export {};";

/** A place in a notebook, both counted from 1, the cells among code cells. */
export type CellPlace = { cell: number; line: number };

/** A notebook's code as a module. */
export type GatheredCells = {
  code: string;
  /** The place of each line of `code`. */
  places: CellPlace[];
};

/**
 * Gathers the code cells of a notebook.
 *
 * @example Two cells
 * ```ts
 * import { gatherCells } from "./gather_cells.ts";
 * import assert from "node:assert/strict";
 *
 * const { code, places } = gatherCells(["const a = 1", "a\na"]);
 * assert.equal(code.split("\n")[3], "a");
 * assert.deepEqual(places[3], { cell: 2, line: 2 });
 * ```
 *
 * @param sources The source of each code cell.
 * @returns The module, and where each of its lines comes from.
 */
export function gatherCells(sources: readonly string[]): GatheredCells {
  const lines: string[] = [];
  const places: CellPlace[] = [];
  for (const [i, source] of sources.entries()) {
    const cellLines = [...source.split(/\r\n|\r|\n/), BOUNDARY];
    for (const [j, line] of cellLines.entries()) {
      lines.push(line);
      // What goes wrong at the boundary began in the cell's last line.
      places.push({ cell: i + 1, line: Math.min(j + 1, cellLines.length - 1) });
    }
  }
  return { code: lines.join("\n") + "\n", places };
}
