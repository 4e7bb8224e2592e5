/** `deno task evaluate FOLDER DATA`: a trained model on further data. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { randomStream } from "../../lib/engine/random/stream.ts";
import { bootstrapInterval } from "../../lib/evaluation/bootstrap.ts";
import { UsageError } from "../shell/option_values.ts";
import { provision } from "../shell/provision.ts";
import { words } from "./report.ts";
import { openData, type ReadOptions } from "./tasks.ts";
import { openTrained } from "./trained_folder.ts";
import { type Estimate, format } from "./verdict.ts";

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
  { json, ...read }: Partial<ReadOptions> & { readonly json?: boolean },
): Promise<number> {
  const log = json ? console.error : console.log;
  await provision({}, log);
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
    log(`${dataset.description}.`);
    const examples = dataset.train.map((example) =>
      task.relabel(example, labels, model.labels)
    );
    if (examples.length === 0) {
      throw new UsageError(
        `Cannot evaluate: "${source}" must have at least one example; found none`,
      );
    }
    const predictions = await task.predict(model, examples.map(task.inputOf));
    const outcomes = predictions.map((each, i) =>
      task.outcome(each, examples[i]!, model.labels)
    );
    const estimates: Record<string, Estimate> = {};
    const names = Object.keys(task.metrics(outcomes, model.labels.length));
    for (const name of names) {
      const at = (indices: readonly number[]): number =>
        task.metrics(
          indices.map((i) => outcomes[i]!),
          model.labels.length,
        )[name]!;
      const random = randomStream(2018);
      const { low, high } = bootstrapInterval(outcomes.length, at, { random });
      estimates[name] = { value: at([...outcomes.keys()]), low, high };
    }
    if (json) {
      const { description, oddities = [] } = dataset;
      console.log(
        JSON.stringify({
          task: task.name,
          data: description,
          examples: examples.length,
          oddities,
          metrics: estimates,
        }),
      );
      return;
    }
    for (const [name, estimate] of Object.entries(estimates)) {
      console.log(`${words(name).padEnd(18)}${format(estimate)}`);
    }
    console.log(
      `on ${examples.length} ${task.unit}; in brackets: 95 % intervals`,
    );
  });
  return 0;
}
