/** The figures that a run leaves behind, in `metrics.json`. @module */

import { join } from "node:path";
import type { TrainingRecord } from "../../lib/checkpoint/receipt.ts";
import { checkTrained } from "../../lib/checkpoint/save_model.ts";
import {
  type TracingReport,
  tracingReport,
} from "../../lib/engine/tracing_report.ts";

/** Figures by name; a later notebook adds to what an earlier one wrote. */
export type Results = Record<string, unknown>;

/**
 * Adds figures to `metrics.json`, keeping those that are there.
 *
 * @param folder The folder that holds the file; made if missing.
 * @param figures What to add; the same name replaces the older figure.
 * @param model The model that the figures are of: the kernel runs the cells after a
 * stopped training, too.
 * @returns All the figures of the file.
 * @throws {RangeError} If the training of the model was stopped.
 */
export async function recordResults(
  folder: string,
  figures: Results,
  model?: { readonly training?: TrainingRecord | undefined },
): Promise<Results> {
  checkTrained("record the figures of the model", model?.training);
  await Deno.mkdir(folder, { recursive: true });
  const all = { ...await readResults(folder), ...figures };
  const file = join(folder, "metrics.json");
  const aside = `${file}.${Deno.pid}`;
  await Deno.writeTextFile(aside, JSON.stringify(all, null, 2) + "\n");
  await Deno.rename(aside, file);
  return all;
}

/**
 * Adds what compiling has cost this process to `metrics.json`, as
 * `speed.tracing[page]`.
 *
 * @param folder The folder that holds the file.
 * @param page The notebook that this process runs, e.g. `"train"`.
 * @returns What was added.
 */
export async function recordTracing(
  folder: string,
  page: string,
): Promise<TracingReport> {
  const report = tracingReport();
  const { speed = {} } = await readResults(folder) as { speed?: Results };
  const tracing = { ...speed["tracing"] as Results, [page]: report };
  await recordResults(folder, { speed: { ...speed, tracing } });
  return report;
}

/**
 * What compiling has cost all notebooks of a run.
 *
 * @param results The content of `metrics.json`.
 * @returns The sums, or undefined if no notebook has recorded it.
 */
export function tracingOf(
  results: Results,
): { signatures: number; seconds: number } | undefined {
  const { tracing } = (results["speed"] ?? {}) as {
    tracing?: Record<string, TracingReport>;
  };
  if (tracing === undefined) return undefined;
  const pages = Object.values(tracing);
  return {
    signatures: pages.reduce((sum, page) => sum + page.signatures, 0),
    seconds: pages.reduce((sum, page) => sum + page.seconds, 0),
  };
}

/**
 * Reads `metrics.json`.
 *
 * @param folder The folder that holds the file.
 * @returns Its figures, none if there is no such file.
 * @throws {SyntaxError} If the file is not JSON.
 */
export async function readResults(folder: string): Promise<Results> {
  const file = join(folder, "metrics.json");
  try {
    return JSON.parse(await Deno.readTextFile(file)) as Results;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    if (error instanceof SyntaxError) {
      throw new SyntaxError(
        `Cannot add to "metrics.json": it must be JSON; found ${error.message}; ` +
          `delete it and run again`,
      );
    }
    throw error;
  }
}
