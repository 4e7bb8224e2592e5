/** Inputs of predictions: an argument, the rows of a file, or standard input. @module */

import { createReadStream, existsSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseConll } from "../../lib/datasets/conll.ts";
import { readDataFile } from "../../lib/datasets/load_dataset.ts";
import { readTableRows } from "../../lib/datasets/load_table.ts";
import { parseSquad } from "../../lib/datasets/squad.ts";
import { checkColumn } from "../../lib/datasets/table_columns.ts";
import { UsageError } from "../shell/option_values.ts";
import type { Columns, TaskName } from "./task.ts";
import type { TableForm } from "./tasks.ts";

/** What a prediction is asked for, and where that stands. */
export type GivenInput = { readonly value: unknown; readonly place: string };

/** How files are read. */
export type InputOptions = Columns & TableForm & { readonly task: TaskName };

const TABLES = /\.(csv|tsv|tab|jsonl|ndjson|json|parquet)(\.gz)?$/i;
const FILES = /\.(csv|tsv|tab|jsonl?|ndjson|parquet|txt|conll)(\.gz)?$/i;

/**
 * The inputs that an argument names: those in a file, or the argument itself.
 *
 * @param text A file, a text, or a JSON object with a text for each column; standard
 * input if there is none.
 * @param options The columns that the user named, and how files are read.
 * @yields The inputs, in order; blank lines are passed over.
 * @throws {UsageError} If it names a folder, or a file that is not there.
 */
export async function* inputsOf(
  text: string | undefined,
  options: InputOptions,
): AsyncGenerator<GivenInput> {
  if (text === undefined) {
    yield* inputsOfLines(process.stdin, "standard input");
  } else if (text !== "" && existsSync(text)) {
    if (statSync(text).isDirectory()) throw noFile(text, "a folder");
    yield* inputsOfFile(text, options);
  } else if (FILES.test(text) && (!/\s/.test(text) || isInFolder(text))) {
    throw noFile(text, "none");
  } else {
    yield { value: rowOrText(text), place: "the argument" };
  }
}

/** Whether a text is the path of a file that may be in a folder that is there. */
function isInFolder(text: string): boolean {
  return dirname(text) !== "." && existsSync(dirname(text));
}

function noFile(name: string, found: string): UsageError {
  return new UsageError(
    `Cannot read "${name}": it must be a text, or a file that is there; found ${found}`,
  );
}

/** The rows of a table, the questions or sentences of a file, or its lines. */
async function* inputsOfFile(
  file: string,
  { task, text, pair, ...form }: InputOptions,
): AsyncGenerator<GivenInput> {
  const name = basename(file);
  const isJson = /\.json(\.gz)?$/i.test(file);
  if (task === "questions" && isJson && await beginsWithBrace(file)) {
    const { examples } = parseSquad(await readDataFile(file, name), name);
    for (const value of examples) {
      yield { value, place: `question "${value.id}" of "${name}"` };
    }
  } else if (task === "entities" && /\.conll(\.gz)?$/i.test(file)) {
    const { sentences } = parseConll(
      await readDataFile(file, name),
      name,
      form,
    );
    for (const [i, value] of sentences.entries()) {
      yield { value, place: `sentence ${i + 1} of "${name}"` };
    }
  } else if (TABLES.test(file)) {
    const table = await readTableRows(file, form);
    for (const column of [text, pair]) {
      if (column !== undefined) checkColumn(table, column);
    }
    for (const { values, row } of table.records) {
      yield { value: values, place: `${table.unit} ${row} of "${name}"` };
    }
  } else {
    yield* inputsOfLines(createReadStream(file), `"${name}"`);
  }
}

/** As files in the form of SQuAD do, and lists of rows do not. */
async function beginsWithBrace(file: string): Promise<boolean> {
  const bytes = await readDataFile(file, basename(file));
  return /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 100)));
}

async function* inputsOfLines(
  input: NodeJS.ReadableStream,
  name: string,
): AsyncGenerator<GivenInput> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === "") continue;
    yield { value: rowOrText(text), place: `line ${line} of ${name}` };
  }
}

/** A line that is a JSON object is a row with columns. */
function rowOrText(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // a text may begin with a brace
  }
}
