/** Where the project's own files lie. @module */

import { join, relative, resolve } from "node:path";

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

/**
 * A path as a user in the current folder writes it.
 *
 * @param path An absolute path.
 * @returns The relative path, unless it leads out of the folder.
 */
export function pathFromHere(path: string): string {
  const fromHere = relative(Deno.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}
