/** `deno task predict FOLDER TEXT`: predictions of a trained model, as JSON lines. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { provideEngine } from "../shell/provision.ts";
import { inputsOf } from "./inputs.ts";
import { type TableForm, withTask } from "./tasks.ts";
import type { Columns } from "./task.ts";
import { openTrained } from "./trained_folder.ts";

/** Inputs that are predicted before their lines are written. */
const CHUNK = 256;

/**
 * Predicts for a text, for each row of a file, or for each line of standard input.
 *
 * @param folder The folder of the training.
 * @param text The text or the file; standard input if there is none.
 * @param named Which columns of a table to read, and how; default those of the training.
 * @returns The exit code.
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
    for await (const rows of chunksOf(given)) {
      const inputs = rows.map(({ value, place }) => {
        try {
          return task.parseInput(value, columns);
        } catch (error) {
          (error as Error).message += ` in ${place}`;
          throw error;
        }
      });
      const predictions = await task.predict(model, inputs);
      for (const [i, prediction] of predictions.entries()) {
        console.log(JSON.stringify({ input: inputs[i], ...prediction }));
      }
    }
  });
  return 0;
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
