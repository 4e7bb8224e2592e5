/** The options of `deno task bench`, read and checked. @module */

import type { Precision } from "../../lib/engine/precision.ts";
import {
  type Arguments,
  type OptionSpec,
  UsageError,
} from "../shell/command.ts";
import { choicesOf, onlyOne, wholeNumbersOf } from "../shell/option_values.ts";
import {
  BENCH_MODELS,
  type BenchModel,
  NUM_WORDS,
  SAVINGS,
  type Savings,
} from "./shapes.ts";

/** Whom Bertbook can be compared with. */
const RIVALS = ["torch", "eager", "wasm"] as const;

/** One of {@linkcode RIVALS}. */
export type Rival = (typeof RIVALS)[number];

/** What is to be measured, and where it goes. */
export type BenchPlan = {
  readonly models: readonly BenchModel[];
  readonly tokens: readonly number[];
  readonly precisions: readonly Precision[];
  /** A row for each, in the same run. */
  readonly savings: readonly Savings[];
  /** Whether ways of padding are measured instead of models. */
  readonly byLength: boolean;
  /** Instead: how long a notebook takes to its first step. */
  readonly start: boolean;
  readonly rivals: readonly Rival[];
  readonly rounds: number;
  /** Steps of each contestant in each round. */
  readonly steps: number;
  /** Rows of our own word table with savings: those that occur. */
  readonly words: number;
  /** Steps after the last round during which memory is watched. */
  readonly memory: number;
  /** The file that receives the figures. */
  readonly json: string;
  /** The file that receives a chart, if one is wanted. */
  readonly picture: string | undefined;
};

/** The 5,584 word pieces of CoLA's training sentences, as fine-tuning rounds them. */
const COLA_WORDS = 5_632;

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
  savings: {
    type: "string",
    value: "all,none",
    description: "Leave out all work that changes no result, or none of it",
  },
  "by-length": {
    type: "boolean",
    description: "Instead: an epoch on CoLA by how sentences are padded",
  },
  start: {
    type: "boolean",
    description: "Instead: from a kernel's start to the first trained step",
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
    value: String(COLA_WORDS),
    description: "Rows of the word table that occur: savings train no others",
  },
  memory: {
    type: "string",
    value: "0",
    description: "Watch memory for so many more steps, such as 2000",
  },
  json: {
    type: "string",
    value: "out/bench.json",
    description: "File for the figures",
  },
  picture: {
    type: "string",
    value: "FILE.png",
    description: "Draw them too, into this file",
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
 * one is named. Or if options ask for two measurements.
 */
export function benchPlan({ flags, values }: Arguments): BenchPlan {
  const text = (name: string): string =>
    values.get(name) ?? BENCH_OPTIONS[name]!.value!;
  const choices = <T extends string>(name: string, known: readonly T[]): T[] =>
    choicesOf(name, text(name), known);
  const counts = (name: string, most: number, least = 1): number[] =>
    wholeNumbersOf(name, text(name), [least, most]);
  const count = (name: string, most: number, least = 1): number =>
    onlyOne(name, counts(name, most, least));
  refuseTogether(["by-length", "start"], flags);
  for (const rival of RIVALS) {
    refuseTogether(["by-length", rival], flags);
    refuseTogether(["start", rival], flags);
  }
  return {
    models: choices("model", Object.keys(BENCH_MODELS) as BenchModel[]),
    tokens: counts("tokens", MAX_TOKENS),
    precisions: choices<Precision>("precision", ["float32", "bfloat16"]),
    savings: choices("savings", SAVINGS),
    byLength: flags.has("by-length"),
    start: flags.has("start"),
    rivals: RIVALS.filter((rival) => flags.has(rival)),
    rounds: count("rounds", 1000),
    steps: count("steps", 1000),
    words: count("words", NUM_WORDS),
    memory: count("memory", 1_000_000, 0),
    json: values.get("json") ??
      (flags.has("by-length") ? "out/lengths.json" : text("json")),
    picture: values.get("picture"),
  };
}

/** Refuses options that ask for two measurements at once. */
function refuseTogether(
  names: readonly string[],
  flags: ReadonlySet<string>,
): void {
  if (!names.every((name) => flags.has(name))) return;
  const both = names.map((name) => `--${name}`).join(" and ");
  throw new UsageError(
    `Cannot run "bench" as it measures one thing at a time: found ${both}; ` +
      `leave one of them out`,
  );
}
