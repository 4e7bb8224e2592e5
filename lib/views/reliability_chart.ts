/**
 * Charts of calibration: is the model as right as it is sure.
 *
 * @module
 */

import { chart, COLORS, type VegaLiteSpec } from "./theme.ts";

/**
 * Draws how often a model is right when it says how sure it is.
 *
 * Guo et al. (2017), "On Calibration of Modern Neural Networks", figure 1: on
 * the diagonal confidence equals accuracy, below it the model is too sure.
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
  const filled = bins.filter(({ count }) => count > 0);
  const error = ece === undefined
    ? ""
    : `expected calibration error ${ece.toFixed(3)}; `;
  const x = {
    field: "confidence",
    type: "quantitative",
    title: "Confidence (mean probability of the predicted class)",
    scale: { domainMin: 0, domainMax: 1, nice: false },
  } as const;
  const y = {
    field: "accuracy",
    type: "quantitative",
    title: "Accuracy (share of right predictions)",
    scale: { domainMin: 0, domainMax: 1, nice: false },
  } as const;
  return chart({
    title: {
      text: title,
      subtitle: `${error}dashed: confidence equals accuracy`,
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

/** The smallest and the largest count, for the legend of sizes. */
function legendCounts(counts: readonly number[]): number[] {
  return [...new Set([Math.min(...counts), Math.max(...counts)])];
}
