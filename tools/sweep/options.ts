/** The options of `deno task sweep`, read and checked. @module */

import { isSeed } from "../../notebooks/support/settings.ts";
import type { ScheduleName } from "../../lib/training/schedule.ts";
import {
  type Arguments,
  type OptionSpec,
  UsageError,
} from "../shell/command.ts";
import {
  choicesOf,
  itemsOf,
  numbersOf,
  onlyOne,
  type Range,
  wholeNumbersOf,
} from "../shell/option_values.ts";
import type { SweepGrid } from "./grid.ts";

/** What is to be swept, and how. */
export type SweepPlan = SweepGrid & {
  /** Training sentences at most. */
  readonly sentences: number;
  /** Runs at a time; undefined: as many as the machine allows. */
  readonly jobs: number | undefined;
  /** The folder of the results. */
  readonly out: string;
};

/** How `deno task sweep` is told what to do. */
export const SWEEP_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  lr: {
    type: "string",
    value: "5e-5,3e-5,2e-5",
    description: "Learning rates",
  },
  batch: { type: "string", value: "16,32", description: "Batch sizes" },
  epochs: { type: "string", value: "2,3,4", description: "Numbers of epochs" },
  seeds: {
    type: "string",
    value: "42,43,44",
    description: "Every combination is run with each",
  },
  schedule: {
    type: "string",
    value: "linear",
    description: "linear; or constant, whose long runs contain the short ones",
  },
  sentences: {
    type: "string",
    value: "all",
    description: "Training sentences of each run",
  },
  quick: {
    type: "boolean",
    description: "A small sweep, where an option does not say otherwise",
  },
  jobs: {
    type: "string",
    value: "NUMBER",
    description: "Runs at a time; else as many as cores and memory allow",
  },
  out: {
    type: "string",
    value: "out/sweep",
    description: "Folder of the results; what is there is not run again",
  },
};

/** `--quick`: minutes on two cores, and still a picture. */
const QUICK: Readonly<Record<string, string>> = {
  lr: "2e-4,1e-4,5e-5",
  batch: "32",
  epochs: "1,2",
  seeds: "42,43",
  sentences: "1000",
};

/**
 * Reads the options.
 *
 * @param given What stood behind the command's name.
 * @returns The plan; the grid of Devlin et al. (2019), appendix A.3, unless told.
 * @throws {UsageError} If a value is none of those that are known.
 */
export function sweepPlan({ flags, values }: Arguments): SweepPlan {
  const text = (name: string): string =>
    values.get(name) ?? (flags.has("quick") ? QUICK[name] : undefined) ??
      SWEEP_OPTIONS[name]!.value!;
  const whole = (name: string, range: Range): number[] =>
    wholeNumbersOf(name, text(name), range);
  return {
    learningRates: numbersOf("lr", text("lr"), [1e-8, 1]),
    batchSizes: whole("batch", [1, 1024]),
    epochs: whole("epochs", [1, 100]),
    seeds: seedsOf(text("seeds")),
    schedule: onlyOne(
      "schedule",
      choicesOf<ScheduleName>("schedule", text("schedule"), [
        "linear",
        "constant",
      ]),
    ),
    sentences: text("sentences") === "all"
      ? Infinity
      : onlyOne("sentences", whole("sentences", [1, 1_000_000])),
    jobs: values.has("jobs")
      ? onlyOne("jobs", whole("jobs", [1, 256]))
      : undefined,
    out: text("out"),
  };
}

function seedsOf(text: string): number[] {
  const wrong = itemsOf(text).find((item) => !isSeed(item));
  if (wrong === undefined) return itemsOf(text).map(Number);
  throw new UsageError(
    `Cannot read --seeds as each must be a whole number below 2^31: found ` +
      `"${wrong}"`,
  );
}
