/** `deno task bench`: how long a training step takes, alone or beside PyTorch. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { dirname, join, resolve } from "node:path";
import { startEngine } from "../../lib/engine/engine.ts";
import {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "../../lib/engine/speed_settings.ts";
import { provideLibrary } from "../../lib/engine/tensorflow/library.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import { benchChart } from "./bench_chart.ts";
import { renderPng } from "../../lib/views/picture.ts";
import type { Command } from "../shell/command.ts";
import { progressLines, provision } from "../shell/provision.ts";
import { interruptible, StatusLine } from "../shell/terminal.ts";
import { findTorch } from "../trials/torch.ts";
import { WorkerProcess } from "../trials/worker_process.ts";
import type { BenchCase } from "./contestant.ts";
import { lengthsTable, measureLengths } from "./lengths.ts";
import { memoryTable } from "./memory.ts";
import { BENCH_OPTIONS, type BenchPlan, benchPlan } from "./options.ts";
import { type BenchRow, measureRows } from "./row.ts";
import { MODEL_TITLES } from "./shapes.ts";
import { benchStart } from "./start.ts";
import { benchMarkdown, benchTable } from "./table.ts";

/** Measures training steps and writes the figures to a file. */
export const BENCH: Command = {
  name: "bench",
  summary: "Time training steps on this machine, alone or against PyTorch",
  options: BENCH_OPTIONS,
  run: async (given) => {
    const plan = benchPlan(given);
    if (!plan.start && !plan.byLength) {
      return await interruptible((signal) => bench(plan, signal));
    }
    await (plan.start ? benchStart(plan.rounds) : benchLengths(plan));
    return 0;
  },
};

/** GFLOP/s of large products. */
type Roof = Partial<Record<Precision, number>>;

/** The content of the file. */
type BenchFile = {
  machine: SpeedSettings & {
    deno: string;
    torch?: string;
    /** Processes that wanted to run in the minute before. */
    load: number;
  };
  /** The best of the run. */
  roof: Roof;
  rows: BenchRow[];
};

const ROOF_READINGS = 5;

async function bench(plan: BenchPlan, signal: AbortSignal): Promise<void> {
  // Where no library can be had, the engine says so and takes another one.
  await provideLibrary({ onProgress: progressLines() }).catch(() => {});
  const torch = plan.rivals.includes("torch") ? await findTorch() : undefined;
  if (torch?.version === undefined && torch !== undefined) {
    console.log(`PyTorch is left out: ${torch.reason}`);
  }
  const rivals = plan.rivals
    .filter((rival) => rival !== "torch" || torch?.version !== undefined);
  const { child, hello: settings } = await startRoof(plan.precisions, signal);
  await using roofChild = child;
  console.log(describeSpeed(settings));
  const [load = 0] = Deno.loadavg();
  if (load > navigator.hardwareConcurrency / 2) {
    console.log(
      `Other programs are busy (load ${
        load.toFixed(1)
      }): wait, or read the least times`,
    );
  }
  const version = torch?.version;
  const file: BenchFile = {
    machine: {
      ...settings,
      deno: Deno.version.deno,
      load,
      ...(version === undefined ? {} : { torch: version }),
    },
    roof: {},
    rows: [],
  };
  const table = benchTable(rivals);
  console.log(`\n${table.header}`);
  const line = new StatusLine();
  for (const what of casesOf(plan, settings)) {
    const rows = await measureRows(what, {
      ...plan,
      signal,
      rivals,
      python: torch?.python ?? "python3",
      threads: settings.threads,
      readRoof: async () => {
        const roof = await roofChild.ask<Required<Roof>>(ROOF_READINGS);
        keepBest(file.roof, roof);
        return roof[what.precision];
      },
      onProgress: (text) => line.update(text),
    });
    for (const row of rows) {
      line.finish(table.lineOf(row));
      if (row.memory !== undefined) console.log(memoryTable(row.memory));
    }
    file.rows.push(...rows);
    await writeFile(plan.json, file); // each time: a long run may be stopped
  }
  await finish(plan, file);
}

/** Times the ways of padding in this process, and writes the figures. */
async function benchLengths(plan: BenchPlan): Promise<void> {
  await provision();
  const machine = speedSettings(await startEngine());
  console.log(describeSpeed(machine));
  const line = new StatusLine();
  const report = await measureLengths({
    ...plan,
    onProgress: (text) => line.update(text),
  });
  const { data, sentences, model } = report;
  line.finish(
    `\n${data}, ${sentences} sentences, ${model}, batch 32; seconds are those ` +
      `of the steps timed, times steps\n\n${lengthsTable(report)}`,
  );
  await writeFile(plan.json, { machine, ...report });
  console.log(`\nFigures: ${plan.json}`);
}

/** Starts the process that measures the machine itself. */
function startRoof(
  precisions: readonly Precision[],
  signal: AbortSignal,
): Promise<{ child: WorkerProcess; hello: SpeedSettings }> {
  return WorkerProcess.start<SpeedSettings>("matmul roof", [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--allow-all"],
    join(import.meta.dirname!, "roof.ts"),
    ...precisions,
  ], { signal });
}

/** Every row, precision by precision; what this processor cannot do is said. */
function casesOf(plan: BenchPlan, settings: SpeedSettings): BenchCase[] {
  return plan.precisions.flatMap((precision) => {
    if (precision === "bfloat16" && settings.bfloat16 === false) {
      console.log("bfloat16 is left out: this processor does not multiply it");
      return [];
    }
    return plan.models.flatMap((model) =>
      plan.tokens.map((tokens) => ({ model, tokens, precision }))
    );
  });
}

function keepBest(best: Roof, roof: Roof): void {
  for (const [name, gflops] of Object.entries(roof)) {
    const precision = name as Precision;
    best[precision] = Math.max(best[precision] ?? 0, gflops);
  }
}

async function writeFile(path: string, file: unknown): Promise<void> {
  await Deno.mkdir(dirname(resolve(path)), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(file, null, 2) + "\n");
}

/** Says where the figures are, and draws them if that was asked for. */
async function finish(plan: BenchPlan, file: BenchFile): Promise<void> {
  const roofs = Object.entries(file.roof)
    .map(([precision, gflops]) => `${precision} ${gflops.toFixed(0)} GFLOP/s`);
  const table = plan.json.replace(/(\.json)?$/, ".md");
  await Deno.writeTextFile(table, benchMarkdown(file.rows));
  console.log(
    `\nMatmul roof: ${roofs.join(", ")}\nFigures: ${plan.json}\n` +
      `Table for Markdown: ${table}`,
  );
  const { picture } = plan;
  if (picture === undefined || file.rows.length === 0) return;
  const { processor, threads } = file.machine;
  const machine = `${processor}, ${threads} threads, batch 32`;
  const rows = file.rows.map((row) => ({
    ...row,
    model: MODEL_TITLES[row.model],
  }));
  await Deno.writeFile(picture, await renderPng(benchChart(rows, { machine })));
  console.log(`Picture: ${picture}`);
}
