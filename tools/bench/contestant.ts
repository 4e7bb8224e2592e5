/** The contestants of the benchmark, each a process that waits for its turn. @module */

import { join } from "node:path";
import type { Precision } from "../../lib/engine/precision.ts";
import { WorkerProcess } from "../trials/worker_process.ts";
import type { Rival } from "./options.ts";
import { BENCH_MODELS, type BenchModel, type Savings } from "./shapes.ts";

/** The shape at which they take steps. */
export type BenchCase = {
  readonly model: BenchModel;
  /** T. */
  readonly tokens: number;
  readonly precision: Precision;
};

/** Who takes part, and with what. */
export type Field = {
  /** Ours is a contestant for each of them; the first also stands in for rivals. */
  readonly savings: readonly Savings[];
  readonly rivals: readonly Rival[];
  /** Rows of our word table with savings. */
  readonly words: number;
  /** The program that runs PyTorch, and the threads that it may use at most. */
  readonly python: string;
  readonly threads: number;
};

/** A program and its arguments. */
type CommandLine = [string, ...string[]];

/** A contestant that has not started. */
export type NamedCommand = [name: string, command: CommandLine];

/** A process that has taken its first step. */
export class Contestant {
  /** The milliseconds of each step, round by round. */
  readonly rounds: number[][] = [];
  /** The most memory so far, in MB of 10⁶ bytes. */
  peakMb = 0;

  private constructor(
    readonly name: string,
    readonly child: WorkerProcess,
    /** Milliseconds of the first step, which traces. */
    readonly firstMs: number,
  ) {}

  /**
   * Starts a contestant and waits for its first step.
   *
   * @param contestant Its name stands in messages.
   * @param signal Ends the process at once.
   */
  static async start(
    [name, command]: NamedCommand,
    signal: AbortSignal,
  ): Promise<Contestant> {
    const { child, hello } = await WorkerProcess.start<{ firstMs: number }>(
      name,
      command,
      { signal },
    );
    return new Contestant(name, child, hello.firstMs);
  }

  /**
   * Lets it take steps; the others wait.
   *
   * @param count How many.
   * @returns The milliseconds of each.
   */
  async take(count: number): Promise<number[]> {
    const { milliseconds, peakMb } = await this.child.ask<
      { milliseconds: number[]; peakMb: number }
    >(count);
    this.peakMb = peakMb;
    return milliseconds;
  }
}

/**
 * PyTorch's AdamW and transformers' attention. "sdpa" is what transformers takes
 * unless told; on a processor, with dropout, "eager" is often the faster one.
 */
const TORCH_WAYS = ["default sdpa", "fused sdpa", "fused eager"] as const;

/**
 * The programs that take part.
 *
 * @param what The shape.
 * @param field Who is wanted.
 * @returns Names and commands: `compiled all`, `compiled none`, `eager`, `wasm`,
 * and those of PyTorch, such as `torch fused eager`.
 */
export function commandsOf(
  { model, tokens, precision }: BenchCase,
  { savings, rivals, words, python, threads }: Field,
): NamedCommand[] {
  const program = (name: string): string => join(import.meta.dirname!, name);
  const step = (contestant: string, saving: Savings): CommandLine => [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--allow-all"],
    ...["--v8-flags=--expose-gc", program("step.ts"), contestant],
    ...[model, String(tokens), precision, saving, String(words)],
  ];
  const config = BENCH_MODELS[model];
  const torch = (way: string): CommandLine => [
    ...[python, program("torch_step.py"), ...way.split(" ")] as const,
    ...[config.numLayers, config.hiddenSize, config.numHeads].map(String),
    ...[config.intermediateSize, tokens, precision, threads].map(String),
  ];
  // bfloat16 is a way to compile: the other engines of ours do not have it.
  const own = rivals.filter((rival) =>
    rival !== "torch" && precision === "float32"
  );
  return [
    ...savings.map((saving): NamedCommand => [
      `compiled ${saving}`,
      step("compiled", saving),
    ]),
    ...own.map((rival): NamedCommand => [
      rival,
      step(rival, savings[0]!),
    ]),
    ...(rivals.includes("torch") ? TORCH_WAYS : [])
      .map((way): NamedCommand => [`torch ${way}`, torch(way)]),
  ];
}
