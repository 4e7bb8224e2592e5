/**
 * Runs an exercise cell in its own process and reports what became of its check.
 *
 * It reads the cell from standard input and writes one line that begins with a token
 * which the cell cannot know, so that what it prints is not taken for its result.
 *
 * @module
 */

import { results } from "../notebooks/exercises/mod.ts";

// Bound before the cell runs, and so out of its reach.
const { stringify } = JSON;
const write = Deno.stdout.writeSync.bind(Deno.stdout);
const encode = TextEncoder.prototype.encode.bind(new TextEncoder());
const exit = Deno.exit;

const { token, source } = await new Response(Deno.stdin.readable)
  .json() as { token: string; source: string };
let error: string | undefined;
try {
  await import(moduleOf(source));
} catch (thrown) {
  error = thrown instanceof Error
    ? `${thrown.name}: ${thrown.message}`
    : String(thrown);
}
write(encode(`\n${token}${stringify({ results: results(), error })}\n`));
exit(0);

/** A cell as the address of a module; what it imports is where the notebooks are. */
function moduleOf(cell: string): string {
  const notebooks = import.meta.resolve("../notebooks/");
  const source = cell.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(["'])\.\//g,
    `$1$2${notebooks}`,
  );
  const bytes = new TextEncoder().encode(`${source}\nexport {};`);
  return `data:application/typescript;base64,${bytes.toBase64()}`;
}
