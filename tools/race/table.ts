/** A race as a terminal shows it. @module */

import { textTable } from "../shell/text_table.ts";
import { type Judge, JUDGES } from "../trials/judged_epochs.ts";
import { meanOf, standardDeviationOf } from "../trials/statistics.ts";
import { type Racer, RACERS } from "./options.ts";
import type { RaceRun } from "./run.ts";

/** What is summed up over seeds, with the digits that are shown. */
type Measure = {
  readonly title: string;
  readonly digits: number;
  readonly of: (run: RaceRun) => number;
};

const JUDGE_TITLES: Readonly<Record<Judge, string>> = {
  validation: "validation MCC",
  inDomain: "in domain",
  outOfDomain: "out of domain",
};

const MEASURES: readonly Measure[] = [
  {
    title: "training min",
    digits: 2,
    of: ({ trainingSeconds }) => trainingSeconds / 60,
  },
  {
    title: "validation min",
    digits: 2,
    of: ({ validationSeconds }) => validationSeconds / 60,
  },
  ...JUDGES.map((judge): Measure => ({
    title: JUDGE_TITLES[judge],
    digits: 3,
    of: ({ mcc }) => mcc[judge],
  })),
  { title: "peak MB", digits: 0, of: ({ peakMb }) => peakMb },
];

/**
 * A row for each run, and below them, if there are several seeds, mean and standard
 * deviation of each contestant.
 *
 * @param runs What came out.
 * @returns Lines of one width.
 */
export function raceTable(runs: readonly RaceRun[]): string {
  const seeds = new Set(runs.map(({ seed }) => seed));
  const header = ["who", "seed", "best epoch", ...MEASURES.map((m) => m.title)];
  const rows = runs.map((run) => [
    run.who,
    String(run.seed),
    String(run.bestEpoch),
    ...MEASURES.map(({ of, digits }) => of(run).toFixed(digits)),
  ]);
  const whos = RACERS.filter((who) => runs.some((run) => run.who === who));
  const summary = seeds.size === 1
    ? []
    : whos.map((who) => summaryOf(runs, who));
  return textTable([header, ...rows, ...summary]);
}

function summaryOf(runs: readonly RaceRun[], who: Racer): string[] {
  const own = runs.filter((run) => run.who === who);
  const cells = MEASURES.map(({ of, digits }) => {
    const values = own.map(of);
    const mean = meanOf(values).toFixed(digits);
    return `${mean} ± ${standardDeviationOf(values).toFixed(digits)}`;
  });
  return [who, "mean ± sd", "", ...cells];
}
