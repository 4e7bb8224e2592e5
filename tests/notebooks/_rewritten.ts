/**
 * Which pages have their final shape.
 *
 * The list shrinks until it is empty: whoever rewrites a page takes it out, and the
 * tests of page shape, exercises and glossary then hold for it.
 */

import { join } from "node:path";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import type { Notebook } from "../../tools/jupyter/notebook.ts";

/** Where the notebooks are. */
export const NOTEBOOKS = join(import.meta.dirname!, "..", "..", "notebooks");

/** Numbers of the pages that are still as they were. */
export const NOT_REWRITTEN: readonly number[] = [];

/** A numbered notebook. */
export type NumberedPage = {
  readonly number: number;
  readonly name: string;
  readonly notebook: Notebook;
  readonly isRewritten: boolean;
};

/** All pages in reading order. */
export const PAGES: readonly NumberedPage[] = await Promise.all(
  [...Deno.readDirSync(NOTEBOOKS)].map(({ name }) => name)
    .filter((name) => /^\d\d_\w+\.ipynb$/.test(name)).sort()
    .map(async (file) => {
      const number = Number(file.slice(0, 2));
      return {
        number,
        name: file.replace(".ipynb", ""),
        notebook: await readNotebook(join(NOTEBOOKS, file)),
        isRewritten: !NOT_REWRITTEN.includes(number),
      };
    }),
);
