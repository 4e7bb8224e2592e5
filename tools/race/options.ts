/** The options of `deno task race`, read and checked. @module */

import type { Precision } from "../../lib/engine/precision.ts";
import type { Arguments, OptionSpec } from "../shell/command.ts";
import {
  choicesOf,
  numbersOf,
  onlyOne,
  wholeNumbersOf,
} from "../shell/option_values.ts";

/**
 * Who can take part: ours as it is, with packed rows; ours compiled, and operation by
 * operation, on the same padded rows as PyTorch.
 */
export const RACERS = ["packed", "compiled", "eager", "torch"] as const;

/** One of {@linkcode RACERS}. */
export type Racer = (typeof RACERS)[number];

/** What is to be raced. */
export type RacePlan = {
  readonly racers: readonly Racer[];
  readonly seeds: readonly number[];
  readonly epochs: number;
  /** Training sentences at most. */
  readonly sentences: number;
  readonly sampler: "random" | "length-grouped";
  readonly precision: Precision;
  /** Dropout rate of all layers. */
  readonly dropout: number;
  /** The file that receives the figures. */
  readonly json: string;
};

/** How `deno task race` is told what to do. */
export const RACE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  who: {
    type: "string",
    value: "packed,compiled,torch",
    description: "Who takes part: packed, compiled, eager, torch",
  },
  seeds: {
    type: "string",
    value: "42",
    description: "One run of each for every seed, such as 42,43,44",
  },
  epochs: { type: "string", value: "4", description: "Epochs of each run" },
  sentences: {
    type: "string",
    value: "all",
    description: "Training sentences, for a shorter race",
  },
  sampler: {
    type: "string",
    value: "random",
    description: "Order of the sentences: random or length-grouped",
  },
  precision: {
    type: "string",
    value: "float32",
    description: "float32 or bfloat16",
  },
  dropout: {
    type: "string",
    value: "0.1",
    description: "Dropout; with 0 the losses of all are equal",
  },
  json: {
    type: "string",
    value: "out/race.json",
    description: "File for the figures",
  },
};

const MAX_SEED = 2 ** 31 - 1;

/**
 * Reads the options.
 *
 * @param given What stood behind the command's name.
 * @returns The plan; what was not given has the value that `--help` shows.
 * @throws {UsageError} If a value is none of those that are known.
 */
export function racePlan({ values }: Arguments): RacePlan {
  const text = (name: string): string =>
    values.get(name) ?? RACE_OPTIONS[name]!.value!;
  const one = <T extends string>(name: string, known: readonly T[]): T =>
    onlyOne(name, choicesOf(name, text(name), known));
  const whole = (name: string, range: [number, number]): number[] =>
    wholeNumbersOf(name, text(name), range);
  return {
    racers: choicesOf("who", text("who"), RACERS),
    seeds: whole("seeds", [0, MAX_SEED]),
    epochs: onlyOne("epochs", whole("epochs", [1, 100])),
    sentences: text("sentences") === "all"
      ? Infinity
      : onlyOne("sentences", whole("sentences", [1, 1_000_000])),
    sampler: one("sampler", ["random", "length-grouped"]),
    precision: one<Precision>("precision", ["float32", "bfloat16"]),
    dropout: onlyOne(
      "dropout",
      numbersOf("dropout", text("dropout"), [0, 0.99]),
    ),
    json: text("json"),
  };
}
