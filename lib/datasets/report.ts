/** Duplicates, label conflicts and leaks in a dataset, before anything is trained. @module */

import type {
  DatasetParts,
  DatasetReport,
  Example,
  PartReport,
} from "./dataset.ts";

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
 * @returns The counts.
 */
export function reportDataset(
  { train, validation, test }: DatasetParts,
): DatasetReport {
  const known = new Set(train.map(({ text }) => text));
  return {
    train: reportPart(train, new Set()),
    validation: reportPart(validation, known),
    test: reportPart(test, known),
  };
}

function reportPart(
  rows: readonly Example[],
  known: ReadonlySet<string>,
): PartReport {
  const byText = Map.groupBy(rows, ({ text }) => text);
  const labelCounts: number[] = [];
  for (const { label } of rows) {
    while (labelCounts.length <= label) labelCounts.push(0);
    labelCounts[label]!++;
  }
  return {
    rows: rows.length,
    labelCounts,
    duplicates: rows.length - byText.size,
    conflicting: [...byText]
      .filter(([, same]) => new Set(same.map(({ label }) => label)).size > 1)
      .map(([text]) => text),
    inTrain: rows.filter(({ text }) => known.has(text)).length,
  };
}
