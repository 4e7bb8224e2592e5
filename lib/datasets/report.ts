/** Duplicates, label conflicts and leaks in a dataset, before anything is trained. @module */

import type {
  DatasetParts,
  DatasetReport,
  Example,
  PartReport,
} from "./dataset.ts";

/** What a report looks at in an example. */
export type ReportView<E> = {
  /** All that the model reads, as one text. */
  readonly textOf: (example: E) => string;
  /** The numbers of its labels, which are counted. */
  readonly labelsOf: (example: E) => readonly number[];
  /** What the model is to say; default the labels. */
  readonly answerOf?: (example: E) => string;
};

const ONE_CLASS: ReportView<Example> = {
  textOf: ({ text, pair }) => pair === undefined ? text : `${text}\n${pair}`,
  labelsOf: ({ label }) => [label],
};

/**
 * Counts duplicates, contradictions and leaks between the parts of a dataset.
 *
 * Nothing is corrected: results are comparable only on a dataset as it is.
 *
 * @example
 * ```ts
 * import { reportDataset } from "bertbook/datasets/report.ts";
 * import assert from "node:assert/strict";
 *
 * const train = [{ text: "A.", label: 0 }, { text: "A.", label: 1 }];
 * const test = [{ text: "A.", label: 1 }];
 * const report = reportDataset({ train, validation: [], test });
 * assert.equal(report.train.duplicates, 1);
 * assert.deepEqual(report.train.conflicting, ["A."]);
 * assert.equal(report.test.inTrain, 1);
 * ```
 *
 * @param parts The three parts.
 * @param view What to look at; default a text with its class.
 * @returns The counts.
 */
export function reportDataset(parts: DatasetParts): DatasetReport;
/** Likewise for examples of another kind. */
export function reportDataset<E>(
  parts: DatasetParts<E>,
  view: ReportView<E>,
): DatasetReport;
export function reportDataset<E>(
  { train, validation, test }: DatasetParts<E>,
  view = ONE_CLASS as unknown as ReportView<E>,
): DatasetReport {
  const known = new Set(train.map(view.textOf));
  return {
    train: reportPart(train, new Set(), view),
    validation: reportPart(validation, known, view),
    test: reportPart(test, known, view),
  };
}

function reportPart<E>(
  rows: readonly E[],
  known: ReadonlySet<string>,
  { textOf, labelsOf, answerOf = (example) => labelsOf(example).join() }:
    ReportView<E>,
): PartReport {
  const byText = Map.groupBy(rows, textOf);
  const labelCounts: number[] = [];
  for (const label of rows.flatMap(labelsOf)) {
    while (labelCounts.length <= label) labelCounts.push(0);
    labelCounts[label]!++;
  }
  return {
    rows: rows.length,
    labelCounts,
    duplicates: rows.length - byText.size,
    conflicting: [...byText]
      .filter(([, same]) => new Set(same.map(answerOf)).size > 1)
      .map(([text]) => text),
    inTrain: rows.filter((row) => known.has(textOf(row))).length,
  };
}
