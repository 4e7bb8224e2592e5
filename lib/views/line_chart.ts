/**
 * Chart of curves that share their axes.
 *
 * @module
 */

import {
  chart,
  type ChartLayer,
  type ChartPosition,
  COLORS,
  rimmedText,
  type VegaLiteSpec,
} from "./theme.ts";

/** A point of a curve. */
export type Point = { readonly x: number; readonly y: number };

/** One curve. */
export type Series = {
  /** What the legend calls it; another one for each curve. */
  readonly name: string;
  readonly points: readonly Point[];
};

/**
 * Draws curves by colour and by the shape of their points.
 *
 * @param series The curves.
 * @param options Titles with units; `yScale`: `"log"` for values above 0 that differ
 * by factors; `lines`: level lines to compare with, each with its name.
 * @returns The chart.
 */
export function lineChart(
  series: readonly Series[],
  options: {
    title: string;
    xTitle: string;
    yTitle: string;
    yScale?: "linear" | "log";
    lines?: readonly { label: string; value: number }[];
  },
): VegaLiteSpec {
  const { title, xTitle, yTitle, yScale = "linear", lines = [] } = options;
  const all = series.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(({ x }) => x))];
  const wholeSteps = xs.every(Number.isInteger);
  const left = Math.min(...xs), right = Math.max(...xs);
  const names = series.map(({ name }) => name);
  const y: ChartPosition = {
    field: "y",
    type: "quantitative",
    title: yTitle,
    scale: yScale === "log"
      ? { type: "log", padding: 14 }
      : { zero: false, padding: 14 },
    axis: { tickCount: 6 },
  };
  const legend = series.length > 1
    ? { orient: "top", title: null, columns: 3 } as const
    : null;
  return chart({
    title,
    description: `${title}. ` +
      series.map(({ name, points }) => `${name}: ${inWords(points)}.`).concat(
        lines.map(({ label, value }) => `${label}: ${value.toPrecision(3)}.`),
      ).join(" "),
    data: {
      values: series.flatMap(({ name, points }) =>
        points.map((point) => ({ ...point, series: name }))
      ),
    },
    layer: [
      {
        mark: {
          type: "line",
          point: xs.length <= 40
            ? { size: 60, filled: true, opacity: 1 }
            : false,
          tooltip: true,
        },
        encoding: {
          x: {
            field: "x",
            type: "quantitative",
            title: xTitle,
            axis: {
              grid: false,
              ...(wholeSteps ? { format: "d", tickMinStep: 1 } : {}),
            },
            scale: { zero: false, nice: false, padding: 10 },
          },
          y,
          color: {
            field: "series",
            type: "nominal",
            legend,
            scale: { domain: names },
          },
          ...(xs.length <= 40
            ? { shape: { field: "series", legend, scale: { domain: names } } }
            : {}),
        },
      },
      ...lines.flatMap((line) => levelLine(line, right)),
    ],
    ...(left === right ? { width: 200 } : {}),
  });
}

/** A dashed line across the chart, with its name at the right end. */
function levelLine(
  { label, value }: { label: string; value: number },
  right: number,
): ChartLayer[] {
  const y = { field: "value", type: "quantitative" } as const;
  return [
    {
      data: { values: [{ value }] },
      mark: {
        type: "rule",
        color: COLORS.grey,
        strokeWidth: 1.5,
        strokeDash: [6, 4],
      },
      encoding: { y },
    },
    ...rimmedText({
      data: { values: [{ right, value, label }] },
      mark: { type: "text", align: "right", baseline: "bottom", dy: -4 },
      encoding: {
        x: { field: "right", type: "quantitative" },
        y,
        text: { field: "label" },
      },
    }),
  ];
}

function inWords(points: Series["points"]): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return "nothing";
  const say = (value: number): string => String(Number(value.toPrecision(3)));
  return `${say(first.y)} at ${say(first.x)} to ${say(last.y)} at ${
    say(last.x)
  }`;
}
