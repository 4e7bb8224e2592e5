/**
 * Chart of how numbers are spread: the lengths of texts.
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

/** One bar of a histogram: how many values lie in [start, end). */
export type Bin = { start: number; end: number; count: number };

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
export function barsOf(
  bins: readonly Bin[],
  { x, countTitle }: { x: ChartPosition; countTitle: string },
): ChartLayer {
  return {
    data: { values: [...bins] },
    mark: { type: "bar", color: COLORS.blue, binSpacing: 1, tooltip: true },
    encoding: {
      x: { ...x, bin: "binned" },
      x2: { field: "end" },
      y: {
        field: "count",
        type: "quantitative",
        title: countTitle,
        axis: { tickMinStep: 1 },
      },
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
  const x = {
    field: "start",
    type: "quantitative",
    title: "Length (tokens, special tokens included)",
    axis: { format: "d", tickMinStep: 1, grid: false },
    scale: { nice: false, zero: true, padding: 4 },
  } as const;
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
        // A bin of one length stands centred over its number on the axis.
        countInBins(lengths, width).map((bin) => ({
          ...bin,
          start: bin.start - 0.5,
          end: bin.end - 0.5,
        })),
        { x, countTitle: "Number of texts" },
      ),
      {
        data: { values: limits },
        mark: { type: "rule", color: COLORS.vermilion, strokeWidth: 2 },
        encoding: { x: { ...x, field: "limit" } },
      },
      ...rimmedText({
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
      }),
    ],
  });
}

/** 0.9871 → "98.7 %"; never "100 %" for less than all. */
function percent(share: number): string {
  const text = (Math.floor(share * 1000) / 10).toFixed(1);
  return `${text.replace(/\.0$/, "")} %`;
}
