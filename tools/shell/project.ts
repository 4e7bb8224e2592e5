/** Where the project's own files lie. @module */

import { join, resolve } from "node:path";

/** The folder of `deno.json`. */
export const PROJECT = resolve(import.meta.dirname!, "..", "..");

/** The folder of the numbered notebooks. */
export const NOTEBOOKS = join(PROJECT, "notebooks");

/**
 * Lists the numbered notebooks in their order.
 *
 * @returns Their names, such as `03_train`.
 */
export async function notebookNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(NOTEBOOKS)) {
    if (/^\d\d_\w+\.ipynb$/.test(name)) names.push(name.slice(0, -6));
  }
  return names.sort();
}
