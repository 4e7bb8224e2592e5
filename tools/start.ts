/** `deno task start`: the whole tutorial, from nothing to a report. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, resolve } from "node:path";
import { COLA } from "../lib/datasets/cola.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import type { Notebook } from "./jupyter/notebook.ts";
import { writeNotebook } from "./jupyter/notebook_file.ts";
import { type KeyFigure, reportPage } from "./jupyter/page.ts";
import {
  recordResults,
  type Results,
  tracingOf,
} from "../notebooks/support/results.ts";
import { settings, STOP_FILE } from "../notebooks/support/settings.ts";
import type { RunResult } from "./jupyter/run_notebook.ts";
import { followNotebook } from "./follow.ts";
import { UsageError } from "./shell/option_values.ts";
import { openOutFolder } from "./shell/out_folder.ts";
import { notebookNames, NOTEBOOKS, pathFromHere } from "./shell/project.ts";
import { progressLines, provision } from "./shell/provision.ts";
import { duration } from "./shell/terminal.ts";

/** How many of the notebooks, from the first, make up the tutorial on CoLA. */
const TUTORIAL = 5;

const REPORT = "report.html";

/**
 * Provisions, runs the tutorial's notebooks, writes the report.
 *
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function start(
  { full, seed, out, maxMinutes }: {
    full?: boolean;
    seed?: number;
    out?: string;
    maxMinutes?: number;
  },
): Promise<number> {
  if (full) Deno.env.set("BERTBOOK_MODE", "full");
  if (seed !== undefined) Deno.env.set("BERTBOOK_SEED", `${seed}`);
  if (out !== undefined) Deno.env.set("BERTBOOK_OUT", resolve(out));
  const began = performance.now();
  const timeBudget = maxMinutes === undefined
    ? undefined
    : AbortSignal.timeout(maxMinutes * 60_000);
  const { mode, outFolder } = settings();
  if (join(outFolder, "notebooks") === NOTEBOOKS) {
    throw new UsageError(
      `Cannot write results: they must not replace the project's own notebooks; ` +
        `found "${outFolder}"; name another folder with --out`,
    );
  }
  using results = await openOutFolder(outFolder);
  const { unfinished } = results;
  await provision();
  const { description } = await loadDataset(COLA, {
    provision: { onProgress: progressLines() },
  });
  console.log(`Data: ${description}.\nMode: ${mode}.`);
  await recordResults(unfinished, { mode });
  await Deno.mkdir(join(unfinished, "notebooks"));
  const executed: { name: string; notebook: Notebook }[] = [];
  let failure: RunResult["failure"], stoppedWith: number | undefined;
  for (const name of (await notebookNames()).slice(0, TUTORIAL)) {
    const run = await followNotebook(
      join(NOTEBOOKS, `${name}.ipynb`),
      { BERTBOOK_MODE: mode, BERTBOOK_OUT: unfinished },
      join(unfinished, STOP_FILE),
      timeBudget,
    );
    executed.push({ name, notebook: run.notebook });
    await writeNotebook(
      join(unfinished, "notebooks", `${name}.ipynb`),
      run.notebook,
    );
    ({ failure, stoppedWith } = run);
    if (failure !== undefined) break;
  }
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const figures = figuresOf(
    await recordResults(unfinished, { mode, seconds }),
  );
  await Deno.writeTextFile(
    join(unfinished, REPORT),
    reportPage(executed, {
      title: "Fine-tuning BERT on CoLA, in TypeScript",
      figures,
    }),
  );
  if (failure !== undefined) {
    const place = pathFromHere(join(unfinished, REPORT));
    console.error(
      stoppedWith === undefined
        ? `\nThe run failed. What it showed until then: ${place}`
        : `\nStopped. Run the same command again to continue the training. ` +
          `What there is: ${place}`,
    );
    return stoppedWith ?? 1;
  }
  await results.finish();
  console.log("");
  for (const { label, value, note } of figures) {
    console.log(`${label.padEnd(24)}${value}${note ? `  (${note})` : ""}`);
  }
  console.log(`\nReport: ${pathFromHere(join(outFolder, REPORT))}`);
  return 0;
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
