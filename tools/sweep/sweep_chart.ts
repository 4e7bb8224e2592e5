/**
 * The chart of a sweep: a score against the learning rate.
 *
 * @module
 */

import { chart, type VegaLiteSpec } from "../../lib/views/charts/chart.ts";
import { CATEGORY_COLORS } from "../../lib/views/theme.ts";

/** A setting and the scores of its seeds. */
export type SweepPoint = {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly mean: number;
  /** Standard deviation over the seeds. */
  readonly deviation: number;
  readonly values: readonly number[];
};

/**
 * Draws the Matthews correlation on validation sentences against the learning rate:
 * a line for each batch size and number of epochs, a bar of one standard deviation
 * to each side, and a small ring for each seed.
 *
 * @param points The settings, in any order.
 * @param options `subtitle`: what was trained.
 * @returns The chart.
 */
export function sweepChart(
  points: readonly SweepPoint[],
  options: { subtitle?: string } = {},
): VegaLiteSpec {
  const text = "Which learning rate?";
  const sorted = points.toSorted((a, b) =>
    a.batchSize - b.batchSize || a.epochs - b.epochs ||
    a.learningRate - b.learningRate
  );
  const series = [...new Set(sorted.map(seriesOf))];
  const rates = [...new Set(sorted.map(({ learningRate }) => learningRate))]
    .toSorted((a, b) => a - b).map(rateText);
  const rows = sorted.map((point) => ({
    rate: rateText(point.learningRate),
    series: seriesOf(point),
    mean: point.mean,
    low: point.mean - point.deviation,
    high: point.mean + point.deviation,
  }));
  const x = {
    field: "rate",
    type: "ordinal",
    sort: rates,
    title: "Learning rate",
    axis: { labelAngle: 0, grid: false },
    scale: { type: "band", paddingInner: 0.3, paddingOuter: 0.15 },
  } as const;
  const xOffset = {
    field: "series",
    type: "nominal",
    sort: series,
  } as const;
  const y = {
    type: "quantitative",
    title: "Validation MCC",
    scale: { zero: false, nice: true },
  } as const;
  const color = {
    field: "series",
    type: "nominal",
    sort: series,
    title: null,
    scale: { domain: series, range: [...CATEGORY_COLORS] },
    legend: { orient: "top", columns: 3 },
  } as const;
  return chart({
    title: {
      text,
      ...(options.subtitle === undefined ? {} : { subtitle: options.subtitle }),
    },
    description: `${text} ` +
      sorted.map((point) =>
        `Learning rate ${rateText(point.learningRate)}, ${seriesOf(point)}: ` +
        `${point.mean.toFixed(3)} ± ${point.deviation.toFixed(3)}.`
      ).join(" "),
    data: { values: rows },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.6, opacity: 0.7 },
        encoding: { x, xOffset, y: { ...y, field: "mean" }, color },
      },
      {
        mark: { type: "rule", strokeWidth: 2.5 },
        encoding: {
          x,
          xOffset,
          color,
          y: { ...y, field: "low" },
          y2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 75, opacity: 1 },
        encoding: { x, xOffset, y: { ...y, field: "mean" }, color },
      },
      {
        data: {
          values: sorted.flatMap((point) =>
            point.values.map((value) => ({
              rate: rateText(point.learningRate),
              series: seriesOf(point),
              value,
            }))
          ),
        },
        mark: { type: "point", size: 26, opacity: 0.8, strokeWidth: 1.2 },
        encoding: { x, xOffset, y: { ...y, field: "value" }, color },
      },
    ],
  });
}

function seriesOf({ batchSize, epochs }: SweepPoint): string {
  return `batch ${batchSize}, ${epochs} epoch${epochs === 1 ? "" : "s"}`;
}

/** As people write rates: `5e-5`. */
function rateText(rate: number): string {
  return rate.toExponential();
}
