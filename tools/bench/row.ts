/** Rows of the benchmark: the contestants take turns at one shape. @module */

import { ratioOf, spreadOf } from "../trials/statistics.ts";
import {
  type BenchCase,
  commandsOf,
  Contestant,
  type Field,
  type NamedCommand,
} from "./contestant.ts";
import { type MemoryPoint, watchMemory } from "./memory.ts";
import {
  BATCH_SIZE,
  BENCH_MODELS,
  NUM_WORDS,
  type Savings,
  stepFlops,
} from "./shapes.ts";

/** What came out, as it stands in `bench.json`; rivals only where they ran. */
export type BenchRow = BenchCase & {
  /** What our step leaves out. PyTorch leaves out nothing. */
  readonly savings: Savings;
  /** Rows of our word table; PyTorch has all of them. */
  readonly words: number;
  /** Milliseconds of a step: median, least, greatest. */
  readonly stepMs: number;
  readonly stepMsMin: number;
  readonly stepMsMax: number;
  readonly tokensPerSecond: number;
  /** 10⁹ additions and multiplications in our step, those left out not counted. */
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
  /** The fastest of PyTorch's ways, and which one that is. */
  readonly torchMs?: number;
  readonly torchOptimizer?: string;
  readonly torchAttention?: string;
  /** PyTorch's median / ours; least and greatest ratio of the rounds. */
  readonly torchRatio?: number;
  readonly torchRatioMin?: number;
  readonly torchRatioMax?: number;
  readonly torchPeakMb?: number;
  /** With the same savings. */
  readonly eagerMs?: number;
  readonly wasmMs?: number;
  /** How memory went on after the last round, if that was asked for. */
  readonly memory?: readonly MemoryPoint[];
};

/** How rows are measured. */
export type RowOptions = Field & {
  readonly rounds: number;
  readonly steps: number;
  /** Steps after the last round during which memory is watched. */
  readonly memory: number;
  /** Reads the roof, in GFLOP/s. */
  readonly readRoof: () => Promise<number>;
  /** Ends all contestants at once. */
  readonly signal: AbortSignal;
  /** Hears what goes on now. */
  readonly onProgress: (text: string) => void;
};

/** Steps before the first that counts: allocators and clocks settle. */
const WARM_UP = 2;
/** A rival slower than ours by this factor takes one step in each round. */
const SLOW = 4;

/**
 * Measures one shape.
 *
 * Every contestant is a process that stays alive, and waits while another works. Of
 * PyTorch's ways only the fastest takes part.
 *
 * @param what Model, tokens and precision.
 * @param options Contestants, rounds and steps.
 * @returns A row for each way of saving.
 */
export async function measureRows(
  what: BenchCase,
  options: RowOptions,
): Promise<BenchRow[]> {
  const { onProgress, savings } = options;
  const title = `${what.model} ${what.tokens} ${what.precision}`;
  await using children = new AsyncDisposableStack();
  const contestants: Contestant[] = [];
  const commands = commandsOf(what, options);
  const torch = await fastestOf(
    commands.filter(([name]) => isTorch(name)),
    { ...options, onProgress: (text) => onProgress(`${title}: ${text}`) },
  );
  const own = commands.filter(([name]) => !isTorch(name));
  for (const each of [...own, ...torch]) {
    onProgress(`${title}: starting ${each[0]}`);
    const contestant = await Contestant.start(each, options.signal);
    children.use(contestant.child);
    contestants.push(contestant);
  }
  const roofs = [await options.readRoof()];
  const paces: number[] = [];
  for (const contestant of contestants) {
    paces.push((await contestant.take(WARM_UP)).at(-1)!);
  }
  for (let round = 1; round <= options.rounds; round++) {
    onProgress(`${title}: round ${round} of ${options.rounds}`);
    for (const [i, contestant] of contestants.entries()) {
      const isSlow = paces[i]! > SLOW * paces[0]!;
      contestant.rounds.push(await contestant.take(isSlow ? 1 : options.steps));
    }
  }
  roofs.push(await options.readRoof());
  const roof = Math.max(...roofs);
  const rivals = contestants.slice(savings.length);
  const rows = savings.map((saving, i) => {
    // Our slow engines ran with the first way of saving only.
    const fair = rivals.filter(({ name }) => i === 0 || isTorch(name));
    const words = saving === "all" ? options.words : NUM_WORDS;
    const row = { ...what, savings: saving, words };
    return rowOf(row, contestants[i]!, fair, roof);
  });
  if (options.memory === 0) return rows;
  onProgress(`${title}: watching memory for ${options.memory} steps`);
  const memory = await watchMemory(contestants[0]!.child, options.memory);
  return rows.map((row, i) => i === 0 ? { ...row, memory } : row);
}

function isTorch(name: string): boolean {
  return name.startsWith("torch ");
}

/**
 * Of several programs the one with the fastest step; none of none.
 *
 * They run one after the other: side by side, as the contestants do, they would need
 * more memory than many machines have.
 */
async function fastestOf(
  ways: readonly NamedCommand[],
  { steps, signal, onProgress }: RowOptions,
): Promise<NamedCommand[]> {
  if (ways.length < 2) return [...ways];
  const paces: number[] = [];
  for (const way of ways) {
    onProgress(`trying ${way[0]}`);
    const contestant = await Contestant.start(way, signal);
    await using _child = contestant.child;
    await contestant.take(WARM_UP);
    paces.push(Math.min(...await contestant.take(steps)));
  }
  return [ways[paces.indexOf(Math.min(...paces))]!];
}

/** Sums up what ours and its rivals did. */
function rowOf(
  what: Pick<BenchRow, keyof BenchCase | "savings" | "words">,
  ours: Contestant,
  rivals: readonly Contestant[],
  roofGflops: number,
): BenchRow {
  const { median, min, max } = timesOf(ours);
  const { model, tokens, savings } = what;
  const gflop = stepFlops(BENCH_MODELS[model], tokens, savings) / 1e9;
  const gflops = gflop / median * 1e3;
  const torch = rivals.find(({ name }) => isTorch(name));
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
      rivals.filter(({ name }) => !isTorch(name))
        .map((rival) => [`${rival.name}Ms`, timesOf(rival).median]),
    ),
  };
}

function againstTorch(
  torch: Contestant,
  ours: Contestant,
): Pick<BenchRow, "torchMs" | "torchRatio"> {
  const { median, min, max } = ratioOf(torch.rounds, ours.rounds);
  const [, optimizer, attention] = torch.name.split(" ");
  const figures = {
    torchMs: timesOf(torch).median,
    torchOptimizer: optimizer,
    torchAttention: attention,
    torchRatio: median,
    torchRatioMin: min,
    torchRatioMax: max,
    torchPeakMb: torch.peakMb,
  };
  return figures;
}

function timesOf({ rounds }: Contestant): ReturnType<typeof spreadOf> {
  return spreadOf(rounds.flat());
}
