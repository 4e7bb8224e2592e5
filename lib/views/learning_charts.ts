/**
 * Charts of how a training goes, and of what more data would bring.
 *
 * @module
 */

import { chart, type VegaLiteSpec } from "./theme.ts";
import { STEP_AXIS } from "./training_charts.ts";

/**
 * Draws the learning rate of each step, for one schedule or several.
 *
 * @param schedules The rates by the schedule's name, step 1 first.
 * @param options `title`.
 * @returns The chart.
 */
export function learningRateChart(
  schedules: Readonly<Record<string, readonly number[]>>,
  options: { title?: string } = {},
): VegaLiteSpec {
  const { title = "Learning rate of each step" } = options;
  const names = Object.keys(schedules);
  const schedule = {
    field: "schedule",
    type: "nominal",
    sort: names,
    legend: { orient: "top", title: null },
  } as const;
  const say = (rate: number | undefined): string =>
    rate === undefined ? "nothing" : rate.toExponential(1);
  return chart({
    title,
    description: `${title}. ` + Object.entries(schedules).map(
      ([name, rates]) =>
        `${name}: ${rates.length} steps, highest ${
          say(rates.length > 0 ? Math.max(...rates) : undefined)
        }, last ${say(rates.at(-1))}.`,
    ).join(" "),
    data: {
      values: Object.entries(schedules).flatMap(([schedule, rates]) =>
        rates.map((rate, index) => ({ schedule, step: index + 1, rate }))
      ),
    },
    mark: { type: "line", tooltip: true },
    encoding: {
      x: STEP_AXIS,
      y: {
        field: "rate",
        type: "quantitative",
        title: "Learning rate",
        axis: {
          tickCount: 5,
          labelExpr: "datum.value === 0 ? '0' : format(datum.value, '.0e')",
        },
      },
      color: schedule,
      strokeDash: schedule,
    },
  });
}

/**
 * Draws a score against the number of training examples, each doubling of which
 * takes the same space.
 *
 * @param points One entry for each training; `series` tells apart what else differs.
 * @param options Titles; `chance`: what guessing would score, a dashed line.
 * @returns The chart.
 */
export function learningCurve(
  points: readonly { examples: number; score: number; series: string }[],
  options: { title: string; xTitle: string; yTitle: string; chance: number },
): VegaLiteSpec {
  const { title, xTitle, yTitle, chance } = options;
  const sizes = [...new Set(points.map(({ examples }) => examples))];
  const lowest = Math.min(chance, ...points.map(({ score }) => score));
  const scale = { domain: [lowest - 0.05, 1], nice: false, zero: false };
  const color = {
    field: "series",
    type: "nominal",
    legend: { orient: "top", title: null },
  } as const;
  return chart({
    title: {
      text: title,
      subtitle: `dashed: guessing, ${chance.toFixed(2)}`,
    },
    description: `${title}. ` +
      points.map(({ examples, score, series }) =>
        `${series}, ${examples} examples: ${score.toFixed(3)}.`
      ).join(" "),
    data: { values: [...points] },
    layer: [
      {
        data: { values: [{ chance }] },
        mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5 },
        encoding: { y: { field: "chance", type: "quantitative", scale } },
      },
      {
        mark: {
          type: "line",
          point: { size: 90, filled: true, opacity: 1 },
          tooltip: true,
        },
        encoding: {
          x: {
            field: "examples",
            type: "quantitative",
            title: xTitle,
            scale: { type: "log", base: 2, nice: false, padding: 24 },
            axis: { values: sizes, format: "d", grid: false },
          },
          y: {
            field: "score",
            type: "quantitative",
            title: yTitle,
            scale,
            axis: { format: ".1f", tickCount: 6 },
          },
          color,
          shape: color,
        },
      },
    ],
  });
}
