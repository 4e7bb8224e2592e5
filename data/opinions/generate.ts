/**
 * Writes the corpus beside this program:
 * `deno run --allow-read --allow-write data/opinions/generate.ts`.
 *
 * @module
 */

import { buildCorpus } from "./corpus.ts";

for (const [name, text] of Object.entries(buildCorpus())) {
  await Deno.writeTextFile(new URL(name, import.meta.url), text);
}
