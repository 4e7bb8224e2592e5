/**
 * Writes the stories beside this program:
 * `deno run --allow-read --allow-write data/stories/generate.ts`.
 *
 * @module
 */

import { buildStories } from "./corpus.ts";

await Deno.writeTextFile(
  new URL("stories.txt", import.meta.url),
  buildStories(),
);
