/** Command line of every `deno task …`: options, help, errors. @module */

// deno-lint-ignore-file no-console -- the commands speak to a terminal

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  Argument,
  Command,
  CommanderError,
  InvalidArgumentError,
  Option,
} from "commander";
import {
  RECORD_NAMES,
  type RecordName,
} from "../notebooks/support/recorded.ts";
import { TASK_NAMES } from "./own/task.ts";
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

/** A command: what `--help` says of it, and the function that it calls. */
type CommandEntry = {
  /** As in `deno task <name>`, which `deno.json` lists. */
  readonly name: string;
  /** As in `deno.json`. */
  readonly description: string;
  readonly argument?: Argument | readonly Argument[];
  readonly options: readonly Option[];
  /**
   * Loads the function when the command runs, so that `--help` answers at once. It
   * receives the arguments, if there are any, and the options; it returns the exit code.
   */
  readonly load: () => Promise<(...given: never[]) => Promise<number>>;
};

/** Options that say how a table of one's own is read. */
const TABLE_FORM = [
  valued("--text <column>", "Column of the text (default: guessed)", text),
  valued("--pair <column>", "Column of the second text, for pairs", text),
  valued(
    "--encoding <name>",
    "utf-8, iso-8859-1 or windows-1252 (default: utf-8, or UTF-16 by its mark)",
    oneOf(["utf-8", "iso-8859-1", "windows-1252"]),
  ),
  valued(
    "--header <columns>",
    "Names of the columns, if the first line has none",
    listOf(text),
  ),
  new Option("--no-quotes", "Quotes in CSV and TSV are text"),
];

/** The same, and which labels there are. */
const READING = [
  ...TABLE_FORM,
  valued(
    "--label <columns>",
    "Column of the label, or several with commas (default: guessed)",
    listOf(text),
  ),
  valued(
    "--separator <text>",
    "What separates several labels in one cell",
    text,
  ),
];

const JSON_OUTPUT = new Option(
  "--json",
  "Print one JSON object on standard output, and all else on standard error",
);

const WORKERS = [
  valued(
    "--workers <count>",
    "Processes that train together and share the threads (default: 1)",
    count(1, 64),
  ),
  valued(
    "--cluster <file>",
    "JSON list of the addresses of workers; the same command on each machine",
    text,
  ).conflicts("workers"),
];

const THREADS = valued(
  "--threads <count>",
  "Threads (default: as bench --scale measured, or all); another number gives other last digits",
  count(1, 1024),
);

/** A parser of a share of the data, or of the name of a file. */
const shareOrFile =
  (mayBeNone: boolean) => (given: string): number | string => {
    const share = Number(given);
    const isShare = (mayBeNone ? share >= 0 : share > 0) && share < 1;
    if (given === "" || Number.isNaN(share)) return text(given);
    if (isShare) return share;
    throw new InvalidArgumentError(
      `it must be a file, or a share ${
        mayBeNone ? "from" : "above"
      } 0 and below 1; found "${given}"`,
    );
  };

/** Options that say what is learned from which data, and by which model. */
const LEARNING = [
  ...READING,
  valued(
    "--task <name>",
    `${TASK_NAMES.join(", ")} (default: guessed)`,
    oneOf(TASK_NAMES),
  ),
  valued(
    "--validation <file>",
    "Validation data, or their share of the data (default: 0.1)",
    shareOrFile(false),
  ),
  valued(
    "--test <file>",
    "Test data, or their share of the data (default: 0.1)",
    shareOrFile(true),
  ),
  valued(
    "--group <column>",
    "Rows with the same value here stay in one part",
    text,
  ),
  valued(
    "--split-seed <number>",
    "Seed of the parts (default: that of the training; of a sweep: 42)",
    count(0, MAX_SEED),
  ),
  valued(
    "--model <name>",
    "Pretrained model: a name or a folder (default: all-MiniLM-L6-v2)",
    text,
  ),
  valued(
    "--max-length <tokens>",
    "Longer texts are cut (default: the longest text, at most 256)",
    count(4, MAX_TOKENS),
  ),
];

/** All commands, in the order of `--help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "start",
    description:
      "Fine-tune BERT on CoLA, notebook by notebook, and write a report",
    options: [
      new Option("--full", "Use the paper's recipe on all the data"),
      valued(
        "--seed <number>",
        "Seed of order, dropout and new weights",
        count(0, MAX_SEED),
      ),
      valued("--out <folder>", "Folder for the results (default: out)", text),
      valued(
        "--max-minutes <number>",
        "Stop after this time; the same command continues the training",
        number(0.01, 100_000),
      ),
    ],
    load: async () => (await import("./start.ts")).start,
  },
  {
    name: "train",
    description: "Train on your own data: a table, entities, or questions",
    argument: new Argument(
      "<data>",
      "CSV, TSV, JSONL, Parquet, CoNLL or SQuAD file, a folder for each class, or a " +
        "folder or pattern of tables, which need not fit into memory",
    ),
    options: [
      ...LEARNING,
      valued("--epochs <count>", "Epochs", count(1, 1000), "4"),
      valued("--batch <size>", "Batch size", count(1, 1024), "16"),
      valued("--lr <rate>", "Learning rate", number(1e-8, 1), "1e-4"),
      valued(
        "--seed <number>",
        "Seed of parts, order, dropout and new weights",
        count(0, MAX_SEED),
        "42",
      ),
      THREADS,
      ...WORKERS,
      valued(
        "--out <folder>",
        "Folder for the results (default: out/ and the name of the data)",
        text,
      ),
      valued(
        "--max-minutes <number>",
        "End the training after this time, with what it has learned",
        number(0.01, 100_000),
      ),
      JSON_OUTPUT,
    ],
    load: async () => (await import("./own/train.ts")).train,
  },
  {
    name: "predict",
    description: "Predict with a trained model, as JSON lines",
    argument: [
      new Argument("<folder>", "Folder of a training, or of a model"),
      new Argument("[text]", "A text or a file (default: standard input)"),
    ],
    options: TABLE_FORM,
    load: async () => (await import("./own/predict.ts")).predict,
  },
  {
    name: "evaluate",
    description: "Evaluate a trained model on further data",
    argument: [
      new Argument("<folder>", "Folder of a training, or of a model"),
      new Argument("<data>", "Data in the form of the training's"),
    ],
    options: [...READING, THREADS, JSON_OUTPUT],
    load: async () => (await import("./own/evaluate.ts")).evaluate,
  },
  {
    name: "export",
    description: "Export a trained model to ONNX, for JavaScript and others",
    argument: [
      new Argument("<folder>", "Folder of a training, or of a model"),
      new Argument(
        "[data]",
        "Data on which the files are tried (default: the validation set)",
      ),
    ],
    options: [
      valued(
        "--precision <names>",
        "float32, float16, int8",
        listOf(oneOf(["float32", "float16", "int8"])),
        "float32,float16,int8",
      ),
      new Option(
        "--fused",
        "Use onnxruntime's own operators, which no other program reads",
      ),
      ...READING,
      JSON_OUTPUT,
    ],
    load: async () => (await import("./own/export.ts")).exportFiles,
  },
  {
    name: "page",
    description: "Write a trained model as one HTML page that works offline",
    argument: new Argument("<folder>", "Folder of a training, or of a model"),
    options: [
      valued(
        "--out <file>",
        "The page (default: page.html in the folder)",
        text,
      ),
      valued("--title <text>", "Its title (default: the folder's name)", text),
      JSON_OUTPUT,
    ],
    load: async () => (await import("./own/page.ts")).page,
  },
  {
    name: "serve",
    description: "Answer requests over HTTP with a trained model",
    argument: new Argument("<folder>", "Folder of a training, or of a model"),
    options: [
      valued("--port <number>", "Port", count(0, 65_535), "8000"),
      valued(
        "--host <address>",
        "127.0.0.1 for this machine alone, 0.0.0.0 for all that reach it",
        oneOf(["127.0.0.1", "0.0.0.0"]),
        "127.0.0.1",
      ),
      valued(
        "--max-bytes <count>",
        "Bytes of a request at most",
        count(1, 1 << 30),
        "1000000",
      ),
      valued(
        "--max-queue <count>",
        "Inputs that wait at most; beyond it the answer is 503",
        count(1, 1_000_000),
        "1000",
      ),
      JSON_OUTPUT,
    ],
    load: async () => (await import("./own/serve.ts")).serve,
  },
  {
    name: "lab",
    description: "Build a web page that fine-tunes BERT in the browser",
    options: [
      valued(
        "--models <names>",
        "Models that come with the page: names or folders",
        listOf(text),
        "tiny",
      ),
      valued("--out <folder>", "Folder of the page", text, "out/lab"),
      valued(
        "--port <number>",
        "Also serve it to this machine at this port, until Ctrl+C",
        count(0, 65_535),
      ),
    ],
    load: async () => (await import("./lab.ts")).lab,
  },
  {
    name: "test",
    description: "Run the tests: in at most ten minutes, or all of them",
    argument: new Argument("[paths...]", "Only these files or folders"),
    options: [
      new Option(
        "--all",
        "Also browsers, kill loops, long runs and new random cases",
      ),
    ],
    load: async () => (await import("./test.ts")).test,
  },
  {
    name: "faults",
    description: "Run the tests of faults and print the scorecard",
    options: [new Option("--all", "Also the long ones, as test --all does")],
    load: async () => (await import("./faults.ts")).faults,
  },
  {
    name: "ok",
    description:
      "Check format, lint, types and the package, then run the tests",
    options: [new Option("--all", "Run all tests, as test --all does")],
    load: async () => (await import("./ok.ts")).ok,
  },
  {
    name: "doctor",
    description: "Report which engine, weights and data this machine has",
    options: [
      new Option(
        "--peak",
        "Measure the peak speed of matrix products; takes seconds",
      ),
    ],
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "notebook",
    description:
      "Run one or several notebooks and write what they show to out/notebooks",
    argument: new Argument(
      "<names...>",
      "Numbers or names, such as 3 or 03_train",
    ),
    options: [
      new Option("--full", "Use the paper's recipe on all the data"),
      new Option("--embedded", "Use the corpus that ships with the project"),
      new Option(
        "--write",
        "Replace the outputs in the project's own notebooks",
      ),
    ],
    load: async () => (await import("./notebook.ts")).notebook,
  },
  {
    name: "grade",
    description: "Run the exercises in learners' notebooks and write a table",
    argument: new Argument("<folder>", "The notebooks, also in folders"),
    options: [
      valued(
        "--out <file>",
        "CSV file for the table (default: print it)",
        text,
      ),
      valued(
        "--seconds <count>",
        "Time for the exercises of one notebook",
        count(1, 3600),
        "20",
      ),
    ],
    load: async () => (await import("./grade.ts")).grade,
  },
  {
    name: "verify",
    description: "Train parts of a training again and compare every bit",
    argument: new Argument("<folder>", "A model with its receipt.json"),
    options: [
      valued(
        "--stretches <count>",
        "Parts between two checkpoints, chosen at random",
        count(0, 1000),
        "3",
      ),
      valued(
        "--threads <count>",
        "Threads (default: as many as the training had)",
        count(1, 1024),
      ),
    ],
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "kernel",
    description: "Register the Deno kernel for JupyterLab and VS Code",
    options: [
      new Option("--remove", "Remove the kernel again"),
      valued(
        "--prefix <folder>",
        "Install below <folder>/share/jupyter instead of for this user",
        text,
      ),
    ],
    load: async () => (await import("./kernel.ts")).kernel,
  },
  {
    name: "workshop",
    description: "Copy the notebooks for learners, with the exercises open",
    argument: new Argument("[folder]", "Where to, inside the project")
      .default("out/workshop"),
    options: [new Option("--clean", "Leave the outputs out")],
    load: async () => (await import("./workshop.ts")).workshop,
  },
  {
    name: "stick",
    description: "Gather all that laptops without a network need",
    argument: new Argument("<folder>", "A folder, such as that of a USB stick"),
    options: [
      valued(
        "--platform <names>",
        "linux-x64, linux-arm64, mac-arm64, windows-x64 (default: this one)",
        listOf(
          oneOf(["linux-x64", "linux-arm64", "mac-arm64", "windows-x64"]),
        ),
      ),
    ],
    load: async () => (await import("./stick.ts")).stick,
  },
  {
    name: "pack",
    description: "Pack the library for Node, as a tarball for npm install",
    argument: new Argument("[tarball]", "The file to write")
      .default("bertbook.tgz"),
    options: [],
    load: async () => (await import("./pack.ts")).pack,
  },
  {
    name: "bench",
    description:
      "Time training steps on this machine, alone or against PyTorch",
    options: [
      valued(
        "--model <names>",
        "Models: tiny, minilm, bert-base (takes minutes and gigabytes)",
        listOf(oneOf(["tiny", "minilm", "bert-base"])),
        "tiny,minilm",
      ),
      valued(
        "--tokens <counts>",
        "Tokens in each of the 32 sentences",
        listOf(count(1, MAX_TOKENS)),
        "16,64,128",
      ),
      valued(
        "--precision <names>",
        "float32, bfloat16, or both",
        listOf(precision),
        "float32",
      ),
      valued(
        "--savings <names>",
        "all: skip work that changes no result; none: skip nothing",
        listOf(oneOf(["all", "none"])),
        "all,none",
      ),
      new Option(
        "--torch",
        "Compare with PyTorch, compiled or not, whichever is fastest",
      ),
      new Option("--eager", "Compare with the uncompiled step"),
      new Option("--wasm", "Compare with WebAssembly"),
      new Option(
        "--by-length",
        "Time one CoLA epoch per padding strategy instead",
      ).conflicts(["start", "torch", "eager", "wasm"]),
      new Option(
        "--start",
        "Time from the kernel's start to the first trained step instead",
      ).conflicts(["torch", "eager", "wasm"]),
      new Option(
        "--onnx",
        "Time one sentence here and in onnxruntime: Deno, Python, Chromium",
      ).conflicts(["byLength", "start", "torch", "eager", "wasm"]),
      new Option(
        "--scale",
        "Measure which threads and precision are fastest here, and keep them",
      ).conflicts(["start", "byLength", "onnx", "torch", "eager", "wasm"]),
      valued(
        "--workers <counts>",
        "Time steps of several processes that train together, such as 1,2,4",
        listOf(count(1, 16)),
      ).conflicts([
        ...["scale", "start", "byLength", "onnx"],
        ...["torch", "eager", "wasm", "precision", "savings"],
      ]),
      valued(
        "--gbit <speeds>",
        "Put them into network namespaces, with links of so many Gbit/s (root)",
        listOf(number(0.001, 1000)),
      ),
      valued(
        "--reduce-precision <names>",
        "In which they send gradients: float32, bfloat16, or both",
        listOf(precision),
        "float32",
      ),
      valued("--rounds <count>", "Number of rounds", count(1, 1000), "5"),
      valued("--steps <count>", "Steps per round", count(1, 1000), "4"),
      valued(
        "--words <count>",
        "Word embeddings trained with --savings=all",
        count(1, VOCABULARY_SIZE),
        COLA_WORDS,
      ),
      valued(
        "--memory <steps>",
        "Track memory for this many extra steps, such as 2000",
        count(0, 1_000_000),
        "0",
      ),
      valued(
        "--json <file>",
        "File for the figures (default: out/bench.json)",
        text,
      ),
      valued("--picture <file>", "PNG file for a chart of the figures", text),
    ],
    load: async () => (await import("./bench/bench.ts")).bench,
  },
  {
    name: "race",
    description:
      "Train on CoLA beside PyTorch: the same batches, time and quality",
    options: [
      valued(
        "--who <names>",
        "Programs: packed, compiled, eager, torch",
        listOf(oneOf(["packed", "compiled", "eager", "torch"])),
        "packed,compiled,torch",
      ),
      valued(
        "--seeds <numbers>",
        "One training of each program per seed, such as 42,43,44",
        seeds,
        "42",
      ),
      valued("--epochs <count>", "Epochs of each training", count(1, 100), "4"),
      valued(
        "--sentences <count>",
        "Training sentences, for a shorter race",
        countOrAll,
        "all",
      ),
      valued(
        "--sampler <name>",
        "Order of the sentences: random or length-grouped",
        oneOf(["random", "length-grouped"]),
        "random",
      ),
      valued("--precision <name>", "float32 or bfloat16", precision, "float32"),
      valued(
        "--dropout <rate>",
        "Dropout; with 0 the losses of all programs are equal",
        number(0, 0.99),
        "0.1",
      ),
      valued("--json <file>", "File for the figures", text, "out/race.json"),
    ],
    load: async () => (await import("./bench/race.ts")).race,
  },
  {
    name: "sweep",
    description:
      "Find good hyperparameters: a grid of trainings over several seeds",
    argument: new Argument("[data]", "Your own data (default: CoLA)"),
    options: [
      ...LEARNING,
      valued(
        "--lr <rates>",
        "Learning rates",
        listOf(number(1e-8, 1)),
        "5e-5,3e-5,2e-5",
      ),
      valued("--batch <sizes>", "Batch sizes", listOf(count(1, 1024)), "16,32"),
      valued(
        "--epochs <counts>",
        "Numbers of epochs",
        listOf(count(1, 100)),
        "2,3,4",
      ),
      valued(
        "--seeds <numbers>",
        "Seeds; every combination is trained with each",
        seeds,
        "42,43,44",
      ),
      valued(
        "--schedule <name>",
        "linear, or constant (a long training then contains the shorter ones)",
        oneOf(["linear", "constant"]),
        "linear",
      ),
      valued(
        "--sentences <count>",
        "Training sentences of each training on CoLA",
        countOrAll,
        "all",
      ),
      new Option(
        "--quick",
        "A small grid, on 1000 sentences of CoLA; other options override it",
      ).implies({
        lr: [2e-4, 1e-4, 5e-5],
        batch: [32],
        epochs: [1, 2],
        seeds: [42, 43],
        sentences: 1000,
      }),
      valued(
        "--jobs <count>",
        "Trainings at a time (default: as many as cores and memory allow)",
        count(1, 256),
      ),
      valued(
        "--out <folder>",
        "Folder for the results; trainings found there are not repeated",
        text,
        "out/sweep",
      ),
      JSON_OUTPUT,
    ],
    load: async () => (await import("./sweep/sweep.ts")).sweep,
  },
  {
    name: "record",
    description:
      "Train on the real corpora and keep the scores for the notebooks",
    argument: new Argument("<names...>", `Records: ${RECORD_NAMES.join(", ")}`)
      .argParser((given, before: RecordName[] = []) => [
        ...before,
        oneOf(RECORD_NAMES)(given),
      ]),
    options: [
      valued(
        "--records <folder>",
        "Folder of the records; trainings found there are not repeated",
        text,
        "notebooks/recorded",
      ),
      valued(
        "--out <folder>",
        "Folder of unfinished trainings, which are continued",
        text,
        "out/record",
      ),
      valued(
        "--most <count>",
        "Trainings of each record at most; the same command makes the others",
        countOrAll,
        "all",
      ),
      new Option(
        "--quiet",
        "The machine does nothing else, so that times tell its speed",
      ),
    ],
    load: async () => (await import("./record.ts")).record,
  },
];

/**
 * The command line of all commands.
 *
 * @param onExit Receives the exit code of the command.
 * @returns The command line. It throws a `CommanderError` instead of exiting.
 */
export function commandLine(
  onExit: (code: number) => void = () => {},
): Command {
  const program = new Command("deno task")
    .description("Fine-tune a pretrained BERT in TypeScript.")
    .usage("<command> [options]")
    .helpCommand(false)
    .helpOption("-h, --help", "Show this text")
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const { name, description, argument, options, load } of COMMANDS) {
    const command = program.command(name).description(description);
    for (const each of [argument ?? []].flat()) command.addArgument(each);
    for (const option of options) command.addOption(option);
    command.action(async (...given: unknown[]) => {
      const run = await load();
      await resolveFolders();
      onExit(await run(...given as never[]));
    });
  }
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
    console.error(explain(error, args[0]!));
    return 1;
  }
}

/**
 * Makes the folders absolute that settings name, as the kernel of a notebook runs in
 * another folder than the command.
 */
export async function resolveFolders(): Promise<void> {
  const resolveIn = (setting: string, isName: (value: string) => boolean) => {
    const value = Deno.env.get(setting);
    if (value && !isName(value)) Deno.env.set(setting, resolve(value));
  };
  resolveIn("BERTBOOK_HOME", () => false);
  resolveIn("BERTBOOK_TENSORFLOW", () => false);
  resolveIn("BERTBOOK_DATA", (value) => value === "embedded");
  if (!Deno.env.get("BERTBOOK_MODEL")) return;
  const { CATALOGUE } = await import("../lib/checkpoint/catalogue.ts");
  resolveIn(
    "BERTBOOK_MODEL",
    (value) =>
      CATALOGUE.some(({ name }) => name === value) ||
      !/[\\/]/.test(value) && !existsSync(value),
  );
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
function explain(error: unknown, command: string): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.NotCapable) {
    return `NotCapable: Cannot run "${command}": Deno must allow all that it does; ` +
      `found: ${error.message}; "deno task ${command}" allows it`;
  }
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
