/** Many trainings → one row for each setting, over all its seeds. @module */

import { textTable } from "../shell/text_table.ts";
import { type Judge, JUDGES } from "../trials/judged_epochs.ts";
import { meanOf, standardDeviationOf } from "../trials/statistics.ts";
import type { SweepGrid, SweepRun } from "./grid.ts";
import type { SweepEpoch, SweepResult } from "./store.ts";

/** Mean and standard deviation over seeds, and the values themselves. */
export type Score = {
  readonly mean: number;
  readonly deviation: number;
  readonly values: readonly number[];
};

/** What a setting reached at its last epoch. */
export type SweepRow = Omit<SweepRun, "seed"> & {
  readonly seeds: readonly number[];
  readonly mcc: Readonly<Record<Judge, Score>>;
  /** Mean of all epochs together. */
  readonly trainingSeconds: number;
};

/**
 * Sums results up.
 *
 * A setting's score is that of its last epoch, not of its best: else every longer
 * training would contain the shorter ones.
 *
 * @param grid What was combined.
 * @param results What came out; some may be missing.
 * @returns A row for each setting that has a result, the best first: by the mean
 * MCC on the validation sentences, never by test sentences.
 */
export function sweepRows(
  grid: SweepGrid,
  results: readonly SweepResult[],
): SweepRow[] {
  const { schedule } = grid;
  const rows = grid.batchSizes.flatMap((batchSize) =>
    grid.epochs.flatMap((epochs) =>
      grid.learningRates.flatMap((learningRate): SweepRow[] => {
        const setting = { learningRate, batchSize, epochs, schedule };
        const own = results.filter(({ run }) => contains(run, setting));
        return own.length === 0 ? [] : [rowOf(setting, own)];
      })
    )
  );
  return rows.toSorted((a, b) => b.mcc.validation.mean - a.mcc.validation.mean);
}

/** Whether a training went through a setting: under a constant rate, on its way. */
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
  const scoreOf = (judge: Judge): Score => {
    const values = results.map(({ epochs }) =>
      epochs[setting.epochs - 1]!.mcc[judge]
    );
    const deviation = standardDeviationOf(values);
    return { mean: meanOf(values), deviation, values };
  };
  const secondsOf = (epochs: readonly SweepEpoch[]): number =>
    epochs.slice(0, setting.epochs)
      .reduce((sum, { trainingSeconds }) => sum + trainingSeconds, 0);
  return {
    ...setting,
    seeds: results.map(({ run }) => run.seed),
    mcc: Object.fromEntries(
      JUDGES.map((judge) => [judge, scoreOf(judge)]),
    ) as SweepRow["mcc"],
    trainingSeconds: meanOf(results.map(({ epochs }) => secondsOf(epochs))),
  };
}

/**
 * The rows as a table for a terminal.
 *
 * @param rows From {@linkcode sweepRows}.
 * @returns A line for each under a header.
 */
export function sweepTable(rows: readonly SweepRow[]): string {
  return textTable([
    [
      ...["learning rate", "batch", "epochs", "seeds"],
      ...["validation MCC", "in domain", "out of domain", "training s"],
    ],
    ...rows.map((row) => [
      row.learningRate.toExponential(),
      ...[row.batchSize, row.epochs, row.seeds.length].map(String),
      ...JUDGES.map((judge) => describeScore(row.mcc[judge])),
      row.trainingSeconds.toFixed(0),
    ]),
  ]);
}

/**
 * Names the best setting and the best single training of it.
 *
 * @param rows From {@linkcode sweepRows}, at least one.
 * @returns Two sentences.
 */
export function describeBest([best]: readonly SweepRow[]): string {
  const { learningRate, batchSize, epochs, seeds, mcc } = best!;
  const { values } = mcc.validation;
  const at = values.indexOf(Math.max(...values));
  return `Best by validation MCC: learning rate ` +
    `${learningRate.toExponential()}, batch ${batchSize}, ${epochs} ` +
    `epoch${epochs === 1 ? "" : "s"}, ${
      describeScore(mcc.validation)
    }; on test ` +
    `sentences ${describeScore(mcc.inDomain)} in domain, ` +
    `${describeScore(mcc.outOfDomain)} out of domain.\n` +
    `Its best seed by validation MCC: ${seeds[at]}, ${values[at]!.toFixed(3)}.`;
}

/** Mean and standard deviation; the mean alone where there is one value. */
function describeScore({ mean, deviation, values }: Score): string {
  return values.length === 1
    ? mean.toFixed(3)
    : `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
}
