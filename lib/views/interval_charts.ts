/**
 * Charts of a value and how far it can be trusted.
 *
 * @module
 */

import { barsOf, countInBins } from "./histogram.ts";
import { chart, COLORS, referenceLine, type VegaLiteSpec } from "./theme.ts";

/**
 * Draws values with their confidence intervals, one row each.
 *
 * @param rows Values and the ends of their intervals.
 * @param options Titles; `reference`: a line to compare with, such as chance.
 * @returns The chart.
 */
export function intervalChart(
  rows: readonly { label: string; value: number; low: number; high: number }[],
  options: {
    title: string;
    valueTitle: string;
    reference?: { label: string; value: number };
  },
): VegaLiteSpec {
  const { title, valueTitle, reference } = options;
  const say = (row: { value: number; low: number; high: number }): string =>
    `${row.value.toFixed(3)} (${row.low.toFixed(3)} to ${row.high.toFixed(3)})`;
  const drawn = rows.flatMap(({ low, high }) => [low, high])
    .concat(reference?.value ?? []);
  const [least, most] = [Math.min(...drawn), Math.max(...drawn)];
  const margin = 0.06 * (most - least);
  const x = {
    field: "value",
    type: "quantitative",
    title: valueTitle,
    scale: {
      domainMin: least - margin,
      domainMax: most + margin,
      nice: true,
      zero: false,
    },
  } as const;
  const y = {
    field: "label",
    type: "nominal",
    sort: null,
    title: null,
    axis: { grid: false },
  } as const;
  return chart({
    title: reference === undefined ? title : {
      text: title,
      subtitle: `dashed: ${reference.label}, ${reference.value.toFixed(3)}`,
    },
    description: `${title}. ` +
      rows.map((row) => `${row.label}: ${say(row)}.`).join(" "),
    height: 64 * Math.max(1, rows.length),
    data: { values: rows.map((row) => ({ ...row, text: say(row) })) },
    layer: [
      {
        mark: { type: "rule", color: COLORS.blue, strokeWidth: 3 },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y },
      },
      {
        mark: {
          type: "point",
          color: COLORS.blue,
          filled: true,
          size: 130,
          opacity: 1,
        },
        encoding: { x, y },
      },
      {
        mark: { type: "text", dy: -17 },
        encoding: { x, y, text: { field: "text" } },
      },
      ...(reference === undefined ? [] : [referenceLine("x", reference.value)]),
    ],
  });
}

/**
 * Draws a statistic's bootstrap samples with its value and interval.
 *
 * Efron (1979), "Bootstrap Methods: Another Look at the Jackknife".
 *
 * @param input The samples, the value on the whole data and its interval.
 * @param options Title and the name of the statistic.
 * @returns The chart.
 * @throws {RangeError} If there is no sample.
 */
export function bootstrapChart(
  input: {
    samples: readonly number[];
    value: number;
    low: number;
    high: number;
    confidence?: number;
  },
  options: { title: string; valueTitle: string },
): VegaLiteSpec {
  const { samples, value, low, high, confidence = 0.95 } = input;
  const interval = `${100 * confidence} % interval ` +
    `${low.toFixed(3)} to ${high.toFixed(3)}`;
  const x = {
    field: "start",
    type: "quantitative",
    title: options.valueTitle,
    scale: { zero: false, nice: true },
    axis: { grid: false },
  } as const;
  return chart({
    title: {
      text: options.title,
      subtitle: `${value.toFixed(3)}; ${interval}; ${samples.length} resamples`,
    },
    description: `${options.title}: ${
      value.toFixed(3)
    }, ${interval}, from ${samples.length} bootstrap samples.`,
    layer: [
      {
        data: { values: [{ low, high }] },
        mark: { type: "rect", color: COLORS.skyBlue, opacity: 0.3 },
        encoding: {
          x: { ...x, field: "low" },
          x2: { field: "high" },
        },
      },
      barsOf(countInBins(samples, niceWidth(samples, 40)), {
        x,
        countTitle: "Number of resamples",
      }),
      {
        data: { values: [{ value }] },
        mark: { type: "rule", color: COLORS.vermilion, strokeWidth: 2.5 },
        encoding: { x: { ...x, field: "value" } },
      },
    ],
  });
}

/** The bin width among 1, 2, 5 × 10ⁿ that gives at most `maxBins` bins. */
function niceWidth(values: readonly number[], maxBins: number): number {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const least = (high - low) / maxBins || 0.001;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((f) => f * power >= least) ?? 10;
  return factor * power;
}
