/** Summary of a sweep: one row for each setting, over all its seeds. @module */

import { mccColumns, type PerPart, perPart } from "../bench/cola.ts";
import { meanOf, meanText, sumOf } from "../bench/statistics.ts";
import { cellsOf, type Column, textTable } from "../shell/text_table.ts";
import {
  settingsOf,
  type SweepPlan,
  type SweepResult,
  type SweepRun,
  type SweepSetting,
} from "./store.ts";

/** The scores of a setting at its last epoch. */
export type SweepRow = SweepSetting & {
  readonly seeds: readonly number[];
  /** Matthews correlations, one for each seed. */
  readonly mcc: PerPart<readonly number[]>;
  /** Mean over the seeds of all epochs together. */
  readonly trainingSeconds: number;
};

/**
 * Summarizes results.
 *
 * A setting's score is that of its last epoch, not of its best: otherwise every longer
 * training would contain the shorter ones.
 *
 * @param plan The grid.
 * @param results Its results; some may be missing.
 * @returns A row for each setting that has a result, the best first: by the mean
 * MCC on the validation sentences, never by test sentences.
 */
export function sweepRows(
  plan: Pick<SweepPlan, "lr" | "batch" | "epochs" | "schedule">,
  results: readonly SweepResult[],
): SweepRow[] {
  const rows = settingsOf(plan).flatMap((setting): SweepRow[] => {
    const own = results.filter(({ run }) => contains(run, setting));
    return own.length === 0 ? [] : [rowOf(setting, own)];
  });
  return rows.toSorted((a, b) =>
    meanOf(b.mcc.validation) - meanOf(a.mcc.validation)
  );
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
    mcc: perPart((part) => trained.map((epochs) => epochs.at(-1)!.mcc[part])),
    trainingSeconds: meanOf(
      trained.map((epochs) =>
        sumOf(epochs.map(({ trainingSeconds }) => trainingSeconds))
      ),
    ),
  };
}

const COLUMNS: readonly Column<SweepRow>[] = [
  ["learning rate", ({ learningRate }) => learningRate.toExponential()],
  ["batch", ({ batchSize }) => `${batchSize}`],
  ["epochs", ({ epochs }) => `${epochs}`],
  ["seeds", ({ seeds }) => `${seeds.length}`],
  ...mccColumns<SweepRow>(({ mcc }, part) => mcc[part]),
  ["training s", ({ trainingSeconds }) => trainingSeconds.toFixed(0)],
];

/** The rows as a table for a terminal. */
export function sweepTable(rows: readonly SweepRow[]): string {
  return textTable(cellsOf(COLUMNS, rows));
}

/**
 * Names the best setting and its best seed.
 *
 * @param rows From {@linkcode sweepRows}, at least one.
 * @returns Two sentences.
 */
export function describeBest([best]: readonly SweepRow[]): string {
  const { learningRate, batchSize, epochs, seeds, mcc } = best!;
  const scores = mcc.validation;
  const at = scores.indexOf(Math.max(...scores));
  return `Best by validation MCC: learning rate ` +
    `${learningRate.toExponential()}, batch ${batchSize}, ${epochs} ` +
    `epoch${epochs === 1 ? "" : "s"}, ${meanText(scores, 3)}; on test ` +
    `sentences ${meanText(mcc.inDomain, 3)} in domain, ` +
    `${meanText(mcc.outOfDomain, 3)} out of domain.\n` +
    `Its best seed by validation MCC: ${seeds[at]}, ${scores[at]!.toFixed(3)}.`;
}
