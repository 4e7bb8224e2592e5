/**
 * Charts of bars with a line across, errors by group.
 *
 * @module
 */

import {
  chart,
  type ChartLayer,
  COLORS,
  referenceLine,
  rimmedText,
  type VegaLiteSpec,
} from "./theme.ts";

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
  const x = {
    field: "label",
    type: "nominal",
    sort: null,
    title: xTitle,
    axis: { labelAngle: 0, labelOverlap: true },
  } as const;
  const drawn = [0, rule?.value ?? 0, ...bars.map(({ value }) => value)];
  const [low, high] = [Math.min(...drawn), Math.max(...drawn)];
  const margin = 0.08 * (high - low); // for the numbers beyond the bars
  const y = {
    field: "value",
    type: "quantitative",
    title: yTitle,
    scale: {
      domainMin: low < 0 ? low - margin : 0,
      domainMax: high + margin || 1,
      nice: true,
    },
  } as const;
  // A bar below zero carries its number below.
  const numbers: ChartLayer[] = [
    ...rimmedText({
      transform: [{ filter: "datum.value >= 0" }],
      mark: { type: "text", fontSize: 11, baseline: "bottom", dy: -3 },
      encoding: { x, y, text: { field: "number" } },
    }),
    ...rimmedText({
      transform: [{ filter: "datum.value < 0" }],
      mark: { type: "text", fontSize: 11, baseline: "top", dy: 4 },
      encoding: { x, y, text: { field: "number" } },
    }),
  ];
  const ruleText = rule && `${rule.label}: ${rule.value.toFixed(3)}`;
  return chart({
    title: ruleText === undefined ? title : { text: title, subtitle: ruleText },
    description: `${title}: ${
      values.map(({ label, number }) => `${label} ${number}`).join(", ")
    }${ruleText === undefined ? "" : `; ${ruleText}`}.`,
    data: { values },
    layer: [
      {
        mark: { type: "bar", color: COLORS.skyBlue, tooltip: true },
        encoding: { x, y },
      },
      ...(rule === undefined ? [] : [referenceLine("y", rule.value)]),
      ...(bars.length <= 20 ? numbers : []),
    ],
  });
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
  const x = {
    field: "errorRate",
    type: "quantitative",
    title: "Error rate (share of the group's texts)",
    axis: { format: "%", tickCount: 6 },
    // Room for the counts to the right of the longest bar.
    scale: { domainMin: 0, domainMax: (worst?.errorRate ?? 1) * 1.2 || 1 },
  } as const;
  const y = {
    field: "group",
    type: "nominal",
    sort: null,
    title: groupTitle,
    axis: { grid: false },
  } as const;
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
