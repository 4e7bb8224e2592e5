/**
 * Runs exercise cells in a process of their own and reports what became of their checks.
 *
 * It reads the cells from standard input and writes one line that begins with a token
 * which no cell can know, so that what a cell prints is not taken for its result.
 *
 * @module
 */

import { results } from "../notebooks/exercises/mod.ts";

// Bound before a cell runs, and so out of its reach.
const { stringify } = JSON;
const write = Deno.stdout.writeSync.bind(Deno.stdout);
const encode = TextEncoder.prototype.encode.bind(new TextEncoder());
const exit = Deno.exit;

const { token, cells } = await new Response(Deno.stdin.readable)
  .json() as { token: string; cells: string[] };
const NOTEBOOKS = import.meta.resolve("../notebooks/");
const outcomes = [];
for (const cell of cells) {
  const before = results().length;
  let error: string | undefined;
  try {
    await import(moduleOf(cell));
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  outcomes.push({ results: results().slice(before), error });
}
write(encode(`\n${token}${stringify(outcomes)}\n`));
exit(0);

/** A cell as the address of a module; what it imports is where the notebooks are. */
function moduleOf(cell: string): string {
  const source = cell.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(["'])\.\//g,
    `$1$2${NOTEBOOKS}`,
  );
  // The comment makes each module another one, even if two cells are equal.
  const bytes = new TextEncoder().encode(
    `${source}\nexport {}; // ${outcomes.length}`,
  );
  return `data:application/typescript;base64,${bytes.toBase64()}`;
}
