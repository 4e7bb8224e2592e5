/**
 * Chart of a confusion matrix: which class was taken for which.
 *
 * @module
 */

import { checkMatrix } from "./heat_map.ts";
import { chart, type VegaLiteSpec } from "./theme.ts";

/** A cell is dark from here on (share of the colour scale), its letters white. */
const DARK = 0.7;

/**
 * Draws a confusion matrix: counts, and each count's share of its row.
 *
 * @param matrix Counts, [actual][predicted].
 * @param labels Names of the classes.
 * @param options `title`.
 * @returns The chart.
 * @throws {RangeError} If the matrix does not fit the labels.
 */
export function confusionChart(
  matrix: readonly (readonly number[])[],
  labels: readonly string[],
  options: { title?: string } = {},
): VegaLiteSpec {
  checkMatrix(matrix, labels.length, labels.length);
  const { title = "Confusion matrix" } = options;
  const cells = matrix.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => {
      const share = total === 0 ? 0 : count / total;
      return {
        actual: labels[i],
        predicted: labels[j],
        count,
        share,
        shareText: `${(100 * share).toFixed(1)} %`,
      };
    });
  });
  const right = cells.filter((cell) => cell.actual === cell.predicted)
    .reduce((sum, { count }) => sum + count, 0);
  const all = cells.reduce((sum, { count }) => sum + count, 0);
  const ink = {
    condition: { test: `datum.share > ${DARK}`, value: "#ffffff" },
    value: "#222222",
  } as const;
  const size = labels.length <= 3 ? 130 : 84;
  return chart({
    title: { text: title, subtitle: `${right} of ${all} right` },
    description: `${title}: ${right} of ${all} right. ` +
      cells.map((c) => `${c.actual} taken for ${c.predicted}: ${c.count}.`)
        .join(" "),
    width: size * labels.length,
    height: size * 0.75 * labels.length,
    data: { values: cells },
    encoding: {
      x: {
        field: "predicted",
        type: "nominal",
        sort: null,
        title: "Predicted class",
        axis: { labelAngle: 0, domain: false, ticks: false },
      },
      y: {
        field: "actual",
        type: "nominal",
        sort: null,
        title: "Actual class",
        axis: { domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: "rect", stroke: "#ffffff", strokeWidth: 2 },
        encoding: {
          color: {
            field: "share",
            type: "quantitative",
            title: "Share of row",
            scale: { domain: [0, 1], interpolate: "rgb" },
            legend: { format: "%", tickCount: 5, gradientLength: 140 },
          },
        },
      },
      {
        mark: { type: "text", dy: -8, fontSize: 17, fontWeight: "bold" },
        encoding: { text: { field: "count" }, color: ink },
      },
      {
        mark: { type: "text", dy: 12, fontSize: 12 },
        encoding: { text: { field: "shareText" }, color: ink },
      },
    ],
  });
}
