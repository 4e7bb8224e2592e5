/** Summary of a sweep: one row for each setting, over all its seeds. @module */

import { words } from "../../lib/printable.ts";
import { meanOf, meanText, sumOf } from "../bench/statistics.ts";
import { cellsOf, type Column, textTable } from "../shell/text_table.ts";
import {
  settingsOf,
  type SweepGrid,
  type SweepResult,
  type SweepRun,
  type SweepSetting,
} from "./store.ts";

/** The scores of a setting at its last epoch, or at the one that a training kept. */
export type SweepRow = SweepSetting & {
  readonly seeds: readonly number[];
  /** The metric on each part, "validation" among them, for each seed. */
  readonly scores: Readonly<Record<string, readonly number[]>>;
  /** Mean over the seeds of all epochs together. */
  readonly trainingSeconds: number;
};

/**
 * Summarizes results.
 *
 * A setting's score is that of its last epoch, not of its best: otherwise every longer
 * training would contain the shorter ones.
 *
 * @param grid The grid.
 * @param results Its results; some may be missing.
 * @returns A row for each setting that has a result, the best first: by the mean
 * score on the validation set, never on a test set.
 */
export function sweepRows(
  grid: Omit<SweepGrid, "seeds">,
  results: readonly SweepResult[],
): SweepRow[] {
  const rows = settingsOf(grid).flatMap((setting): SweepRow[] => {
    const own = results.filter(({ run }) => contains(run, setting));
    return own.length === 0 ? [] : [rowOf(setting, own)];
  });
  return rows.toSorted((a, b) =>
    meanOf(validationOf(b)) - meanOf(validationOf(a))
  );
}

/** The scores on the validation set, one for each seed. */
export function validationOf(
  { scores }: Pick<SweepRow, "scores">,
): readonly number[] {
  return scores["validation"]!;
}

/** Whether a training contains a setting: with a constant rate, a shorter one too. */
function contains(run: SweepRun, setting: SweepSetting): boolean {
  return run.learningRate === setting.learningRate &&
    run.batchSize === setting.batchSize &&
    run.schedule === setting.schedule &&
    (run.schedule === "constant"
      ? run.epochs >= setting.epochs
      : run.epochs === setting.epochs);
}

function rowOf(
  setting: SweepSetting,
  results: readonly SweepResult[],
): SweepRow {
  const trained = results.map(({ epochs }) => epochs.slice(0, setting.epochs));
  return {
    ...setting,
    seeds: results.map(({ run }) => run.seed),
    scores: Object.fromEntries(
      Object.keys(trained[0]![0]!.scores).map((part) => [
        part,
        trained.map((epochs) => epochs.at(-1)!.scores[part]!),
      ]),
    ),
    trainingSeconds: meanOf(
      trained.map((epochs) =>
        sumOf(epochs.map(({ trainingSeconds }) => trainingSeconds))
      ),
    ),
  };
}

/** The rows as a table for a terminal. */
export function sweepTable(rows: readonly SweepRow[], metric: string): string {
  const columns: readonly Column<SweepRow>[] = [
    ["learning rate", ({ learningRate }) => learningRate.toExponential()],
    ["batch", ({ batchSize }) => `${batchSize}`],
    ["epochs", ({ epochs }) => `${epochs}`],
    ["seeds", ({ seeds }) => `${seeds.length}`],
    ...Object.keys(rows[0]!.scores).map((part): Column<SweepRow> => [
      part === "validation" ? `validation ${words(metric)}` : words(part),
      ({ scores }) => meanText(scores[part]!, 3),
    ]),
    ["training s", ({ trainingSeconds }) => trainingSeconds.toFixed(0)],
  ];
  return textTable(cellsOf(columns, rows));
}

/** The training of a setting that has the best score on the validation set. */
export function bestRun(row: SweepRow): SweepRun {
  const { learningRate, batchSize, epochs, schedule, seeds } = row;
  const scores = validationOf(row);
  const seed = seeds[scores.indexOf(Math.max(...scores))]!;
  return { learningRate, batchSize, epochs, schedule, seed };
}

/**
 * Names the best setting and its best seed.
 *
 * @param rows From {@linkcode sweepRows}, at least one.
 * @param metric The metric of the scores.
 * @returns Two sentences.
 */
export function describeBest(
  [best]: readonly SweepRow[],
  metric: string,
): string {
  const { learningRate, batchSize, epochs, scores } = best!;
  const { validation, ...others } = scores;
  const by = `by validation ${words(metric)}`;
  return `Best ${by}: learning rate ` +
    `${learningRate.toExponential()}, batch ${batchSize}, ${epochs} ` +
    `epoch${epochs === 1 ? "" : "s"}, ${meanText(validation!, 3)}` +
    Object.entries(others).map(([part, values]) =>
      `; ${words(part)} ${meanText(values, 3)}`
    ).join("") +
    `.\nIts best seed ${by}: ${bestRun(best!).seed}, ` +
    `${Math.max(...validation!).toFixed(3)}.`;
}
