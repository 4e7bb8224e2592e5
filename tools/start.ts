/** `deno task start`: the whole tutorial, from nothing to a report. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, relative, resolve } from "node:path";
import { COLA } from "../lib/datasets/cola.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import type { Notebook } from "./jupyter/notebook.ts";
import { writeNotebook } from "./jupyter/notebook_file.ts";
import { type KeyFigure, reportPage } from "./jupyter/page.ts";
import {
  readResults,
  recordResults,
  type Results,
  tracingOf,
} from "../notebooks/support/results.ts";
import { settings } from "../notebooks/support/settings.ts";
import { followNotebook } from "./follow.ts";
import { UsageError } from "./shell/option_values.ts";
import { notebookNames, NOTEBOOKS } from "./shell/project.ts";
import { progressLines, provision } from "./shell/provision.ts";
import { duration } from "./shell/terminal.ts";

/** How many of the notebooks, from the first, make up the tutorial on CoLA. */
const TUTORIAL = 5;

/**
 * Provisions, runs the tutorial's notebooks, writes the report.
 *
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function start(
  { full, seed, out }: { full?: boolean; seed?: number; out?: string },
): Promise<number> {
  if (full) Deno.env.set("BERTBOOK_MODE", "full");
  if (seed !== undefined) Deno.env.set("BERTBOOK_SEED", `${seed}`);
  if (out !== undefined) Deno.env.set("BERTBOOK_OUT", resolve(out));
  const began = performance.now();
  const { mode, outFolder } = settings();
  const names = (await notebookNames()).slice(0, TUTORIAL);
  await prepare(outFolder, names);
  await provision();
  const { description } = await loadDataset(COLA, {
    provision: { onProgress: progressLines() },
  });
  console.log(`Data: ${description}.\nMode: ${mode}.`);
  const executed: { name: string; notebook: Notebook }[] = [];
  let failed = false;
  for (const name of names) {
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
  const fromHere = relative(Deno.cwd(), report);
  const place = fromHere.startsWith("..") ? report : fromHere;
  if (failed) {
    console.error(`\nThe run failed. Partial results: ${place}`);
    return 1;
  }
  console.log("");
  for (const { label, value, note } of figuresOf(results)) {
    console.log(`${label.padEnd(24)}${value}${note ? `  (${note})` : ""}`);
  }
  console.log(`\nReport: ${place}`);
  return 0;
}

/** Makes the folder of the results, without the figures of an earlier run. */
async function prepare(
  folder: string,
  notebooks: readonly string[],
): Promise<void> {
  const executed = join(folder, "notebooks");
  if (executed === NOTEBOOKS) {
    throw new UsageError(
      `Cannot write results: they must not replace the project's own ` +
        `notebooks; found "${folder}"; name another folder with --out`,
    );
  }
  try {
    await Deno.mkdir(executed, { recursive: true });
    const { mode } = await readResults(folder).catch(() => ({ mode: "" }));
    // A folder without figures was not written by us, nor was a model in it.
    if (mode !== undefined) await remove(join(folder, "model"));
    await remove(join(folder, "metrics.json"));
    await remove(join(folder, "report.html"));
    for (const name of notebooks) await remove(join(executed, `${name}.ipynb`));
    await recordResults(folder, { mode: settings().mode });
  } catch (error) {
    throw new RangeError(
      `Cannot write results: files must be allowed in their folder; found ` +
        `${(error as Error).message}; name another folder with --out`,
      { cause: error },
    );
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Names and rounds the figures of a run of the tutorial.
 *
 * @param results The content of `metrics.json`; missing figures are left out.
 * @returns The figures in the order in which they are shown.
 */
export function figuresOf(results: Results): KeyFigure[] {
  const number = (name: string): number | undefined =>
    typeof results[name] === "number" ? results[name] : undefined;
  const text = (name: string): string | undefined =>
    typeof results[name] === "string" ? results[name] : undefined;
  const score = (name: string): string | undefined => number(name)?.toFixed(3);
  const time = (name: string): string | undefined => {
    const seconds = number(name);
    return seconds === undefined ? undefined : duration(seconds);
  };
  const interval = results["mccInterval"];
  const tracing = tracingOf(results);
  type Row = [
    label: string,
    value: string | undefined,
    note?: string | undefined,
  ];
  const figures: Row[] = [
    [
      "MCC, out of domain",
      score("mcc"),
      Array.isArray(interval)
        ? `95 % interval ${
          interval.map((x) => Number(x).toFixed(3)).join(" to ")
        }`
        : undefined,
    ],
    ["Accuracy, out of domain", score("accuracy")],
    ["MCC, in domain", score("inDomainMcc")],
    ["Data", text("data")],
    [
      "Model",
      text("model"),
      number("trainingSentences") === undefined
        ? undefined
        : `${number("trainingSentences")} training sentences, ${
          text("mode")
        } mode`,
    ],
    ["Engine", text("engine"), text("device")],
    ["Training time", time("trainingSeconds")],
    [
      "Tracing time",
      tracing && `${tracing.seconds.toFixed(1)} s`,
      tracing && `${tracing.signatures} compiled functions`,
    ],
    ["Whole run", time("seconds")],
  ];
  return figures.flatMap(([label, value, note]) =>
    value === undefined
      ? []
      : [{ label, value, ...(note === undefined ? {} : { note }) }]
  );
}
