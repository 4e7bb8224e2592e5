/** One row of the benchmark: the contestants take turns at one shape. @module */

import { join } from "node:path";
import type { Precision } from "../training/precision.ts";
import { BenchChild } from "./bench_child.ts";
import { type MemoryPoint, watchMemory } from "./bench_memory.ts";
import type { Rival } from "./bench_options.ts";
import {
  BATCH_SIZE,
  BENCH_MODELS,
  type BenchModel,
  stepFlops,
} from "./bench_shapes.ts";
import { ratioOf, spreadOf } from "./bench_statistics.ts";
import { PROJECT } from "./project.ts";

/** What one row measures. */
export type BenchCase = {
  readonly model: BenchModel;
  /** T. */
  readonly tokens: number;
  readonly precision: Precision;
};

/** What came out, as it stands in `bench.json`; rivals only where they ran. */
export type BenchRow = BenchCase & {
  /** Rows of our word table; PyTorch has all of them. */
  readonly words: number;
  /** Milliseconds of a step: median, least, greatest. */
  readonly stepMs: number;
  readonly stepMsMin: number;
  readonly stepMsMax: number;
  readonly tokensPerSecond: number;
  /** 10⁹ additions and multiplications in a step of the plain model. */
  readonly gflop: number;
  /** And in a second. */
  readonly gflops: number;
  /** GFLOP/s of large products, before and after the row, the better of both. */
  readonly roofGflops: number;
  readonly roofShare: number;
  /** Milliseconds of the first step, which traces. */
  readonly firstMs: number;
  /** The most memory of the process, in MB of 10⁶ bytes. */
  readonly peakMb: number;
  /** The faster of PyTorch's default and fused AdamW. */
  readonly torchMs?: number;
  readonly torchOptimizer?: string;
  /** PyTorch's median / ours; least and greatest ratio of the rounds. */
  readonly torchRatio?: number;
  readonly torchRatioMin?: number;
  readonly torchRatioMax?: number;
  readonly torchPeakMb?: number;
  readonly eagerMs?: number;
  readonly wasmMs?: number;
  /** How memory went on after the last round, if that was asked for. */
  readonly memory?: readonly MemoryPoint[];
};

/** How a row is measured. */
export type RowOptions = {
  readonly rivals: readonly Rival[];
  readonly rounds: number;
  readonly steps: number;
  readonly words: number;
  /** Steps after the last round during which memory is watched. */
  readonly memory: number;
  /** The program that runs PyTorch, and the threads that it may use. */
  readonly python: string;
  readonly threads: number;
  /** Reads the roof, in GFLOP/s. */
  readonly readRoof: () => Promise<number>;
  /** Hears what goes on now. */
  readonly onProgress: (text: string) => void;
};

/** Steps before the first that counts: allocators and clocks settle. */
const WARM_UP = 2;
/** A rival slower than ours by this factor takes one step in each round. */
const SLOW = 4;

type Contestant = {
  readonly name: string;
  readonly child: BenchChild;
  readonly firstMs: number;
  /** The milliseconds of each step, round by round. */
  readonly rounds: number[][];
  steps: number;
  peakMb: number;
};

/**
 * Measures one row.
 *
 * Every contestant is a process that stays alive, and waits while another works.
 *
 * @param what Model, tokens and precision.
 * @param options Rivals, rounds and steps.
 * @returns The row.
 */
export async function measureRow(
  what: BenchCase,
  options: RowOptions,
): Promise<BenchRow> {
  const { onProgress, steps } = options;
  const title = `${what.model} ${what.tokens} ${what.precision}`;
  await using children = new AsyncDisposableStack();
  const contestants: Contestant[] = [];
  for (const [name, command] of commandsOf(what, options)) {
    onProgress(`${title}: starting ${name}`);
    const { child, hello } = await BenchChild.start<{ firstMs: number }>(
      name,
      command,
    );
    children.use(child);
    const more = { rounds: [], steps, peakMb: 0 };
    contestants.push({ name, child, firstMs: hello.firstMs, ...more });
  }
  const [ours] = contestants;
  const roofs = [await options.readRoof()];
  let pace = 0;
  for (const contestant of contestants) {
    const last = (await take(contestant, WARM_UP)).at(-1)!;
    if (contestant === ours) pace = last;
    else if (last > SLOW * pace) contestant.steps = 1;
  }
  for (let round = 1; round <= options.rounds; round++) {
    onProgress(`${title}: round ${round} of ${options.rounds}`);
    for (const contestant of contestants) {
      contestant.rounds.push(await take(contestant, contestant.steps));
    }
  }
  roofs.push(await options.readRoof());
  const row = rowOf(
    { ...what, words: options.words },
    contestants,
    Math.max(...roofs),
  );
  if (options.memory === 0) return row;
  onProgress(`${title}: watching memory for ${options.memory} steps`);
  return { ...row, memory: await watchMemory(ours!.child, options.memory) };
}

/** Lets a contestant work; the others wait. */
async function take(contestant: Contestant, count: number): Promise<number[]> {
  const { milliseconds, peakMb } = await contestant.child.ask<
    { milliseconds: number[]; peakMb: number }
  >(count);
  contestant.peakMb = peakMb;
  return milliseconds;
}

/** The programs that take part, ours first. */
function commandsOf(
  { model, tokens, precision }: BenchCase,
  { rivals, python, threads, words }: RowOptions,
): [name: string, command: [string, ...string[]]][] {
  const program = (name: string): string => join(PROJECT, "lib", "cli", name);
  const step = (contestant: string): [string, ...string[]] => [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--allow-all"],
    ...[program("bench_step.ts"), contestant],
    ...[model, String(tokens), precision, String(words)],
  ];
  const config = BENCH_MODELS[model];
  const torch = (optimizer: string): [string, ...string[]] => [
    ...[python, program("bench_torch.py"), optimizer] as const,
    ...[config.numLayers, config.hiddenSize, config.numHeads].map(String),
    ...[config.feedForwardSize, tokens, precision, threads].map(String),
  ];
  // bfloat16 is a way to compile: the other engines of ours do not have it.
  const own = rivals.filter((rival) =>
    rival !== "torch" && precision === "float32"
  );
  return [
    ["compiled", step("compiled")],
    ...own.map((rival) => [rival, step(rival)] as [string, [string]]),
    ...(rivals.includes("torch") ? ["default", "fused"] : [])
      .map((name) => [`torch ${name}`, torch(name)] as [string, [string]]),
  ];
}

/** Sums up what the contestants did. */
function rowOf(
  what: BenchCase & { words: number },
  contestants: readonly Contestant[],
  roofGflops: number,
): BenchRow {
  const timesOf = ({ rounds }: Contestant) => spreadOf(rounds.flat());
  const named = (name: string): Contestant[] =>
    contestants.filter((contestant) => contestant.name.startsWith(name));
  const ours = contestants[0]!;
  const { median, min, max } = timesOf(ours);
  const gflop = stepFlops(BENCH_MODELS[what.model], what.tokens) / 1e9;
  const gflops = gflop / median * 1e3;
  const [torch] = named("torch").toSorted((a, b) =>
    timesOf(a).median - timesOf(b).median
  );
  return {
    ...what,
    stepMs: median,
    stepMsMin: min,
    stepMsMax: max,
    tokensPerSecond: BATCH_SIZE * what.tokens / median * 1e3,
    gflop,
    gflops,
    roofGflops,
    roofShare: gflops / roofGflops,
    firstMs: ours.firstMs,
    peakMb: ours.peakMb,
    ...(torch === undefined ? {} : againstTorch(torch, ours)),
    ...Object.fromEntries(
      [...named("eager"), ...named("wasm")]
        .map((rival) => [`${rival.name}Ms`, timesOf(rival).median]),
    ),
  };
}

function againstTorch(
  torch: Contestant,
  ours: Contestant,
): Pick<BenchRow, "torchMs" | "torchRatio"> {
  const { median, min, max } = ratioOf(torch.rounds, ours.rounds);
  const figures = {
    torchMs: spreadOf(torch.rounds.flat()).median,
    torchOptimizer: torch.name.replace("torch ", ""),
    torchRatio: median,
    torchRatioMin: min,
    torchRatioMax: max,
    torchPeakMb: torch.peakMb,
  };
  return figures;
}
