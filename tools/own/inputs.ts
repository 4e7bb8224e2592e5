/** Inputs of predictions: an argument, the rows of a file, or standard input. @module */

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { readDataFile } from "../../lib/datasets/load_dataset.ts";
import { readTableRows } from "../../lib/datasets/load_table.ts";
import { parseSquad } from "../../lib/datasets/squad.ts";

/** What a prediction is asked for, and where that stands. */
export type GivenInput = { readonly value: unknown; readonly place: string };

const TABLES = /\.(csv|tsv|tab|jsonl|ndjson|json|parquet)(\.gz)?$/i;

/**
 * The inputs in an argument.
 *
 * @param text A text, or a JSON object with a text for each column.
 */
export function inputOfArgument(text: string): GivenInput {
  return { value: rowOrText(text), place: "the argument" };
}

/**
 * The inputs in a file: the rows of a table, the questions of a SQuAD file, or lines.
 *
 * @param file The file; standard input if there is none.
 * @yields The inputs, in order; blank lines are passed over.
 */
export async function* inputsOfFile(
  file: string | undefined,
): AsyncGenerator<GivenInput> {
  const name = file === undefined ? "standard input" : `"${basename(file)}"`;
  if (file !== undefined && TABLES.test(file)) {
    for (const { value, row } of await rowsOf(file)) {
      yield { value, place: `row ${row} of ${name}` };
    }
    return;
  }
  const input = file === undefined ? process.stdin : createReadStream(file);
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === "") continue;
    yield { value: rowOrText(text), place: `line ${line} of ${name}` };
  }
}

async function rowsOf(
  file: string,
): Promise<readonly { value: unknown; row: number }[]> {
  if (/\.json(\.gz)?$/i.test(file)) {
    const bytes = await readDataFile(file, basename(file));
    const head = new TextDecoder().decode(bytes.subarray(0, 4096));
    if (head.trimStart().startsWith("{")) {
      const { examples } = parseSquad(bytes, basename(file));
      return examples.map((value, i) => ({ value, row: i + 1 }));
    }
  }
  const { records } = await readTableRows(file);
  return records.map(({ values, row }) => ({ value: values, row }));
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
