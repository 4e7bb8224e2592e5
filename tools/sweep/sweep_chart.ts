/**
 * The chart of a sweep: a score against the learning rate.
 *
 * @module
 */

import { words } from "../../lib/printable.ts";
import { chart, type VegaLiteSpec } from "../../lib/views/charts/chart.ts";
import { CATEGORY_COLORS } from "../../lib/views/theme.ts";
import { meanText } from "../bench/statistics.ts";
import { type SweepRow, validationOf } from "./summary.ts";

/** What the chart reads of a row. */
export type SweepPoint = Pick<
  SweepRow,
  "learningRate" | "batchSize" | "epochs" | "scores"
>;

/**
 * Draws the metric on the validation set against the learning rate: a line for each batch size and number of epochs, a bar of one standard deviation
 * to each side, and a small ring for each seed.
 *
 * @param points The settings, in any order.
 * @param options `metric`: its name; `subtitle`: what was trained.
 * @returns The chart.
 */
export function sweepChart(
  points: readonly SweepPoint[],
  options: { metric: string; subtitle?: string },
): VegaLiteSpec {
  const text = "Which learning rate?";
  const sorted = points.toSorted((a, b) =>
    a.batchSize - b.batchSize || a.epochs - b.epochs ||
    a.learningRate - b.learningRate
  );
  const series = [...new Set(sorted.map(seriesOf))];
  const rates = [...new Set(sorted.map(({ learningRate }) => learningRate))]
    .toSorted((a, b) => a - b).map(rateText);
  const values = sorted.flatMap((point) =>
    validationOf(point).map((value) => ({
      rate: rateText(point.learningRate),
      series: seriesOf(point),
      value,
    }))
  );
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
    field: "value",
    type: "quantitative",
    title: `Validation ${words(options.metric)}`,
    scale: { zero: false, nice: true },
  } as const;
  const mean = { ...y, aggregate: "mean" } as const;
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
        `${meanText(validationOf(point), 3)}.`
      ).join(" "),
    data: { values },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.6, opacity: 0.7 },
        encoding: { x, xOffset, y: mean, color },
      },
      {
        mark: { type: "errorbar", extent: "stdev", rule: { strokeWidth: 2.5 } },
        encoding: { x, xOffset, y, color },
      },
      {
        mark: { type: "point", filled: true, size: 75, opacity: 1 },
        encoding: { x, xOffset, y: mean, color },
      },
      {
        mark: { type: "point", size: 26, opacity: 0.8, strokeWidth: 1.2 },
        encoding: { x, xOffset, y, color },
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
