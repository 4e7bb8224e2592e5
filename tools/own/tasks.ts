/** Choice of the task: by the data for a training, by the model for a prediction. @module */

import "../../lib/engine/engine.ts"; // registers the engines
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { UsageError } from "../shell/option_values.ts";
import { loadTable } from "../../lib/datasets/load_table.ts";
import { loadEntities } from "../../lib/datasets/load_entities.ts";
import { readDataFile } from "../../lib/datasets/load_dataset.ts";
import { loadQuestions } from "../../lib/datasets/load_questions.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import type { CharacterEncoding } from "../../lib/datasets/read_table.ts";

import { SINGLE_LABEL } from "./classes.ts";
import { ENTITIES } from "./entities.ts";
import { QUESTIONS } from "./questions.ts";
import { MULTI_LABEL, REGRESSION } from "./targets.ts";
import type { Columns, OwnTask, TaskName } from "./task.ts";

/** How data are read; the columns of a table are guessed if they are not named. */
export type ReadOptions = Columns & {
  readonly task?: TaskName;
  /** A file, or the share that is drawn from the data. */
  readonly validation?: string | number;
  readonly test?: string | number;
  /** The column of groups that stay together. */
  readonly group?: string;
  readonly seed: number;
} & TableForm;

/** What the name of a table's file does not say of it. */
export type TableForm = {
  readonly encoding?: CharacterEncoding;
  /** The names of the columns, if the first line is an example. */
  readonly header?: readonly string[];
  /** False if quotes are text. */
  readonly quotes?: boolean;
};

/** What is done with a task, whatever its examples are. */
type Use<R> = <E, I, P extends object>(task: OwnTask<E, I, P>) => R;

/** What is done with a task and its data. */
type UseData<R> = <E, I, P extends object>(
  task: OwnTask<E, I, P>,
  dataset: Dataset<E>,
  columns: Columns,
) => R;

/**
 * Calls a function with the task of a name.
 *
 * @param name The task.
 * @param use The function.
 * @returns What the function returns.
 */
export function withTask<R>(name: TaskName, use: Use<R>): R {
  switch (name) {
    case "single-label":
      return use(SINGLE_LABEL);
    case "multi-label":
      return use(MULTI_LABEL);
    case "regression":
      return use(REGRESSION);
    case "entities":
      return use(ENTITIES);
    case "questions":
      return use(QUESTIONS);
  }
}

/**
 * Reads data, and finds out what their task is.
 *
 * @param source A file, or a folder with a folder for each class.
 * @param options How to read them.
 * @param use Receives the task, the data and the columns that were read.
 * @returns What the function returns.
 * @throws {UsageError} If there is no such file.
 */
export async function openData<R>(
  source: string,
  options: ReadOptions,
  use: UseData<Promise<R>>,
): Promise<R> {
  const { validation, test } = options;
  for (const path of [source, validation, test]) {
    if (typeof path !== "string" || existsSync(path)) continue;
    throw new UsageError(
      `Cannot read "${path}": there must be such a file or folder; found none`,
    );
  }
  const open = await readData(source, options, use).catch(inWordsOfCommands);
  return await open();
}

/** Puts options that a refusal names as the command line has them. */
function inWordsOfCommands(error: unknown): never {
  if (error instanceof Error) {
    error.message = error.message
      .replace("{ quotes: false }", "--no-quotes")
      .replace(
        /\{ (\w+: [^{}]+) \}/g,
        (_, options: string) =>
          options.split(", ").filter((each) => each !== "validation: 0")
            .map((each) => `--${each.replace(":", "")}`).join(" "),
      )
      .replace("pass its encoding", "name it with --encoding");
  }
  throw error;
}

/** Reads data; what is returned does something with them. */
async function readData<R>(
  source: string,
  options: ReadOptions,
  use: UseData<R>,
): Promise<() => R> {
  const { text, pair, label, separator, validation, test, seed } = options;
  const { task = await guessTask(source), group } = options;
  const { encoding, header, quotes } = options;
  const parts = { train: source, ...filesIn({ validation, test }) };
  const shares = sharesIn({ validation, test });
  if (task === "entities") {
    const dataset = await loadEntities(parts, {
      ...shares,
      seed,
      ...encoding && { encoding },
    });
    return () => use(ENTITIES, dataset, {});
  }
  if (task === "questions") {
    const dataset = await loadQuestions(parts, { ...shares, seed });
    return () => use(QUESTIONS, dataset, {});
  }
  const named = {
    ...text && { text },
    ...pair && { pair },
    ...label && { label: oneOrSeveral([label].flat()) },
  };
  const table = await loadTable(source, {
    ...named,
    ...separator && { separator },
  }, {
    task: task ?? "auto",
    seed,
    ...validation !== undefined && { validation },
    ...test !== undefined && { test },
    ...group && { groupBy: group },
    encoding,
    header,
    ...quotes === false && { quotes },
  });
  switch (table.task) {
    case "single-label":
      return () => use(SINGLE_LABEL, table, table.columns);
    case "multi-label":
      return () => use(MULTI_LABEL, table, table.columns);
    case "regression":
      return () => use(REGRESSION, table, table.columns);
  }
}

/** One column of classes, or a column for each label. */
function oneOrSeveral(names: readonly string[]): string | readonly string[] {
  return names.length === 1 ? names[0]! : names;
}

type GivenParts = Readonly<
  Record<"validation" | "test", string | number | undefined>
>;

function filesIn(given: GivenParts): Partial<Record<keyof GivenParts, string>> {
  return Object.fromEntries(
    Object.entries(given).filter(([, part]) => typeof part === "string"),
  );
}

function sharesIn(
  given: GivenParts,
): Partial<Record<keyof GivenParts, number>> {
  return Object.fromEntries(
    Object.entries(given).filter(([, part]) => typeof part === "number"),
  );
}

/** A line of a word and its tag, perhaps with other columns between. */
const TAGGED_WORD = /^\S+[ \t](?:.*[ \t])?(?:O|[BIESLU]-\S+)\r?$/;

/** Files of tagged words and of questions show it in their first lines. */
async function guessTask(source: string): Promise<TaskName | undefined> {
  if (statSync(source).isDirectory()) return undefined;
  const bytes = (await readDataFile(source, basename(source))).subarray(
    0,
    4096,
  );
  const head = new TextDecoder().decode(bytes);
  if (/"(?:context|paragraphs)"\s*:/.test(head)) return "questions";
  const line = head.split("\n").find((each) =>
    each.trim() !== "" && !each.startsWith("-DOCSTART-") &&
    !each.startsWith("# ")
  );
  return line !== undefined && TAGGED_WORD.test(line) ? "entities" : undefined;
}
