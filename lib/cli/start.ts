/** `deno task start`: the whole tutorial, from nothing to a report. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, relative, resolve } from "node:path";
import { loadCola } from "../data/cola_corpus.ts";
import { type Notebook, writeNotebook } from "../jupyter/notebook_file.ts";
import { reportPage } from "../jupyter/page.ts";
import { recordResults } from "../notebook/results.ts";
import { settings } from "../notebook/settings.ts";
import { type Command, UsageError } from "./command.ts";
import { figuresOf } from "./figures.ts";
import { followNotebook } from "./follow.ts";
import { notebookNames, NOTEBOOKS } from "./project.ts";
import { progressLines, provision } from "./provision.ts";

/** How many of the notebooks, from the first, make up the tutorial on CoLA. */
const TUTORIAL = 5;

/** Provisions, runs the tutorial's notebooks, writes the report. */
export const START: Command = {
  name: "start",
  summary: "Fine-tune BERT on CoLA, notebook by notebook, and write a report",
  options: {
    full: {
      type: "boolean",
      description: "The paper's recipe on all the data",
    },
    seed: {
      type: "string",
      value: "42",
      description: "Order, dropout, new weights",
    },
    out: {
      type: "string",
      value: "FOLDER",
      description: "Where the results go (out)",
    },
  },
  run: async ({ flags, values }) => {
    const seed = values.get("seed");
    if (seed !== undefined && !/^\d{1,9}$/.test(seed)) {
      throw new UsageError(
        `Cannot read --seed as it must be a whole number: found "${seed}"`,
      );
    }
    if (flags.has("full")) Deno.env.set("BERTBOOK_MODE", "full");
    if (seed !== undefined) Deno.env.set("BERTBOOK_SEED", seed);
    const out = values.get("out");
    if (out !== undefined) Deno.env.set("BERTBOOK_OUT", resolve(out));
    return await start();
  },
};

async function start(): Promise<number> {
  const began = performance.now();
  const { mode, outFolder } = settings();
  await provision();
  const { title } = await loadCola({
    provision: { onProgress: progressLines() },
  });
  console.log(`Data: ${title}. Mode: ${mode}.`);
  await clear(outFolder);
  const executed: { name: string; notebook: Notebook }[] = [];
  let failed = false;
  for (const name of (await notebookNames()).slice(0, TUTORIAL)) {
    const { notebook, failure } = await followNotebook(
      join(NOTEBOOKS, `${name}.ipynb`),
      { BERTBOOK_MODE: mode, BERTBOOK_OUT: outFolder },
    );
    executed.push({ name, notebook });
    await writeNotebook(
      join(outFolder, "notebooks", `${name}.ipynb`),
      notebook,
    );
    failed = failure !== undefined;
    if (failed) break;
  }
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const results = await recordResults(outFolder, { mode, seconds });
  const report = join(outFolder, "report.html");
  await Deno.writeTextFile(
    report,
    reportPage(executed, {
      title: "Fine-tuning BERT on CoLA, in TypeScript",
      figures: figuresOf(results),
    }),
  );
  if (failed) return 1;
  console.log("");
  for (const { label, value, note } of figuresOf(results)) {
    console.log(`${label.padEnd(24)}${value}${note ? `  (${note})` : ""}`);
  }
  console.log(`\nReport: ${relative(Deno.cwd(), report) || report}`);
  return 0;
}

/** Empties what an earlier run left, so that no old figure stays. */
async function clear(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "notebooks"), { recursive: true });
  for (const name of ["metrics.json", "report.html", "model"]) {
    await Deno.remove(join(folder, name), { recursive: true }).catch(
      (error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      },
    );
  }
}
