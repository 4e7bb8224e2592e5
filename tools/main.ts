/** Command line of every `deno task …`: options, help, errors. @module */

// deno-lint-ignore-file no-console -- the commands speak to a terminal

import { Command, CommanderError, Option } from "commander";
import {
  count,
  countOrAll,
  listOf,
  number,
  oneOf,
  type Parser,
  text,
  UsageError,
} from "./shell/option_values.ts";

const MAX_SEED = 2 ** 31 - 1;
/** The 5,584 word pieces of CoLA's training sentences, as fine-tuning rounds them. */
const COLA_WORDS = "5632";
/** Longer sequences have no position embedding. */
const MAX_TOKENS = 512;
/** Rows of BERT's embedding table of words. */
const VOCABULARY_SIZE = 30_522;

const precision = oneOf(["float32", "bfloat16"]);
const seeds = listOf(count(0, MAX_SEED));

/** An option with a value; its default, if there is one, as a user writes it. */
function valued<T>(
  flags: string,
  description: string,
  parser: Parser<T>,
  fallback?: string,
): Option {
  const option = new Option(flags, description).argParser(parser);
  return fallback === undefined
    ? option
    : option.default(parser(fallback), fallback);
}

/**
 * The commands and their options. The module of a command is loaded when it runs,
 * so that `--help` answers at once.
 *
 * @param onExit Receives the exit code of the command.
 * @returns The command line. It throws a `CommanderError` instead of exiting.
 */
export function commandLine(
  onExit: (code: number) => void = () => {},
): Command {
  const run = <Given extends unknown[]>(
    load: () => Promise<(...given: Given) => Promise<number>>,
  ) =>
  async (...given: Given): Promise<void> => {
    onExit(await (await load())(...given));
  };
  const program = new Command("deno task")
    .description("Fine-tune a pretrained BERT in TypeScript.")
    .usage("<command> [options]")
    .helpCommand(false)
    .helpOption("-h, --help", "Show this text")
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  program.command("start")
    .description(
      "Fine-tune BERT on CoLA, notebook by notebook, and write a report",
    )
    .option("--full", "Use the paper's recipe on all the data")
    .addOption(
      valued(
        "--seed <number>",
        "Seed of order, dropout and new weights",
        count(0, MAX_SEED),
      ),
    )
    .addOption(
      valued("--out <folder>", "Folder for the results (default: out)", text),
    )
    .action(run(async () => (await import("./start.ts")).start));

  program.command("test")
    .description("Run the tests: in at most ten minutes, or all of them")
    .argument("[paths...]", "Only these files or folders")
    .option(
      "--all",
      "Also browsers, kill loops, long runs and new random cases",
    )
    .action(run(async () => (await import("./test.ts")).test));

  program.command("ok")
    .description(
      "Check format, lint, types and the package, then run the tests",
    )
    .option("--all", "Run all tests, as test --all does")
    .action(run(async () => (await import("./ok.ts")).ok));

  program.command("doctor")
    .description("Report which engine, weights and data this machine has")
    .option(
      "--peak",
      "Measure the peak speed of matrix products; takes seconds",
    )
    .action(run(async () => (await import("./doctor.ts")).doctor));

  program.command("notebook")
    .description("Run one or several notebooks and write their outputs back")
    .argument("<names...>", "Numbers or names, such as 3 or 03_train")
    .option("--full", "Use the paper's recipe on all the data")
    .option("--embedded", "Use the corpus that ships with the project")
    .action(run(async () => (await import("./notebook.ts")).notebook));

  program.command("kernel")
    .description("Register the Deno kernel for JupyterLab and VS Code")
    .option("--remove", "Remove the kernel again")
    .addOption(
      valued(
        "--prefix <folder>",
        "Install below <folder>/share/jupyter instead of for this user",
        text,
      ),
    )
    .action(run(async () => (await import("./kernel.ts")).kernel));

  program.command("pack")
    .description("Pack the library for Node, as a tarball for npm install")
    .argument("[tarball]", "The file to write", "bertbook.tgz")
    .action(run(async () => (await import("./pack.ts")).pack));

  program.command("bench")
    .description(
      "Time training steps on this machine, alone or against PyTorch",
    )
    .addOption(
      valued(
        "--model <names>",
        "Models: tiny, minilm, bert-base (takes minutes and gigabytes)",
        listOf(oneOf(["tiny", "minilm", "bert-base"])),
        "tiny,minilm",
      ),
    )
    .addOption(
      valued(
        "--tokens <counts>",
        "Tokens in each of the 32 sentences",
        listOf(count(1, MAX_TOKENS)),
        "16,64,128",
      ),
    )
    .addOption(
      valued(
        "--precision <names>",
        "float32, bfloat16, or both",
        listOf(precision),
        "float32",
      ),
    )
    .addOption(
      valued(
        "--savings <names>",
        "all: skip work that changes no result; none: skip nothing",
        listOf(oneOf(["all", "none"])),
        "all,none",
      ),
    )
    .option(
      "--torch",
      "Compare with PyTorch, compiled or not, whichever is fastest",
    )
    .option("--eager", "Compare with the uncompiled step")
    .option("--wasm", "Compare with WebAssembly")
    .addOption(
      new Option(
        "--by-length",
        "Time one CoLA epoch per padding strategy instead",
      ).conflicts(["start", "torch", "eager", "wasm"]),
    )
    .addOption(
      new Option(
        "--start",
        "Time from the kernel's start to the first trained step instead",
      ).conflicts(["torch", "eager", "wasm"]),
    )
    .addOption(
      valued("--rounds <count>", "Number of rounds", count(1, 1000), "5"),
    )
    .addOption(
      valued("--steps <count>", "Steps per round", count(1, 1000), "4"),
    )
    .addOption(
      valued(
        "--words <count>",
        "Word embeddings trained with --savings=all",
        count(1, VOCABULARY_SIZE),
        COLA_WORDS,
      ),
    )
    .addOption(
      valued(
        "--memory <steps>",
        "Track memory for this many extra steps, such as 2000",
        count(0, 1_000_000),
        "0",
      ),
    )
    .addOption(
      valued(
        "--json <file>",
        "File for the figures (default: out/bench.json)",
        text,
      ),
    )
    .addOption(
      valued("--picture <file>", "PNG file for a chart of the figures", text),
    )
    .action(run(async () => (await import("./bench/bench.ts")).bench));

  program.command("race")
    .description(
      "Train on CoLA beside PyTorch: the same batches, time and quality",
    )
    .addOption(
      valued(
        "--who <names>",
        "Programs: packed, compiled, eager, torch",
        listOf(oneOf(["packed", "compiled", "eager", "torch"])),
        "packed,compiled,torch",
      ),
    )
    .addOption(
      valued(
        "--seeds <numbers>",
        "One training of each program per seed, such as 42,43,44",
        seeds,
        "42",
      ),
    )
    .addOption(
      valued("--epochs <count>", "Epochs of each training", count(1, 100), "4"),
    )
    .addOption(
      valued(
        "--sentences <count>",
        "Training sentences, for a shorter race",
        countOrAll,
        "all",
      ),
    )
    .addOption(
      valued(
        "--sampler <name>",
        "Order of the sentences: random or length-grouped",
        oneOf(["random", "length-grouped"]),
        "random",
      ),
    )
    .addOption(
      valued("--precision <name>", "float32 or bfloat16", precision, "float32"),
    )
    .addOption(
      valued(
        "--dropout <rate>",
        "Dropout; with 0 the losses of all programs are equal",
        number(0, 0.99),
        "0.1",
      ),
    )
    .addOption(
      valued("--json <file>", "File for the figures", text, "out/race.json"),
    )
    .action(run(async () => (await import("./bench/race.ts")).race));

  program.command("sweep")
    .description(
      "Find good hyperparameters: a grid of trainings over several seeds",
    )
    .addOption(
      valued(
        "--lr <rates>",
        "Learning rates",
        listOf(number(1e-8, 1)),
        "5e-5,3e-5,2e-5",
      ),
    )
    .addOption(
      valued("--batch <sizes>", "Batch sizes", listOf(count(1, 1024)), "16,32"),
    )
    .addOption(
      valued(
        "--epochs <counts>",
        "Numbers of epochs",
        listOf(count(1, 100)),
        "2,3,4",
      ),
    )
    .addOption(
      valued(
        "--seeds <numbers>",
        "Seeds; every combination is trained with each",
        seeds,
        "42,43,44",
      ),
    )
    .addOption(
      valued(
        "--schedule <name>",
        "linear, or constant (a long training then contains the shorter ones)",
        oneOf(["linear", "constant"]),
        "linear",
      ),
    )
    .addOption(
      valued(
        "--sentences <count>",
        "Training sentences of each training",
        countOrAll,
        "all",
      ),
    )
    .addOption(
      new Option(
        "--quick",
        "A small grid on 1000 sentences; other options override it",
      ).implies({
        lr: [2e-4, 1e-4, 5e-5],
        batch: [32],
        epochs: [1, 2],
        seeds: [42, 43],
        sentences: 1000,
      }),
    )
    .addOption(
      valued(
        "--jobs <count>",
        "Trainings at a time (default: as many as cores and memory allow)",
        count(1, 256),
      ),
    )
    .addOption(
      valued(
        "--out <folder>",
        "Folder for the results; trainings found there are not repeated",
        text,
        "out/sweep",
      ),
    )
    .action(run(async () => (await import("./sweep/sweep.ts")).sweep));

  return program;
}

/**
 * Runs one command line.
 *
 * @param args The command's name and what follows it.
 * @returns The exit code: 0 done, 1 failed, 2 not understood.
 */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = commandLine((given) => code = given);
  try {
    await program.parseAsync(args.length === 0 ? ["--help"] : args, {
      from: "user",
    });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // it showed the help
      console.error(oneLine(error.message, args[0]!));
      return 2;
    }
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(explain(error));
    return 1;
  }
}

/** Commander's message, which may have two lines, in one. */
function oneLine(message: string, command: string): string {
  const value = /^error: .*'--([\w-]+).*' argument '.*' is invalid\. /s;
  return message
    .replace(value, "Cannot read --$1: ")
    .replace(/^error: /, `Cannot run "${command}": `)
    .replace(/\n\(Did (.*)\)$/, "; did $1");
}

/** A refusal by the library or the system is one line; any other error keeps its stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isRefusal = error.message.startsWith("Cannot ");
  return isRefusal || isSystemError(error)
    ? `${error.name}: ${error.message}`
    : error.stack ?? String(error);
}

/** Whether the operating system refused, with a code such as "EACCES". */
function isSystemError(error: Error): boolean {
  return "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
