/** `deno task notebook 03`: runs one notebook and writes it back. @module */

import { basename, join } from "node:path";
import { closest } from "fastest-levenshtein";
import { writeNotebook } from "./jupyter/notebook_file.ts";
import { settings } from "../notebooks/support/settings.ts";
import { followNotebook } from "./follow.ts";
import { type Command, UsageError } from "./shell/command.ts";
import { notebookNames, NOTEBOOKS } from "./shell/project.ts";
import { provision } from "./shell/provision.ts";

/** Runs notebooks headlessly; their outputs replace those in the files. */
export const NOTEBOOK: Command = {
  name: "notebook",
  summary: "Run one notebook, or several, and write the outputs back",
  words: "<number or name> …",
  options: {
    full: {
      type: "boolean",
      description: "The paper's recipe on all the data",
    },
    embedded: {
      type: "boolean",
      description: "Use the corpus that ships with the project",
    },
  },
  run: async ({ words, flags }) => {
    const known = await notebookNames();
    if (words.length === 0) {
      throw new UsageError(
        `Cannot run a notebook as none is named; write one of: ${
          known.join(", ")
        }`,
      );
    }
    const chosen = words.map((word) => find(word, known));
    if (flags.has("full")) Deno.env.set("BERTBOOK_MODE", "full");
    if (flags.has("embedded")) Deno.env.set("BERTBOOK_DATA", "embedded");
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
  },
};

/** Finds `3`, `03`, `train`, `03_train` or a path among the known names. */
function find(word: string, known: readonly string[]): string {
  const name = basename(word, ".ipynb");
  const number = /^\d+$/.test(name) ? `${name.padStart(2, "0")}_` : undefined;
  const found = known.find((candidate) =>
    candidate === name || candidate.slice(3) === name ||
    (number !== undefined && candidate.startsWith(number))
  );
  if (found !== undefined) return found;
  const nearest = number === undefined
    ? closest(name, [...known])
    : known.at(Number(name) > known.length ? -1 : 0);
  throw new UsageError(
    `Cannot run the notebook "${word}" as there is none of that name; ` +
      `did you mean "${nearest}"?`,
  );
}
