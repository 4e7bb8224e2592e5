/** `deno task bench`: the time of a training step, alone or beside PyTorch. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { dirname, resolve } from "node:path";
import { startEngine } from "../../lib/engine/engine.ts";
import type { Precision } from "../../lib/engine/precision.ts";
import {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "../../lib/engine/speed_settings.ts";
import { provideLibrary } from "../../lib/engine/tensorflow/library.ts";
import { benchChart } from "./bench_chart.ts";
import { renderPng } from "../../lib/views/picture.ts";
import { progressLines, provision } from "../shell/provision.ts";
import { interruptible, StatusLine } from "../shell/terminal.ts";
import { markdownTable, textTable } from "../shell/text_table.ts";
import { measurePaddings } from "./padding.ts";
import {
  BATCH_SIZE,
  BENCH_MODELS,
  type BenchModel,
  LEARNING_RATE,
  MAX_GRAD_NORM,
  NUM_WORDS,
  type Savings,
  stepFlops,
} from "./shapes.ts";
import { benchStart } from "./start.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import type { MemoryNow, StepWorkload } from "./step.ts";
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
  readonly rounds: number;
  readonly steps: number;
  readonly words: number;
  readonly memory: number;
  readonly json?: string;
  readonly picture?: string;
};

/** The sizes of a row. */
type BenchCase = Pick<StepWorkload, "model" | "tokens" | "precision">;

/** The figures of a row in `bench.json`; those of baselines only if they ran. */
export type BenchRow = Omit<StepWorkload, "engine"> & {
  /** Milliseconds of a step: median and range. */
  readonly stepMs: number;
  readonly stepMsMin: number;
  readonly stepMsMax: number;
  readonly tokensPerSecond: number;
  /** 10⁹ additions and multiplications of a step, those skipped not counted. */
  readonly gflop: number;
  readonly gflopPerSecond: number;
  /** The peak GFLOP/s measured before and after the row, the better of both. */
  readonly peakGflopPerSecond: number;
  /** `gflopPerSecond` / `peakGflopPerSecond`. */
  readonly utilization: number;
  /** Milliseconds of the first step, which traces. */
  readonly firstMs: number;
  /** The peak memory of the process, in MB of 10⁶ bytes. */
  readonly peakMb: number;
  /** PyTorch's fastest way: AdamW, attention, and whether it is compiled. */
  readonly torchWay?: string;
  readonly torchMs?: number;
  /** PyTorch's median / Bertbook's; range of the rounds' ratios. */
  readonly torchRatio?: number;
  readonly torchRatioMin?: number;
  readonly torchRatioMax?: number;
  readonly torchPeakMb?: number;
  /** With the same savings. */
  readonly eagerMs?: number;
  readonly wasmMs?: number;
  /** Memory after the last round, if that was asked for. */
  readonly memory?: readonly (MemoryNow & { readonly steps: number })[];
};

/** Steps before the first that counts: allocators and clocks settle. */
const WARM_UP = 2;
/** A program slower than Bertbook by this factor takes one step in each round. */
const SLOW = 4;
const PEAK_READINGS = 5;
const NUM_MEMORY_POINTS = 10;

/** Measures what the options ask for, and writes the figures to a file. */
export async function bench(plan: BenchPlan): Promise<number> {
  return await interruptible(async (signal) => {
    if (plan.start) await benchStart(plan.rounds);
    else if (plan.byLength) await benchPaddings(plan);
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
  const [load = 0] = Deno.loadavg();
  if (load > navigator.hardwareConcurrency / 2) {
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
  const cells = cellsOf(rows);
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

/** A worker that has taken its first step, and its later rounds. */
type Program = {
  readonly worker: WorkerProcess<{ firstMs: number }>;
  readonly rounds: { milliseconds: number[]; peakMb: number }[];
};

/** Milliseconds of each step, round by round. */
function timesOf({ rounds }: Program): number[][] {
  return rounds.map(({ milliseconds }) => milliseconds);
}

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
  const { plan, peakWorker, signal, line } = at;
  const update = (text: string): void =>
    line.update(`${titleOf(what)}: ${text}`);
  const readPeak = async (): Promise<number> =>
    (await peakWorker.ask<Record<Precision, number>>(PEAK_READINGS))[
      what.precision
    ];
  await using workers = new AsyncDisposableStack();
  const programs: Program[] = [];
  for (const command of await commandsOf(what, at)) {
    update(`starting ${command.name}`);
    const worker = await WorkerProcess.start<{ firstMs: number }>(
      command,
      signal,
    );
    programs.push({ worker: workers.use(worker), rounds: [] });
  }
  const peakBefore = await readPeak();
  const paces: number[] = [];
  for (const { worker } of programs) {
    const warmUp = await worker.ask<{ milliseconds: number[] }>(WARM_UP);
    paces.push(warmUp.milliseconds.at(-1)!);
  }
  for (let round = 1; round <= plan.rounds; round++) {
    update(`round ${round} of ${plan.rounds}`);
    for (const [i, { worker, rounds }] of programs.entries()) {
      const isSlow = paces[i]! > SLOW * paces[0]!;
      rounds.push(await worker.ask(isSlow ? 1 : plan.steps));
    }
  }
  const peak = Math.max(peakBefore, await readPeak());
  const baselines = programs.slice(plan.savings.length);
  const rows = plan.savings.map((savings, i) => {
    const words = savings === "all" ? plan.words : NUM_WORDS;
    // The other engines ran with the first way of saving only.
    const comparable = baselines.filter(({ worker }) =>
      i === 0 || worker.name.startsWith("torch")
    );
    const row = { ...what, savings, words };
    return rowOf(row, programs[i]!, comparable, peak);
  });
  if (plan.memory === 0) return rows;
  update(`tracking memory for ${plan.memory} steps`);
  const memory = await trackMemory(programs[0]!.worker, plan.memory);
  return rows.map((row, i) => i === 0 ? { ...row, memory } : row);
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

function rowOf(
  what: Omit<StepWorkload, "engine">,
  bertbook: Program,
  baselines: readonly Program[],
  peakGflopPerSecond: number,
): BenchRow {
  const { model, tokens, savings } = what;
  const { median, min, max } = spreadOf(timesOf(bertbook).flat());
  const gflop = stepFlops(BENCH_MODELS[model], tokens, savings) / 1e9;
  const gflopPerSecond = gflop / median * 1e3;
  const row = {
    ...what,
    stepMs: median,
    stepMsMin: min,
    stepMsMax: max,
    tokensPerSecond: BATCH_SIZE * tokens / median * 1e3,
    gflop,
    gflopPerSecond,
    peakGflopPerSecond,
    utilization: gflopPerSecond / peakGflopPerSecond,
    firstMs: bertbook.worker.hello.firstMs,
    peakMb: bertbook.rounds.at(-1)!.peakMb,
  };
  return baselines.reduce<BenchRow>((row, program) => {
    const times = timesOf(program);
    const ms = spreadOf(times.flat()).median;
    const [name, ...way] = program.worker.name.split(" ");
    if (name !== "torch") return { ...row, [`${name}Ms`]: ms };
    const ratio = ratioOf(times, timesOf(bertbook));
    return {
      ...row,
      torchWay: way.join(" "),
      torchMs: ms,
      torchRatio: ratio.median,
      torchRatioMin: ratio.min,
      torchRatioMax: ratio.max,
      torchPeakMb: program.rounds.at(-1)!.peakMb,
    };
  }, row);
}

/** Takes many steps and reads the memory after each tenth of them. */
export async function trackMemory(
  worker: Pick<WorkerProcess, "ask">,
  steps: number,
): Promise<NonNullable<BenchRow["memory"]>> {
  const points: (MemoryNow & { steps: number })[] = [];
  const numPoints = Math.min(NUM_MEMORY_POINTS, steps);
  for (let i = 1, done = 0; i <= numPoints; i++) {
    const goal = Math.round(steps * i / numPoints);
    await worker.ask(goal - done);
    points.push({ steps: goal, ...await worker.ask<MemoryNow>(0) });
    done = goal;
  }
  return points;
}

function memoryTable(points: NonNullable<BenchRow["memory"]>): string {
  return textTable([
    ["after", "resident MB", "JavaScript MB", "tensors", "handles"],
    ...points.map(({ steps, residentMb, scriptMb, tensors, handles }) => [
      `${steps} steps`,
      ...[residentMb, scriptMb, tensors, handles].map(String),
    ]),
  ]);
}

/** The columns of the table; one without a cell is left out. */
const COLUMNS: readonly [title: string, cell: (row: BenchRow) => string][] = [
  ["model", ({ model }) => model],
  ["tokens", ({ tokens }) => `${tokens}`],
  ["precision", ({ precision }) => precision],
  ["savings", ({ savings }) => savings],
  ["step ms", ({ stepMs }) => figure(stepMs)],
  ["min–max", (row) => `${figure(row.stepMsMin)}–${figure(row.stepMsMax)}`],
  ["tokens/s", ({ tokensPerSecond }) => tokensPerSecond.toFixed(0)],
  ["GFLOP", ({ gflop }) => figure(gflop)],
  ["GFLOP/s", ({ gflopPerSecond }) => gflopPerSecond.toFixed(0)],
  ["of peak", ({ utilization }) => `${(100 * utilization).toFixed(0)} %`],
  ["first ms", ({ firstMs }) => firstMs.toFixed(0)],
  ["peak MB", ({ peakMb }) => `${peakMb}`],
  ["PyTorch ms", ({ torchMs }) => figure(torchMs)],
  ["its AdamW, attention", ({ torchWay = "" }) => torchWay],
  ["its MB", ({ torchPeakMb = "" }) => `${torchPeakMb}`],
  [
    "PyTorch/Bertbook",
    ({ torchRatio, torchRatioMin, torchRatioMax }) =>
      torchRatio === undefined
        ? ""
        : `${figure(torchRatio)} (${figure(torchRatioMin)}–${
          figure(torchRatioMax)
        })`,
  ],
  ["eager ms", ({ eagerMs }) => figure(eagerMs)],
  ["wasm ms", ({ wasmMs }) => figure(wasmMs)],
];

function cellsOf(rows: readonly BenchRow[]): string[][] {
  const columns = COLUMNS.filter(([, cell]) => rows.some((row) => cell(row)));
  return [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, cell]) => cell(row))),
  ];
}

/** Three significant digits or more; nothing where there is no figure. */
function figure(value: number | undefined): string {
  return value?.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0) ?? "";
}

/** Writes figures to a file, with its folder. */
export async function writeJson(path: string, content: unknown): Promise<void> {
  await Deno.mkdir(dirname(resolve(path)), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(content, null, 2) + "\n");
}
