/** The options of `deno task bench`, read and checked. @module */

import { closest } from "fastest-levenshtein";
import type { Precision } from "../training/precision.ts";
import { BENCH_MODELS, type BenchModel, NUM_WORDS } from "./bench_shapes.ts";
import { type Arguments, type OptionSpec, UsageError } from "./command.ts";

/** Whom Bertbook can be compared with. */
export const RIVALS = ["torch", "eager", "wasm"] as const;

/** One of {@linkcode RIVALS}. */
export type Rival = (typeof RIVALS)[number];

/** What is to be measured, and where it goes. */
export type BenchPlan = {
  readonly models: readonly BenchModel[];
  readonly tokens: readonly number[];
  readonly precisions: readonly Precision[];
  readonly rivals: readonly Rival[];
  readonly rounds: number;
  /** Steps of each contestant in each round. */
  readonly steps: number;
  /** Rows of our own word table: fine-tuning trains only those that occur. */
  readonly words: number;
  /** Steps after the last round during which memory is watched. */
  readonly memory: number;
  /** The file that receives the figures. */
  readonly json: string;
  /** Whether a chart goes beside it. */
  readonly picture: boolean;
};

/** How `deno task bench` is told what to do. */
export const BENCH_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  model: {
    type: "string",
    value: "tiny,minilm",
    description: "Which models; bert-base takes minutes and gigabytes",
  },
  tokens: {
    type: "string",
    value: "16,64,128",
    description: "Tokens in each of the 32 sentences",
  },
  precision: {
    type: "string",
    value: "float32",
    description: "float32, bfloat16, or both with a comma",
  },
  torch: { type: "boolean", description: "Race against PyTorch" },
  eager: { type: "boolean", description: "Race against the uncompiled step" },
  wasm: { type: "boolean", description: "Race against WebAssembly" },
  rounds: {
    type: "string",
    value: "5",
    description: "How often the contestants take turns",
  },
  steps: { type: "string", value: "4", description: "Steps in each turn" },
  words: {
    type: "string",
    value: String(NUM_WORDS),
    description: "Word rows that occur, which are all we train; CoLA has 5584",
  },
  memory: {
    type: "string",
    value: "0",
    description: "Take so many more steps, such as 2000, and watch memory",
  },
  json: {
    type: "string",
    value: "out/bench.json",
    description: "File for the figures",
  },
  picture: {
    type: "boolean",
    description: "Draw them too, as .png beside the figures",
  },
};

/** Longer sequences have no position embedding. */
const MAX_TOKENS = 512;

/**
 * Reads the options.
 *
 * @param given What stood behind the command's name.
 * @returns The plan; what was not given has the value that `--help` shows.
 * @throws {UsageError} If a value is none of those that are known; the nearest
 * one is named.
 */
export function benchPlan({ flags, values }: Arguments): BenchPlan {
  const text = (name: string): string =>
    values.get(name) ?? BENCH_OPTIONS[name]!.value!;
  const items = (name: string): string[] => [
    ...new Set(text(name).split(",").map((item) => item.trim())),
  ];
  const choices = <T extends string>(name: string, known: readonly T[]): T[] =>
    items(name).map((item) => choice(name, item, known));
  return {
    models: choices("model", Object.keys(BENCH_MODELS) as BenchModel[]),
    tokens: items("tokens").map((item) => count("tokens", item, MAX_TOKENS)),
    precisions: choices<Precision>("precision", ["float32", "bfloat16"]),
    rivals: RIVALS.filter((rival) => flags.has(rival)),
    rounds: count("rounds", text("rounds"), 1000),
    steps: count("steps", text("steps"), 1000),
    words: count("words", text("words"), NUM_WORDS),
    memory: text("memory") === "0"
      ? 0
      : count("memory", text("memory"), 1_000_000),
    json: text("json"),
    picture: flags.has("picture"),
  };
}

function choice<T extends string>(
  option: string,
  text: string,
  known: readonly T[],
): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot read --${option} as it must be of ${known.join(", ")}: found ` +
      `"${text}"; did you mean ${closest(text, [...known])}?`,
  );
}

function count(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  const whole = Math.round(value);
  const nearest = Number.isFinite(whole)
    ? Math.min(most, Math.max(1, whole))
    : BENCH_OPTIONS[option]!.value!;
  throw new UsageError(
    `Cannot read --${option} as it must be a whole number from 1 to ${most}: ` +
      `found "${text}"; did you mean ${nearest}?`,
  );
}
