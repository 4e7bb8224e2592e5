/**
 * Writes the rhymes beside this program:
 * `deno run --allow-read --allow-write data/rhymes/generate.ts`.
 *
 * @module
 */

import { rhymesFile } from "./rhyme.ts";

await Deno.writeTextFile(
  new URL("rhymes.tsv", import.meta.url),
  rhymesFile(),
);
