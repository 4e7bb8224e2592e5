/** The numbered notebooks, read once. @module */

import { join } from "node:path";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import type { Notebook } from "../../tools/jupyter/notebook.ts";

/** Where the notebooks are. */
export const NOTEBOOKS = join(import.meta.dirname!, "..", "..", "notebooks");

/** A numbered notebook. */
export type NumberedPage = {
  readonly number: number;
  readonly name: string;
  readonly notebook: Notebook;
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
      };
    }),
);
