/** Summary of a sweep: one row for each setting, over all its seeds. @module */

import {
  EVALUATED,
  MCC_TITLES,
  meanText,
  type PerPart,
  perPart,
} from "../bench/cola.ts";
import { meanOf, standardDeviationOf, sumOf } from "../bench/statistics.ts";
import { textTable } from "../shell/text_table.ts";
import type { SweepPlan, SweepResult, SweepRun } from "./store.ts";

/** Mean and standard deviation over seeds, and the values themselves. */
export type Score = {
  readonly mean: number;
  readonly deviation: number;
  readonly values: readonly number[];
};

/** The scores of a setting at its last epoch. */
export type SweepRow = Omit<SweepRun, "seed"> & {
  readonly seeds: readonly number[];
  readonly mcc: PerPart<Score>;
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
  const { schedule } = plan;
  const rows = plan.batch.flatMap((batchSize) =>
    plan.epochs.flatMap((epochs) =>
      plan.lr.flatMap((learningRate): SweepRow[] => {
        const setting = { learningRate, batchSize, epochs, schedule };
        const own = results.filter(({ run }) => contains(run, setting));
        return own.length === 0 ? [] : [rowOf(setting, own)];
      })
    )
  );
  return rows.toSorted((a, b) => b.mcc.validation.mean - a.mcc.validation.mean);
}

/** Whether a training contains a setting: with a constant rate, a shorter one too. */
function contains(run: SweepRun, setting: Omit<SweepRun, "seed">): boolean {
  return run.learningRate === setting.learningRate &&
    run.batchSize === setting.batchSize &&
    run.schedule === setting.schedule &&
    (run.schedule === "constant"
      ? run.epochs >= setting.epochs
      : run.epochs === setting.epochs);
}

function rowOf(
  setting: Omit<SweepRun, "seed">,
  results: readonly SweepResult[],
): SweepRow {
  const trained = results.map(({ epochs }) => epochs.slice(0, setting.epochs));
  return {
    ...setting,
    seeds: results.map(({ run }) => run.seed),
    mcc: perPart((part) => {
      const values = trained.map((epochs) => epochs.at(-1)!.mcc[part]);
      const deviation = standardDeviationOf(values);
      return { mean: meanOf(values), deviation, values };
    }),
    trainingSeconds: meanOf(
      trained.map((epochs) =>
        sumOf(epochs.map(({ trainingSeconds }) => trainingSeconds))
      ),
    ),
  };
}

/** The rows as a table for a terminal. */
export function sweepTable(rows: readonly SweepRow[]): string {
  const header = [
    "learning rate",
    "batch",
    "epochs",
    "seeds",
    ...EVALUATED.map((part) => MCC_TITLES[part]),
    "training s",
  ];
  const cells = rows.map((row) => [
    row.learningRate.toExponential(),
    `${row.batchSize}`,
    `${row.epochs}`,
    `${row.seeds.length}`,
    ...EVALUATED.map((part) => meanText(row.mcc[part].values, 3)),
    row.trainingSeconds.toFixed(0),
  ]);
  return textTable([header, ...cells]);
}

/**
 * Names the best setting and its best seed.
 *
 * @param rows From {@linkcode sweepRows}, at least one.
 * @returns Two sentences.
 */
export function describeBest([best]: readonly SweepRow[]): string {
  const { learningRate, batchSize, epochs, seeds, mcc } = best!;
  const { values } = mcc.validation;
  const at = values.indexOf(Math.max(...values));
  const scoreOf = ({ values }: Score): string => meanText(values, 3);
  return `Best by validation MCC: learning rate ` +
    `${learningRate.toExponential()}, batch ${batchSize}, ${epochs} ` +
    `epoch${epochs === 1 ? "" : "s"}, ${scoreOf(mcc.validation)}; on test ` +
    `sentences ${scoreOf(mcc.inDomain)} in domain, ` +
    `${scoreOf(mcc.outOfDomain)} out of domain.\n` +
    `Its best seed by validation MCC: ${seeds[at]}, ${values[at]!.toFixed(3)}.`;
}
