/** `deno task workshop`: copies of the notebooks for learners, with the exercises open. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { basename, join, relative, resolve } from "node:path";
import { type Cell, hasTag, type Notebook } from "./jupyter/notebook.ts";
import { readNotebook, writeNotebook } from "./jupyter/notebook_file.ts";
import { UsageError } from "./shell/option_values.ts";
import {
  notebookNames,
  NOTEBOOKS,
  pathFromHere,
  PROJECT,
} from "./shell/project.ts";

/**
 * Writes copies of all notebooks without solutions and clean-up cells.
 *
 * @param folder Where to; inside the project, whose import map the copies need.
 * @param options `clean`: whether outputs are omitted, too.
 * @returns The exit code.
 * @throws {UsageError} If the folder is not inside the project.
 */
export async function workshop(
  folder: string,
  { clean }: { clean?: boolean },
): Promise<number> {
  const place = resolve(folder);
  const inside = relative(PROJECT, place);
  if (inside.startsWith("..") || resolve(inside) === inside || !inside) {
    throw new UsageError(
      `Cannot write copies for learners: their folder must be inside the project, ` +
        `as they use its import map; found "${folder}"; leave it out to write ` +
        `them into out/workshop`,
    );
  }
  if (place === NOTEBOOKS) {
    throw new UsageError(
      `Cannot write copies for learners: they must not replace the notebooks ` +
        `themselves; found "${folder}"`,
    );
  }
  await Deno.mkdir(place, { recursive: true });
  const up = relative(place, NOTEBOOKS).replaceAll("\\", "/");
  const names = await notebookNames();
  for (const name of names) {
    const original = await readNotebook(join(NOTEBOOKS, `${name}.ipynb`));
    const copy = forLearners(original, up, clean ?? false);
    await writeNotebook(join(place, `${basename(name)}.ipynb`), copy);
  }
  console.log(`${names.length} notebooks in ${pathFromHere(place)}`);
  return 0;
}

/**
 * A notebook as learners get it.
 *
 * @param notebook A page of the project.
 * @param up The way from the copy's folder to the page's.
 * @param clean Whether outputs are omitted.
 * @returns A copy.
 */
export function forLearners(
  notebook: Notebook,
  up: string,
  clean: boolean,
): Notebook {
  const cells = notebook.cells.filter((cell) => !isSolution(cell))
    .filter((cell) => !hasTag(cell, "cleanup"))
    .map((cell): Cell => {
      if (cell.cell_type !== "code") return cell;
      const source = cell.source.replaceAll(
        /(["'])\.\/(?=[a-z]+\/mod\.ts\1)/g,
        `$1${up}/`,
      );
      return clean
        ? { ...cell, source, outputs: [], execution_count: null }
        : { ...cell, source };
    });
  return { ...notebook, cells };
}

function isSolution(cell: Cell): boolean {
  return cell.cell_type === "markdown" &&
    cell.source.startsWith("<details><summary>Solution");
}
