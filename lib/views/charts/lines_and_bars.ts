/**
 * Line charts and bar charts.
 *
 * @module
 */

import {
  chart,
  levelLine,
  nominal,
  quantitative,
  rimmedText,
  TOP_LEGEND,
  type VegaLiteSpec,
} from "./chart.ts";
import { COLORS } from "../theme.ts";

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
  const heights = [...all.map(({ y }) => y), ...lines.map((l) => l.value)];
  const low = Math.min(...heights), high = Math.max(...heights);
  const margin = 0.06 * (high - low);
  const y = quantitative("y", yTitle, {
    scale: yScale === "log" ? { type: "log", padding: 14, nice: false } : {
      zero: false,
      // Room around the curves, but none below 0 that no value needs.
      domainMin: low < 0 ? low - margin : Math.max(0, low - margin),
      domainMax: high + margin,
    },
    axis: { tickCount: 6 },
  });
  const legend = series.length > 1
    ? {
      ...TOP_LEGEND,
      // Columns are as wide as their widest name: four would leave the page.
      columns: series.length > 3 ? 2 : series.length,
    } as const
    : null;
  return chart({
    title,
    description: `${title}${/[.?!]$/.test(title) ? "" : "."} ` +
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
          x: quantitative("x", xTitle, {
            axis: {
              grid: false,
              ...(wholeSteps ? { format: "d", tickMinStep: 1 } : {}),
            },
            scale: { zero: false, nice: false, padding: 10 },
          }),
          y,
          color: {
            field: "series",
            type: "nominal",
            legend,
            scale: { domain: names },
          },
          ...(xs.length <= 40
            ? {
              shape: {
                field: "series",
                type: "nominal",
                legend,
                scale: { domain: names },
              },
            }
            : {}),
        },
      },
      ...lines.flatMap((line) =>
        levelLine(line, { x: right, isBelow: line.value <= low })
      ),
    ],
    ...(left === right ? { width: 200 } : {}),
  });
}

function inWords(points: Series["points"]): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return "nothing";
  const say = (value: number): string => String(Number(value.toPrecision(3)));
  return `${say(first.y)} at ${say(first.x)} to ${say(last.y)} at ${
    say(last.x)
  }`;
}

/**
 * Draws one bar for each value, such as the correlation of each batch.
 *
 * @param bars Labels, each one used once, and values.
 * @param options Titles of both axes with their units; `rule`: a line across.
 * @returns The chart.
 */
export function barChart(
  bars: readonly { label: string | number; value: number }[],
  options: {
    title: string;
    xTitle: string;
    yTitle: string;
    rule?: { label: string; value: number };
  },
): VegaLiteSpec {
  const { title, xTitle, yTitle, rule } = options;
  const counts = bars.every(({ value }) => Number.isInteger(value));
  const values = bars.map(({ label, value }) => ({
    label: String(label),
    value,
    number: value.toFixed(counts ? 0 : 2).replace("-", "−"),
  }));
  const x = nominal("label", xTitle, { labelAngle: 0, labelOverlap: true });
  const drawn = [0, rule?.value ?? 0, ...bars.map(({ value }) => value)];
  const [low, high] = [Math.min(...drawn), Math.max(...drawn)];
  const margin = 0.08 * (high - low); // for the numbers beyond the bars
  const y = quantitative("value", yTitle, {
    scale: {
      domainMin: low < 0 ? low - margin : 0,
      domainMax: high + margin || 1,
      nice: true,
    },
  });
  // A bar below zero carries its number below.
  const numbers = rimmedText({
    mark: {
      type: "text",
      fontSize: 11,
      baseline: { expr: "datum.value < 0 ? 'top' : 'bottom'" },
      dy: { expr: "datum.value < 0 ? 4 : -3" },
    },
    encoding: { x, y, text: { field: "number" } },
  });
  const ruleText = rule && `${rule.label}: ${rule.value.toFixed(3)}`;
  return chart({
    title,
    description: `${title}: ${
      values.map(({ label, number }) => `${label} ${number}`).join(", ")
    }${ruleText === undefined ? "" : `; ${ruleText}`}.`,
    data: { values },
    layer: [
      {
        mark: { type: "bar", color: COLORS.skyBlue, tooltip: true },
        encoding: { x, y },
      },
      ...(bars.length <= 20 ? numbers : []),
      ...(rule === undefined
        ? []
        : levelLine({ label: ruleText!, value: rule.value })),
    ],
  });
}
