/**
 * Charts of an evaluation: confusion matrix, calibration, errors by group.
 *
 * @module
 */

import {
  chart,
  gradientLegend,
  nominal,
  quantitative,
  type VegaLiteSpec,
} from "./chart.ts";
import { COLORS } from "../theme.ts";
import { checkMatrix } from "./matrices.ts";

/**
 * A cell is dark from here on (share of the colour scale), its letters white. Black
 * and white are 4.6 : 1 there; the softer ink of other letters would be less.
 */
const DARK = 0.74;
const BLACK = "#000000";

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
    condition: { test: `datum.share > ${DARK}`, value: COLORS.ground },
    value: BLACK,
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
      x: nominal("predicted", "Predicted class", {
        labelAngle: 0,
        domain: false,
        ticks: false,
      }),
      y: nominal("actual", "Actual class", { domain: false, ticks: false }),
    },
    layer: [
      {
        mark: { type: "rect", stroke: COLORS.ground, strokeWidth: 2 },
        encoding: {
          color: {
            field: "share",
            type: "quantitative",
            title: "Share of row",
            scale: { domain: [0, 1], interpolate: "rgb" },
            legend: gradientLegend(140, "%"),
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

/**
 * Draws how often a model is right when it says how sure it is.
 *
 * Guo et al. (2017), "On Calibration of Modern Neural Networks", figure 1: on
 * the diagonal confidence equals accuracy, below it the model is too sure. A bin of
 * few texts says little: its Wilson interval is long.
 *
 * @param bins Mean confidence, accuracy and number of texts of each bin.
 * @param options `title`; `ece`: the expected calibration error, equation 3.
 * @returns The chart.
 */
export function reliabilityChart(
  bins: readonly { confidence: number; accuracy: number; count: number }[],
  options: { title?: string; ece?: number } = {},
): VegaLiteSpec {
  const { title = "Is the model as right as it is sure?", ece } = options;
  const filled = bins.filter(({ count }) => count > 0)
    .map((bin) => ({ ...bin, ...wilsonInterval(bin.accuracy, bin.count) }));
  const error = ece === undefined
    ? ""
    : `expected calibration error ${ece.toFixed(3)}; `;
  const scale = { domainMin: 0, domainMax: 1, nice: false };
  const xTitle = "Confidence (mean probability of the predicted class)";
  const x = quantitative("confidence", xTitle, { scale });
  const yTitle = "Accuracy (share of right predictions)";
  const y = quantitative("accuracy", yTitle, { scale });
  return chart({
    title: {
      text: title,
      subtitle: [
        `${error}dashed: confidence equals accuracy`,
        "bars: 95 % intervals of each bin's accuracy",
      ],
    },
    description: `${title} ${error}` +
      filled.map((bin) =>
        `At confidence ${bin.confidence.toFixed(2)}: accuracy ` +
        `${bin.accuracy.toFixed(2)} over ${bin.count} texts.`
      ).join(" "),
    width: 380,
    height: 380,
    layer: [
      {
        data: {
          values: [{ confidence: 0, accuracy: 0 }, {
            confidence: 1,
            accuracy: 1,
          }],
        },
        mark: { type: "line", color: COLORS.grey, strokeDash: [6, 4] },
        encoding: { x, y },
      },
      {
        data: { values: filled },
        mark: { type: "rule", color: COLORS.blue, strokeWidth: 1.5 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
      },
      {
        data: { values: filled },
        mark: { type: "line", color: COLORS.blue, strokeWidth: 1.5 },
        encoding: { x, y },
      },
      {
        data: { values: filled },
        mark: {
          type: "point",
          color: COLORS.blue,
          filled: true,
          opacity: 1,
          tooltip: true,
        },
        encoding: {
          x,
          y,
          size: {
            field: "count",
            type: "quantitative",
            title: "Texts",
            scale: { range: [50, 450], zero: true },
            legend: { values: legendCounts(filled.map(({ count }) => count)) },
          },
        },
      },
    ],
  });
}

/**
 * The range of shares that fit a share of `count` texts, with confidence 0.95.
 *
 * Wilson (1927), "Probable Inference, the Law of Succession, and Statistical
 * Inference": unlike share ± 1.96 deviations it stays within [0, 1].
 */
function wilsonInterval(
  share: number,
  count: number,
): { low: number; high: number } {
  const z2 = 1.959964 ** 2;
  const middle = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = Math.sqrt(
    z2 * (share * (1 - share) / count + z2 / (4 * count ** 2)),
  ) / (1 + z2 / count);
  return { low: middle - half, high: middle + half };
}

/** The smallest and the largest count, for the legend of sizes. */
function legendCounts(counts: readonly number[]): number[] {
  return [...new Set([Math.min(...counts), Math.max(...counts)])];
}

/**
 * Draws the error rate of each group, the worst first, with its counts.
 *
 * @param groups One entry a group, in any order.
 * @param options Titles; `groupTitle` says what a group is.
 * @returns The chart.
 */
export function errorsByGroupChart(
  groups: readonly {
    group: string;
    count: number;
    errors: number;
    errorRate: number;
  }[],
  options: { title?: string; groupTitle?: string } = {},
): VegaLiteSpec {
  const { title = "Where are the errors?", groupTitle = "Group" } = options;
  const sorted = groups.toSorted((a, b) =>
    b.errorRate - a.errorRate || b.count - a.count
  );
  const errors = groups.reduce((sum, { errors }) => sum + errors, 0);
  const count = groups.reduce((sum, { count }) => sum + count, 0);
  const total = `${errors} of ${count} wrong in all`;
  const worst = sorted.at(0);
  const x = quantitative(
    "errorRate",
    "Error rate (share of the group's texts)",
    {
      axis: { format: "%", tickCount: 6 },
      // Room for the counts to the right of the longest bar.
      scale: { domainMin: 0, domainMax: (worst?.errorRate ?? 1) * 1.2 || 1 },
    },
  );
  const y = nominal("group", groupTitle, { grid: false });
  return chart({
    title: { text: title, subtitle: total },
    description: `${title} ${total}` +
      (worst === undefined
        ? "."
        : `; worst: ${worst.group}, ${worst.errors} of ${worst.count}.`),
    height: Math.max(80, 24 * groups.length),
    data: {
      values: sorted.map((row) => ({
        ...row,
        label: `${row.errors} of ${row.count}`,
      })),
    },
    layer: [
      {
        mark: { type: "bar", color: COLORS.vermilion, tooltip: true },
        encoding: { x, y },
      },
      {
        mark: { type: "text", align: "left", dx: 5, fontSize: 11 },
        encoding: { x, y, text: { field: "label" } },
      },
    ],
  });
}
