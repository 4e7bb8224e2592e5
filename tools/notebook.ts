/** `deno task notebook 03`: runs one notebook and writes it back. @module */

import { basename, join } from "node:path";
import { didYouMean } from "../lib/options.ts";
import { writeNotebook } from "./jupyter/notebook_file.ts";
import { settings } from "../notebooks/support/settings.ts";
import { followNotebook } from "./follow.ts";
import { UsageError } from "./shell/option_values.ts";
import { notebookNames, NOTEBOOKS } from "./shell/project.ts";
import { provision } from "./shell/provision.ts";

/**
 * Runs notebooks headlessly; their outputs replace those in the files.
 *
 * @param words Numbers or names of notebooks.
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function notebook(
  words: readonly string[],
  { full, embedded }: { full?: boolean; embedded?: boolean },
): Promise<number> {
  const known = await notebookNames();
  const chosen = words.map((word) => find(word, known));
  if (full) Deno.env.set("BERTBOOK_MODE", "full");
  if (embedded) Deno.env.set("BERTBOOK_DATA", "embedded");
  const { mode, outFolder } = settings();
  await provision();
  const env = { BERTBOOK_MODE: mode, BERTBOOK_OUT: outFolder };
  for (const name of chosen) {
    const file = join(NOTEBOOKS, `${name}.ipynb`);
    const { notebook, failure, isStopped } = await followNotebook(file, env);
    if (!isStopped) await writeNotebook(file, notebook);
    if (failure !== undefined) return 1;
  }
  return 0;
}

/** Finds `3`, `03`, `train`, `03_train` or a path among the known names. */
function find(word: string, known: readonly string[]): string {
  const name = basename(word, ".ipynb");
  const number = /^\d+$/.test(name) ? `${name.padStart(2, "0")}_` : undefined;
  const found = known.find((candidate) =>
    candidate === name || candidate.slice(3) === name ||
    (number !== undefined && candidate.startsWith(number))
  );
  if (found !== undefined) return found;
  const names = known.flatMap((each) => [each, each.slice(3)]);
  throw new UsageError(
    `Cannot run a notebook: its name must be one of ${known.join(", ")}; ` +
      `found "${word}"${didYouMean(name, names)}`,
  );
}
