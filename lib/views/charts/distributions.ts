/**
 * Histograms and confidence intervals.
 *
 * @module
 */

import {
  chart,
  type ChartLayer,
  type ChartPosition,
  nominal,
  quantitative,
  referenceLine,
  rimmedText,
  type VegaLiteSpec,
} from "./chart.ts";
import { COLORS } from "../theme.ts";

/** One bar of a histogram: how many values lie in [start, end). */
type Bin = { start: number; end: number; count: number };

const MAX_BINS = 60;

/**
 * Counts `values` in bins of equal width that start at a multiple of it.
 *
 * @param values Finite numbers.
 * @param width Width of a bin.
 * @returns Bins from the smallest value to the largest, empty ones included.
 */
export function countInBins(values: readonly number[], width: number): Bin[] {
  const slots = values.map((value) => Math.floor(value / width));
  // Not Math.min(...slots): a corpus has more values than a call has arguments.
  const first = slots.reduce((a, b) => Math.min(a, b), Infinity);
  const last = slots.reduce((a, b) => Math.max(a, b), -Infinity);
  const counts = new Map<number, number>();
  for (const slot of slots) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({
    start: (first + i) * width,
    end: (first + i + 1) * width,
    count: counts.get(first + i) ?? 0,
  }));
}

/**
 * Draws bins as bars.
 *
 * @param bins Side by side.
 * @param axes The axis of `start`, and what the bars count.
 * @returns A layer of a chart.
 */
function barsOf(
  bins: readonly Bin[],
  { x, countTitle }: { x: ChartPosition; countTitle: string },
): ChartLayer {
  return {
    data: { values: [...bins] },
    mark: { type: "bar", color: COLORS.blue, binSpacing: 1, tooltip: true },
    encoding: {
      x: { ...x, bin: "binned" },
      x2: { field: "end" },
      y: quantitative("count", countTitle, { axis: { tickMinStep: 1 } }),
    },
  };
}

/**
 * Draws how many texts have how many tokens, and what each limit would cut.
 *
 * @param lengths Tokens of each text.
 * @param options `maxLengths`: limits to draw, with the share of texts that fit.
 * @returns The chart.
 */
export function lengthHistogram(
  lengths: readonly number[],
  options: { title?: string; maxLengths?: readonly number[] } = {},
): VegaLiteSpec {
  const { title = "How long are the texts?", maxLengths = [] } = options;
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const width = Math.ceil((longest + 1) / MAX_BINS);
  const rightEnd = Math.max(longest, ...maxLengths);
  const limits = maxLengths.map((limit, i) => {
    const fitting = lengths.filter((length) => length <= limit).length;
    const share = percent(fitting / lengths.length);
    return {
      limit: limit + 0.5, // between the last length that fits and the first cut
      label: `max ${limit}: ${share} fit`,
      toTheRight: limit < rightEnd / 2,
      y: 2 + 20 * i,
    };
  });
  const x = quantitative("start", "Length (tokens, special tokens included)", {
    axis: { format: "d", tickMinStep: 1, grid: false },
    scale: { nice: false, zero: true, padding: 4 },
  });
  return chart({
    title: {
      text: title,
      subtitle: `${lengths.length} texts; the longest has ${longest} tokens`,
    },
    description: [
      `Histogram of ${lengths.length} text lengths, longest ${longest} tokens.`,
      ...limits.map(({ label }) => `${label}.`),
    ].join(" "),
    layer: [
      barsOf(
        // A bin of one length is centred over its number on the axis.
        countInBins(lengths, width).map((bin) => ({
          ...bin,
          start: bin.start - 0.5,
          end: bin.end - 0.5,
        })),
        { x, countTitle: "Number of texts" },
      ),
      ...(limits.length === 0 ? [] : [
        {
          data: { values: limits },
          mark: { type: "rule", color: COLORS.vermilion, strokeWidth: 2 },
          encoding: { x: { ...x, field: "limit" } },
        } as const,
      ]),
      ...(limits.length === 0 ? [] : rimmedText({
        data: { values: limits },
        mark: {
          type: "text",
          align: { expr: "datum.toTheRight ? 'left' : 'right'" },
          baseline: "top",
          color: COLORS.vermilion,
          dx: { expr: "datum.toTheRight ? 7 : -7" },
        },
        encoding: {
          x: { ...x, field: "limit" },
          y: { field: "y", type: "quantitative", scale: null },
          text: { field: "label" },
        },
      })),
    ],
  });
}

/** 0.9871 → "98.7 %"; never "100 %" for less than all. */
function percent(share: number): string {
  const text = (Math.floor(share * 1000) / 10).toFixed(1);
  return `${text.replace(/\.0$/, "")} %`;
}

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
  const x = quantitative("value", valueTitle, {
    scale: {
      domainMin: least - margin,
      domainMax: most + margin,
      nice: true,
      zero: false,
    },
  });
  const y = nominal("label", null, { grid: false });
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
  const x = quantitative("start", options.valueTitle, {
    scale: { zero: false, nice: true },
    axis: { grid: false },
  });
  return chart({
    title: {
      text: options.title,
      subtitle: [
        `orange line: ${value.toFixed(3)}, the value on the whole data`,
        `light area: ${interval}; bars: ${samples.length} resamples`,
      ],
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
