/** `deno task notebook 03`: runs notebooks and writes what they show. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { basename, join } from "node:path";
import { didYouMean } from "../lib/options.ts";
import { writeNotebook } from "./jupyter/notebook_file.ts";
import { settings, STOP_FILE } from "../notebooks/support/settings.ts";
import { followNotebook } from "./follow.ts";
import { UsageError } from "./shell/option_values.ts";
import { notebookNames, NOTEBOOKS, pathFromHere } from "./shell/project.ts";
import { provision } from "./shell/provision.ts";

/**
 * Runs notebooks headlessly, and writes the executed ones below the folder of results.
 *
 * @param words Numbers or names of notebooks.
 * @param options Those of the command; `write`: whether the outputs of each that does
 * not fail also replace those in its file.
 * @returns The exit code.
 */
export async function notebook(
  words: readonly string[],
  { full, embedded, write }: {
    full?: boolean;
    embedded?: boolean;
    write?: boolean;
  },
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
    const { notebook, failure, stoppedWith } = await followNotebook(
      file,
      env,
      join(outFolder, STOP_FILE),
    );
    const executed = join(outFolder, "notebooks", `${name}.ipynb`);
    await Deno.mkdir(join(outFolder, "notebooks"), { recursive: true });
    await writeNotebook(executed, notebook);
    if (failure !== undefined) {
      console.error(`What it showed until then: ${pathFromHere(executed)}`);
      return stoppedWith ?? 1;
    }
    if (write) await writeNotebook(file, notebook);
    else console.log(`Its outputs: ${pathFromHere(executed)}`);
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
