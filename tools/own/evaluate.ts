/** `deno task evaluate FOLDER DATA`: a trained model on further data. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { startEngine } from "../../lib/engine/engine.ts";
import { words } from "../../lib/printable.ts";
import { provideEngine } from "../shell/provision.ts";
import { openData, type ReadOptions } from "./tasks.ts";
import type { Outcome } from "./task.ts";
import { openTrained } from "./trained_folder.ts";
import { estimates, format } from "./verdict.ts";

/**
 * Evaluates a model on all rows of a file.
 *
 * @param folder The folder of the training.
 * @param source The data, in the form of the training's.
 * @param options Columns and encoding; default those of the training.
 * @returns The exit code.
 */
export async function evaluate(
  folder: string,
  source: string,
  { json, threads, ...read }: Partial<ReadOptions> & {
    readonly threads?: number;
    readonly json?: boolean;
  },
): Promise<number> {
  const log = json ? console.error : console.log;
  await provideEngine({}, log);
  if (threads !== undefined) await startEngine({ threads });
  const trained = await openTrained(folder);
  const { model } = trained;
  const how = {
    ...trained.columns,
    ...read,
    task: trained.task,
    validation: 0,
    test: 0,
    seed: 1,
  };
  await openData(source, how, async (task, { labels, ...dataset }) => {
    const examples = dataset.train.map((example) =>
      task.relabel(example, labels, model.labels)
    );
    const { oddities = [] } = dataset;
    for (const { what, action, rows } of oddities) {
      log(`${rows.length} rows ${action}: ${what}, such as in row ${rows[0]}`);
    }
    const predictions = await task.predict(model, examples.map(task.inputOf));
    const outcomes = predictions.map((each, i) =>
      task.outcome(each, examples[i]!, model.labels)
    );
    const metricsOf = (some: readonly Outcome[]): Record<string, number> =>
      task.metrics(some, model.labels.length);
    const names = Object.keys(metricsOf(outcomes));
    const found = estimates(
      outcomes.length,
      (indices) => Object.values(metricsOf(indices.map((i) => outcomes[i]!))),
    );
    const metrics = Object.fromEntries(
      names.map((name, i) => [name, found[i]!]),
    );
    if (json) {
      console.log(
        JSON.stringify({
          task: task.name,
          data: source,
          examples: examples.length,
          oddities,
          metrics,
        }),
      );
      return;
    }
    for (const [name, estimate] of Object.entries(metrics)) {
      console.log(`${words(name).padEnd(18)}${format(estimate)}`);
    }
    console.log(
      `on ${examples.length} ${task.unit}; in brackets: 95 % intervals`,
    );
  });
  return 0;
}
