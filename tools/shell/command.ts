/** What a command of `deno task …` is, and how its options are read. @module */

import { parseArgs } from "node:util";
import { closest } from "fastest-levenshtein";

/** One option of a command, as `node:util` parseArgs reads it. */
export type OptionSpec = {
  readonly type: "boolean" | "string";
  /** One line for `--help`. */
  readonly description: string;
  /** Stands for the value in `--help`; only for strings. */
  readonly value?: string;
};

/** Options and words that stood behind a command's name. */
export type Arguments = {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly words: readonly string[];
};

/** A command: what it is called, what it takes, what it does. */
export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Words after the name, for `--help`, such as `<number>`. */
  readonly words?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Does the work and returns the exit code. */
  readonly run: (given: Arguments) => Promise<number>;
};

/** A command line that cannot be understood: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads what stands behind a command's name.
 *
 * @param command The command whose options are allowed.
 * @param args What the user typed behind its name.
 * @returns The flags, values and words.
 * @throws {UsageError} If an option is unknown or lacks its value, or a word
 * stands where none is taken; the nearest known option is named.
 */
export function readArguments(
  command: Command,
  args: readonly string[],
): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(command.options).map(([name, { type }]) => [name, {
        type,
      }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const spec = command.options[token.name];
    if (token.name === "help") {
      throw new UsageError(
        `Cannot read --help as it takes no value: found "${token.value}"`,
      );
    }
    if (spec === undefined) {
      throw unknownOption(command, token.rawName, token.name);
    }
    if (spec.type === "boolean") {
      if (token.value !== undefined) {
        throw new UsageError(
          `Cannot read --${token.name} as it takes no value: found "${token.value}"`,
        );
      }
      flags.add(token.name);
    } else {
      if (token.value === undefined || token.value === "") {
        throw new UsageError(
          `Cannot read --${token.name} as it needs a value: write --${token.name}=${
            spec.value ?? "VALUE"
          }`,
        );
      }
      values.set(token.name, token.value);
    }
  }
  if (words.length > 0 && command.words === undefined) {
    throw new UsageError(
      `Cannot run "${command.name}" as it takes no further words: found "${
        words[0]
      }"; see --help`,
    );
  }
  return { flags, values, words };
}

function unknownOption(
  command: Command,
  written: string,
  name: string,
): UsageError {
  const known = [...Object.keys(command.options), "help"];
  return new UsageError(
    `Cannot run "${command.name}" as the option ${written} is unknown; ` +
      `did you mean --${closest(name, known)}?`,
  );
}

/**
 * The text of `--help` for one command.
 *
 * @param command The command to describe.
 * @returns A few lines.
 */
export function helpText(command: Command): string {
  const words = command.words === undefined ? "" : ` ${command.words}`;
  const rows = [
    ...Object.entries(command.options).map(([name, spec]) => [
      `--${name}${spec.type === "string" ? `=${spec.value ?? "VALUE"}` : ""}`,
      spec.description,
    ]),
    ["--help", "Show this text"],
  ] as [string, string][];
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `deno task ${command.name}${words} [options]`,
    "",
    command.summary,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join("\n");
}
