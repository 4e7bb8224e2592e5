/** Choice of the task: by the data for a training, by the model for a prediction. @module */

import "../../lib/engine/engine.ts"; // registers the engines
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { UsageError } from "../shell/option_values.ts";
import type { StreamedExamples } from "../../lib/batches/example_source.ts";
import { configFromJson } from "../../lib/checkpoint/architectures.ts";
import { ensureModel } from "../../lib/checkpoint/catalogue.ts";
import {
  readJsonObject,
  readTokenizer,
} from "../../lib/checkpoint/tokenizer_files.ts";
import { loadTable } from "../../lib/datasets/load_table.ts";
import { loadEntities } from "../../lib/datasets/load_entities.ts";
import { readDataFile } from "../../lib/datasets/load_dataset.ts";
import { loadQuestions } from "../../lib/datasets/load_questions.ts";
import { streamTable, tableFiles } from "../../lib/datasets/stream_table.ts";
import type { TokenizingProgress } from "../../lib/datasets/tokenized_files.ts";
import { maxSequenceLength } from "../../lib/model/config.ts";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import type { CharacterEncoding } from "../../lib/datasets/read_table.ts";
import { isTableFile } from "../../lib/datasets/table_rows.ts";

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
  /** How tables that do not fit into memory are tokenized; without it, none is read. */
  readonly streaming?: {
    /** Whose tokenizer. */
    readonly model?: string | undefined;
    /** Default as many as the task and the model take. */
    readonly maxLength?: number | undefined;
    readonly onProgress?: (progress: TokenizingProgress) => void;
  };
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
  /** If they do not fit into memory; the training set is then a sample of them. */
  streamed?: StreamedTrain,
) => R;

/** All training examples, encoded. */
export type StreamedTrain = {
  readonly examples: StreamedExamples<unknown>;
  /** Where they are cut. */
  readonly maxLength: number;
  readonly notes: readonly string[];
};

/** A larger file is streamed. */
const LARGE_BYTES = 1 << 28;

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
  const isStream = options.streaming !== undefined && isStreamed(source);
  for (const path of [isStream ? undefined : source, validation, test]) {
    if (typeof path !== "string" || existsSync(path)) continue;
    throw new UsageError(
      `Cannot read "${path}": there must be such a file or folder; found none`,
    );
  }
  const open = await (isStream ? readStream : readData)(source, options, use)
    .catch((error) =>
      inWordsOfCommands(error, options.streaming !== undefined)
    );
  return await open();
}

/**
 * Whether data are read row by row: a folder of tables, a pattern, or a large table.
 *
 * @param source The data.
 */
export function isStreamed(source: string): boolean {
  if (!existsSync(source)) return /[*?]/.test(basename(source));
  const { isFile, size } = Deno.statSync(source);
  if (isFile) return size > LARGE_BYTES && isTableFile(source);
  return [...Deno.readDirSync(source)].some(({ name, isFile }) =>
    isFile && isTableFile(name)
  );
}

/** Tokenizes data that do not fit into memory. */
async function readStream<R>(
  source: string,
  options: ReadOptions,
  use: UseData<Promise<R>>,
): Promise<() => Promise<R>> {
  const { task = "auto", group, seed, validation, test } = options;
  const { encoding, header, quotes } = options;
  if (task === "entities" || task === "questions" || group !== undefined) {
    throw new UsageError(
      `Cannot stream "${source}": it must be a table of texts without groups; found ` +
        `${group === undefined ? `the task ${task}` : `the group ${group}`}; ` +
        `pass one file, or a file for each part`,
    );
  }
  tableFiles(source);
  const { model, onProgress, ...asked } = options.streaming!;
  const folder = await ensureModel(model);
  const config = configFromJson(
    await readJsonObject(folder, "config.json"),
    "config.json",
  );
  const { maxLength = Math.min(256, maxSequenceLength(config)) } = asked;
  const table = await streamTable(source, namedColumns(options), {
    tokenizer: await readTokenizer(folder),
    maxLength,
    task,
    seed,
    ...validation !== undefined && { validation },
    ...test !== undefined && { test },
    ...onProgress && { onProgress },
    encoding,
    header,
    ...quotes === false && { quotes },
  });
  const streamed = { examples: table.train, maxLength, notes: table.notes };
  return async () => {
    using _ = table;
    const dataset = { ...table, train: table.sample };
    return await withTask(
      table.task, // its examples are those of the table
      (task) => use(task, dataset as never, table.columns, streamed),
    );
  };
}

/** Puts options that a refusal names as the command line has them. */
function inWordsOfCommands(error: unknown, canStream: boolean): never {
  if (error instanceof Error) {
    error.message = error.message
      .replace("{ quotes: false }", "--no-quotes")
      .replace(
        /\{ (\w+: [^{}]+) \}/g,
        (_, options: string) =>
          options.split(", ").filter((each) => each !== "validation: 0")
            .map((each) => `--${each.replace(":", "")}`).join(" "),
      )
      .replace(
        ", or stream it",
        canStream ? ', or name it by a pattern, such as "rows*.csv"' : "",
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
  const { validation, test, seed } = options;
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
  const table = await loadTable(source, namedColumns(options), {
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

function namedColumns({ text, pair, label, separator }: Columns): Columns {
  return {
    ...text && { text },
    ...pair && { pair },
    ...label && { label: oneOrSeveral([label].flat()) },
    ...separator && { separator },
  };
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
