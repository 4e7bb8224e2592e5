/** `deno task bench`: the time of a training step, alone or beside PyTorch. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { startEngine } from "../../lib/engine/engine.ts";
import { keepMeasured } from "../../lib/engine/measured.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "../../lib/engine/speed_settings.ts";
import { provideLibrary } from "../../lib/engine/tensorflow/library.ts";
import { choosePrecision } from "../../lib/model/choose_precision.ts";
import { renderPng } from "../../lib/views/picture.ts";
import { UsageError } from "../shell/option_values.ts";
import { progressLines, provideEngine, provision } from "../shell/provision.ts";
import { interruptible, StatusLine } from "../shell/terminal.ts";
import { cellsOf, markdownTable, textTable } from "../shell/text_table.ts";
import { benchChart } from "./bench_chart.ts";
import { benchOnnx } from "./onnx.ts";
import { measurePaddings } from "./padding.ts";
import {
  benchCells,
  type BenchRow,
  figure,
  type MemoryReading,
  memoryTable,
  type Program,
  rowOf,
  writeJson,
} from "./report.ts";
import {
  BATCH_SIZE,
  BENCH_MODELS,
  type BenchModel,
  LEARNING_RATE,
  MAX_GRAD_NORM,
  NUM_WORDS,
  type Savings,
} from "./shapes.ts";
import { defaultScale, type Scale, searchScale } from "./scale.ts";
import { benchStart } from "./start.ts";
import {
  fastestStep,
  measureWorkers,
  WORKERS_COLUMNS,
  type WorkersCase,
  type WorkersRow,
} from "./workers.ts";
import type { MemoryNow, StepsTaken, StepWorkload } from "./step.ts";
import { fastestTorch, findTorch, type Torch } from "./torch.ts";
import {
  denoWorker,
  type WorkerCommand,
  WorkerProcess,
} from "./worker_process.ts";

/** The options of the command; {@linkcode commandLine} describes them. */
export type BenchPlan = {
  readonly model: readonly BenchModel[];
  readonly tokens: readonly number[];
  readonly precision: readonly Precision[];
  readonly savings: readonly Savings[];
  readonly torch?: boolean;
  readonly eager?: boolean;
  readonly wasm?: boolean;
  readonly byLength?: boolean;
  readonly start?: boolean;
  readonly onnx?: boolean;
  readonly scale?: boolean;
  readonly workers?: readonly number[];
  readonly gbit?: readonly number[];
  readonly reducePrecision: readonly Precision[];
  readonly rounds: number;
  readonly steps: number;
  readonly words: number;
  readonly memory: number;
  readonly json?: string;
  readonly picture?: string;
};

/** The sizes of a row. */
type BenchCase = Pick<StepWorkload, "model" | "tokens" | "precision">;

/** Steps before the first that counts: allocators and clocks settle. */
const WARM_UP = 2;
/** A program slower than Bertbook by this factor takes one step in each round. */
const SLOW = 4;
const PEAK_READINGS = 3;
/** Of the memory. */
const NUM_READINGS = 10;

/** Measures what the options ask for, and writes the figures to a file. */
export async function bench(plan: BenchPlan): Promise<number> {
  if (plan.gbit && !plan.workers) {
    throw new UsageError(
      `Cannot use --gbit: --workers must be given, too; found --gbit ` +
        `${plan.gbit} alone; add --workers 1,2`,
    );
  }
  return await interruptible(async (signal) => {
    if (plan.start) await benchStart(plan.rounds);
    else if (plan.onnx) await benchOnnx(plan.rounds, signal);
    else if (plan.byLength) await benchPaddings(plan);
    else if (plan.scale) await benchScale(plan, signal);
    else if (plan.workers) await benchWorkers(plan, plan.workers, signal);
    else await benchSteps(plan, signal);
  });
}

async function benchPaddings(plan: BenchPlan): Promise<void> {
  await provision();
  const machine = speedSettings(await startEngine());
  console.log(describeSpeed(machine));
  const line = new StatusLine();
  const { table, ...report } = await measurePaddings(plan, line);
  const { json = "out/lengths.json" } = plan;
  await writeJson(json, { machine, ...report });
  line.finish(`\n${table}\n\nFigures: ${json}`);
}

/** The step whose time decides: MiniLM's, as the notebooks train it. */
const SCALED = { model: "minilm", tokens: 64 } as const;

/**
 * Measures which threads and which precision are the fastest here, and keeps both in the
 * cache: they are the defaults of `startEngine` and of the precision `"auto"`.
 */
async function benchScale(plan: BenchPlan, signal: AbortSignal): Promise<void> {
  await provideEngine();
  const cores = navigator.hardwareConcurrency;
  const line = new StatusLine();
  const { words, rounds, steps } = plan;
  const measure = (scale: Scale): Promise<number> => {
    line.update(describeScale(scale));
    const what = { ...SCALED, words };
    return fastestStep(what, scale, { rounds, steps, signal, line });
  };
  const { load, isBusy } = loadNow();
  const found = await searchScale(cores, defaultScale(cores), measure, {
    mostWorkers: Deno.build.os === "linux" ? cores : 1,
  });
  const { best, start, tried, isComplete } = found;
  // A single process takes the threads that are kept.
  const one = best.workers === 1
    ? best
    : tried.filter((scale) => scale.workers === 1).reduce((a, b) =>
      a.milliseconds <= b.milliseconds ? a : b
    );
  const { workers: _, ...threads } = one;
  line.finish(textTable(cellsOf([
    ["workers", ({ workers }) => `${workers}`],
    ["threads", ({ threads }) => `${threads}`],
    ["operations at a time", ({ interOpThreads }) => `${interOpThreads}`],
    ["ms a step", ({ milliseconds }) => milliseconds.toFixed(1)],
    [
      "against the default",
      ({ milliseconds }) => (start.milliseconds / milliseconds).toFixed(2),
    ],
  ], tried)));
  const date = new Date().toISOString().slice(0, 10);
  if (!isBusy) keepMeasured({ threads: { ...threads, date } });
  await startEngine();
  const { reason } = await choosePrecision({ again: true });
  const { json = "out/scale.json" } = plan;
  await writeJson(json, { cores, date, load, ...found, precision: reason });
  console.log(
    `Fastest${isComplete ? "" : " until the time was over"}: ` +
      `${describeScale(best)}\nPrecision ${reason}\n` +
      (isBusy
        ? `The threads are not kept: other programs were busy (load ` +
          `${
            load.toFixed(1)
          }), so they may be others when the machine is idle\n`
        : `Kept for this machine: startEngine takes ${
          describeThreads(one)
        }\n`) +
      (best.workers === 1
        ? ""
        : `For a training: deno task train … --workers ${best.workers}\n`) +
      `Kept for precision "auto", whose rounds take turns\n` +
      `Figures: ${json}`,
  );
}

/** Measures steps of several workers, with every link, beside what the model predicts. */
async function benchWorkers(
  plan: BenchPlan,
  counts: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  await provideEngine();
  const { words, rounds, steps, json = "out/workers.json" } = plan;
  const line = new StatusLine();
  const rows: WorkersRow[] = [];
  const { reducePrecision, gbit = [undefined] } = plan;
  const cases = plan.model.flatMap((model) =>
    plan.tokens.flatMap((tokens) => {
      const what = { model, tokens, words };
      const alone = counts.includes(1) ? [{ ...what, workers: 1 }] : [];
      const shared = gbit.flatMap((gbit) =>
        reducePrecision.flatMap((reducePrecision) =>
          counts.filter((workers) => workers > 1).map((
            workers,
          ): WorkersCase => ({ ...what, workers, gbit, reducePrecision }))
        )
      );
      return [...alone, ...shared];
    })
  );
  for (const what of cases) {
    rows.push(await measureWorkers(what, { rounds, steps, signal, line }));
    await writeJson(json, { rows }); // each time: it may be stopped
  }
  line.finish(
    `${textTable(cellsOf(WORKERS_COLUMNS, rows))}\n\nFigures: ${json}`,
  );
}

/** Whether other programs take more than half of the processor. */
function loadNow(): { load: number; isBusy: boolean } {
  const [load = 0] = Deno.loadavg();
  return { load, isBusy: load > navigator.hardwareConcurrency / 2 };
}

function describeScale(scale: Scale): string {
  const { workers } = scale;
  return `${workers} worker${workers === 1 ? "" : "s"} of ` +
    describeThreads(scale);
}

function describeThreads({ threads, interOpThreads }: Scale): string {
  return `${threads} thread${threads === 1 ? "" : "s"}, ${interOpThreads} ` +
    `operation${interOpThreads === 1 ? "" : "s"} at a time`;
}

async function benchSteps(plan: BenchPlan, signal: AbortSignal): Promise<void> {
  // Without the library the engine reports it and takes another one.
  await provideLibrary({ onProgress: progressLines() }).catch(() => {});
  const torch = plan.torch ? await findTorch() : undefined;
  await using peakWorker = await WorkerProcess.start<SpeedSettings>(
    denoWorker("peak FLOP/s", "peak_flops.ts", plan.precision),
    signal,
  );
  const settings = peakWorker.hello;
  console.log(describeSpeed(settings));
  const { load, isBusy } = loadNow();
  if (isBusy) {
    console.log(
      `Other programs are busy (load ${load.toFixed(1)}): wait, or read the ` +
        `minimum times`,
    );
  }
  const machine = {
    ...settings,
    deno: Deno.version.deno,
    load,
    torch: torch?.version,
  };
  const rows: BenchRow[] = [];
  const { json = "out/bench.json", picture } = plan;
  const line = new StatusLine();
  for (const what of casesOf(plan, settings)) {
    const at = { plan, torch, settings, peakWorker, signal, line };
    for (const row of await measureRows(what, at)) {
      rows.push(row);
      const { savings, stepMs, memory } = row;
      line.finish(`${titleOf(row)}, savings ${savings}: ${figure(stepMs)} ms`);
      if (memory !== undefined) console.log(memoryTable(memory));
    }
    await writeJson(json, { machine, rows }); // each time: it may be stopped
  }
  if (rows.length === 0) return;
  const cells = benchCells(rows);
  const table = json.replace(/(\.json)?$/, ".md");
  await Deno.writeTextFile(table, markdownTable(cells));
  console.log(
    `\n${textTable(cells)}\n\nFigures: ${json}\nTable in Markdown: ${table}`,
  );
  if (picture === undefined) return;
  const { processor, threads } = settings;
  const subtitle = `${processor}, ${threads} threads, batch ${BATCH_SIZE}`;
  const chart = benchChart(rows, { machine: subtitle });
  await Deno.writeFile(picture, await renderPng(chart));
  console.log(`Picture: ${picture}`);
}

/** The sizes of all rows that this processor can compute. */
function casesOf(plan: BenchPlan, { bfloat16 }: SpeedSettings): BenchCase[] {
  return plan.precision.flatMap((precision) => {
    if (precision === "bfloat16" && bfloat16 === false) {
      console.log("bfloat16 is left out: this processor does not multiply it");
      return [];
    }
    return plan.model.flatMap((model) =>
      plan.tokens.map((tokens) => ({ model, tokens, precision }))
    );
  });
}

function titleOf({ model, tokens, precision }: BenchCase): string {
  return `${model} ${tokens} ${precision}`;
}

/** GFLOP/s. */
type PeakFlops = Record<Precision, number>;

/** What all rows share. */
type Bench = {
  readonly plan: BenchPlan;
  readonly torch: Torch | undefined;
  readonly settings: SpeedSettings;
  readonly peakWorker: WorkerProcess;
  readonly signal: AbortSignal;
  readonly line: StatusLine;
};

/**
 * Measures a row for each way of saving. Every program is a process that stays alive
 * and waits while another one works.
 */
async function measureRows(what: BenchCase, at: Bench): Promise<BenchRow[]> {
  const { plan, peakWorker, signal } = at;
  const update = (text: string): void =>
    at.line.update(`${titleOf(what)}: ${text}`);
  const readPeak = async (): Promise<number> =>
    (await peakWorker.ask<PeakFlops>(PEAK_READINGS))[what.precision];
  await using workers = new AsyncDisposableStack();
  const programs: (Program & { worker: WorkerProcess; pace: number })[] = [];
  for (const command of await commandsOf(what, at)) {
    update(`starting ${command.name}`);
    const worker = workers.use(
      await WorkerProcess.start<{ firstMs: number }>(command, signal),
    );
    const { name, hello: { firstMs } } = worker;
    programs.push({ name, firstMs, worker, times: [], peakMb: 0, pace: 0 });
  }
  const peakBefore = await readPeak();
  for (const program of programs) {
    const warmUp = await program.worker.ask<StepsTaken>(WARM_UP);
    program.pace = warmUp.milliseconds.at(-1)!;
  }
  for (let round = 1; round <= plan.rounds; round++) {
    update(`round ${round} of ${plan.rounds}`);
    for (const program of programs) {
      const isSlow = program.pace > SLOW * programs[0]!.pace;
      const steps = isSlow ? 1 : plan.steps;
      const taken = await program.worker.ask<StepsTaken>(steps);
      program.times.push(taken.milliseconds);
      program.peakMb = taken.peakMb;
    }
  }
  const peak = Math.max(peakBefore, await readPeak());
  const memory = plan.memory > 0
    ? await trackMemory(programs[0]!.worker, plan.memory, update)
    : undefined;
  const baselines = programs.slice(plan.savings.length);
  return plan.savings.map((savings, i) => {
    const words = savings === "all" ? plan.words : NUM_WORDS;
    const row = { ...what, savings, words };
    if (i === 0) {
      const first = rowOf(row, programs[0]!, baselines, peak);
      return memory === undefined ? first : { ...first, memory };
    }
    // The other engines ran with the first way of saving only.
    const others = baselines.filter(({ name }) => name.startsWith("torch"));
    return rowOf(row, programs[i]!, others, peak);
  });
}

/** Bertbook with each way of saving, then the baselines; PyTorch in its fastest way. */
async function commandsOf(
  what: BenchCase,
  { plan, torch, settings, signal, line }: Bench,
): Promise<WorkerCommand[]> {
  const bertbook = (
    engine: StepWorkload["engine"],
    savings: Savings,
  ): WorkerCommand =>
    denoWorker(
      engine,
      "step.ts",
      { ...what, engine, savings, words: plan.words } satisfies StepWorkload,
    );
  const commands = plan.savings.map((each) => bertbook("compiled", each));
  // Other engines of Bertbook have no bfloat16.
  for (const engine of ["eager", "wasm"] as const) {
    if (plan[engine] && what.precision === "float32") {
      commands.push(bertbook(engine, plan.savings[0]!));
    }
  }
  if (torch?.version !== undefined) {
    const workload = {
      ...BENCH_MODELS[what.model],
      ...what,
      threads: settings.threads,
      learningRate: LEARNING_RATE,
      epsilon: 1e-8,
      maxGradNorm: MAX_GRAD_NORM,
    };
    commands.push(await fastestTorch(torch, workload, signal, line));
  }
  return commands;
}

/** Takes many steps and reads the memory after each tenth of them. */
export async function trackMemory(
  worker: Pick<WorkerProcess, "ask">,
  steps: number,
  update: (progress: string) => void = () => {},
): Promise<MemoryReading[]> {
  update(`tracking memory for ${steps} steps`);
  const readings: MemoryReading[] = [];
  const count = Math.min(NUM_READINGS, steps);
  for (let i = 1, done = 0; i <= count; i++) {
    const goal = Math.round(steps * i / count);
    await worker.ask(goal - done);
    readings.push({ steps: goal, ...await worker.ask<MemoryNow>(0) });
    done = goal;
  }
  return readings;
}
