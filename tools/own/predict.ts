/** `deno task predict FOLDER TEXT`: predictions of a trained model, as JSON lines. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { provideEngine } from "../shell/provision.ts";
import { inputsOf } from "./inputs.ts";
import { type TableForm, withTask } from "./tasks.ts";
import type { Columns } from "./task.ts";
import { openTrained } from "./trained_folder.ts";

/** Inputs that are predicted before their lines are written. */
const CHUNK = 256;

/** Refused inputs that the last error names; each has said so in its line. */
const NAMED = 20;

/**
 * Predicts for a text, for each row of a file, or for each line of standard input. The
 * line of an input that cannot be read, such as a blank cell, has an `error` instead.
 *
 * @param folder The folder of the training.
 * @param text The text or the file; standard input if there is none.
 * @param named Which columns of a table to read, and how; default those of the training.
 * @returns The exit code.
 * @throws {TypeError} If an input cannot be read: at once if it is each of the first
 * 256, else after the last line.
 */
export async function predict(
  folder: string,
  text: string | undefined,
  named: Columns & TableForm,
): Promise<number> {
  await provideEngine({}, console.error);
  const trained = await openTrained(folder);
  const { model } = trained;
  const columns = { ...trained.columns, ...named };
  if (text === undefined && Deno.stdin.isTerminal()) {
    console.error("Reading standard input: a text in each line, until Ctrl-D");
  }
  await withTask(trained.task, async (task) => {
    const given = inputsOf(text, { ...named, task: task.name });
    const refused: string[] = [];
    let count = 0;
    for await (const rows of chunksOf(given)) {
      const lines = rows.map(({ value, place }) => {
        try {
          return { input: task.parseInput(value, columns) };
        } catch (error) {
          (error as Error).message += ` in ${place}`;
          refused.push(place);
          return { input: value, error: error as Error };
        }
      });
      count += lines.length;
      const inputs = lines.flatMap((line) =>
        "error" in line ? [] : [line.input]
      );
      if (inputs.length === 0 && count <= CHUNK) throw lines[0]!.error;
      const predictions = inputs.length === 0
        ? []
        : [...await task.predict(model, inputs)];
      for (const { input, error } of lines) {
        const found = error ? { error: error.message } : predictions.shift();
        console.log(JSON.stringify({ input, ...found }, withoutBigInts));
      }
    }
    if (refused.length === 0) return;
    const others = refused.length - NAMED;
    throw new TypeError(
      `Cannot predict for ${refused.length} of ${count} inputs: each must have what ` +
        `the task needs; found none in ${refused.slice(0, NAMED).join(", ")}` +
        (others > 0 ? `, and ${others} more` : "") +
        `; their lines have "error"`,
    );
  });
  return 0;
}

/** Cells of Parquet may be such numbers, which JSON has not. */
function withoutBigInts(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

async function* chunksOf<T>(values: AsyncIterable<T>): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const value of values) {
    if (chunk.push(value) < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
