/** Figures of `bench`, in a file and as tables. @module */

import { dirname, resolve } from "node:path";
import { cellsOf, type Column, textTable } from "../shell/text_table.ts";
import { BATCH_SIZE, BENCH_MODELS, stepFlops } from "./shapes.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import type { MemoryNow, StepWorkload } from "./step.ts";

/** The figures of a row in `bench.json`; those of baselines only if they ran. */
export type BenchRow = Omit<StepWorkload, "engine" | "scale"> & {
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
  readonly memory?: readonly MemoryReading[];
};

/** What a program took for its steps. */
export type Program = {
  /** Such as "compiled", or "torch" and its way. */
  readonly name: string;
  readonly firstMs: number;
  /** Milliseconds of each step, round by round. */
  readonly times: number[][];
  peakMb: number;
};

/** Computes the figures of a row. */
export function rowOf(
  what: Omit<StepWorkload, "engine">,
  bertbook: Program,
  baselines: readonly Program[],
  peakGflopPerSecond: number,
): BenchRow {
  const { model, tokens, savings } = what;
  const { median, min, max } = spreadOf(bertbook.times.flat());
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
    firstMs: bertbook.firstMs,
    peakMb: bertbook.peakMb,
  };
  return baselines.reduce<BenchRow>((row, { name: program, times, peakMb }) => {
    const ms = spreadOf(times.flat()).median;
    const [name, ...way] = program.split(" ");
    if (name !== "torch") return { ...row, [`${name}Ms`]: ms };
    const ratio = ratioOf(times, bertbook.times);
    return {
      ...row,
      torchWay: way.join(" "),
      torchMs: ms,
      torchRatio: ratio.median,
      torchRatioMin: ratio.min,
      torchRatioMax: ratio.max,
      torchPeakMb: peakMb,
    };
  }, row);
}

/** The columns of the table; those of baselines are empty if these did not run. */
const COLUMNS: readonly Column<BenchRow>[] = [
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

/** The cells of a table with a line for each row. */
export function benchCells(rows: readonly BenchRow[]): string[][] {
  return cellsOf(COLUMNS, rows);
}

/** Three significant digits or more; nothing where there is no figure. */
export function figure(value: number | undefined): string {
  return value?.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0) ?? "";
}

/** What is left in memory after some steps. */
export type MemoryReading = MemoryNow & { readonly steps: number };

const MEMORY_COLUMNS: readonly Column<MemoryReading>[] = [
  ["after", ({ steps }) => `${steps} steps`],
  ["resident MB", ({ residentMb }) => `${residentMb}`],
  ["JavaScript MB", ({ scriptMb }) => `${scriptMb}`],
  ["tensors", ({ tensors }) => `${tensors}`],
  ["handles", ({ handles }) => `${handles}`],
];

/** A line for each reading of the memory. */
export function memoryTable(readings: readonly MemoryReading[]): string {
  return textTable(cellsOf(MEMORY_COLUMNS, readings));
}

/** Writes figures to a file, with its folder. */
export async function writeJson(path: string, content: unknown): Promise<void> {
  await Deno.mkdir(dirname(resolve(path)), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(content, null, 2) + "\n");
}
