/** The entrance of every `deno task …`: finds the command and runs it. @module */

// deno-lint-ignore-file no-console -- the commands speak to a terminal

import { closest } from "fastest-levenshtein";
import {
  type Command,
  helpText,
  readArguments,
  UsageError,
} from "./shell/command.ts";

/** Loaded on demand, so that `--help` answers at once. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./start.ts")).START,
  test: async () => (await import("./test.ts")).TEST,
  ok: async () => (await import("./ok.ts")).OK,
  doctor: async () => (await import("./doctor.ts")).DOCTOR,
  notebook: async () => (await import("./notebook.ts")).NOTEBOOK,
  kernel: async () => (await import("./kernel.ts")).KERNEL,
  bench: async () => (await import("./bench/bench.ts")).BENCH,
  race: async () => (await import("./race/race.ts")).RACE,
  sweep: async () => (await import("./sweep/sweep.ts")).SWEEP,
};

/** Words that ask for the list of commands. */
const HELP = ["--help", "-h", "help"];

/**
 * Runs one command line.
 *
 * @param args The command's name and what stands behind it.
 * @returns The exit code: 0 done, 1 failed, 2 not understood.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || HELP.includes(name)) {
      console.log(await overview());
      return 0;
    }
    const load = COMMANDS[name];
    if (load === undefined) {
      throw new UsageError(
        `Cannot run "${name}" as there is no such command; ` +
          `did you mean "${closest(name, Object.keys(COMMANDS))}"?`,
      );
    }
    const command = await load();
    if (rest.includes("--help") || rest.includes("-h")) {
      console.log(helpText(command));
      return 0;
    }
    return await command.run(readArguments(command, rest));
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(explain(error));
    return 1;
  }
}

async function overview(): Promise<string> {
  const commands = await Promise.all(
    Object.values(COMMANDS).map((load) => load()),
  );
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "Fine-tune a pretrained BERT in TypeScript.",
    "",
    ...commands.map(({ name, summary }) =>
      `  deno task ${name.padEnd(width)}  ${summary}`
    ),
    "",
    "Every command takes --help.",
  ].join("\n");
}

/** An error of ours or of the system is one line; any other keeps its stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message.startsWith("Cannot ")) {
    return `${error.name}: ${error.message}`;
  }
  return isSystemError(error)
    ? `Cannot go on as the system must allow it: ${error.message}`
    : error.stack ?? String(error);
}

/** Whether the operating system refused, with a code such as "EACCES". */
function isSystemError(error: Error): boolean {
  return "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
