/**
 * The chart of a benchmark: steps of several programs side by side.
 *
 * @module
 */

import {
  chart,
  referenceLine,
  rimmedText,
  type VegaLiteSpec,
} from "../../lib/views/charts/chart.ts";
import { COLORS } from "../../lib/views/theme.ts";
import { type BenchRow, figure } from "./report.ts";

/** What the chart reads of a row. */
export type BenchBars = Pick<
  BenchRow,
  | "model"
  | "tokens"
  | "precision"
  | "savings"
  | "stepMs"
  | "utilization"
  | "torchMs"
  | "eagerMs"
  | "wasmMs"
>;

/** The programs in their order, and the milliseconds that a row has of each. */
const PROGRAMS: readonly {
  readonly name: string;
  readonly color: string;
  readonly ms: (row: BenchBars) => number | undefined;
}[] = [
  {
    name: "Bertbook",
    color: COLORS.blue,
    ms: ({ savings, stepMs }) => savings === "all" ? stepMs : undefined,
  },
  {
    name: "Bertbook, nothing left out",
    color: COLORS.skyBlue,
    ms: ({ savings, stepMs }) => savings === "none" ? stepMs : undefined,
  },
  { name: "PyTorch", color: COLORS.vermilion, ms: ({ torchMs }) => torchMs },
  { name: "uncompiled", color: COLORS.orange, ms: ({ eagerMs }) => eagerMs },
  { name: "WebAssembly", color: COLORS.purple, ms: ({ wasmMs }) => wasmMs },
];

const BAR_HEIGHT = 19;

/**
 * Draws how long the step of each program lasts, in steps of Bertbook's, so
 * that small and large models can be read from one axis; its label gives the time.
 * Without other programs it draws the utilization of the machine instead.
 *
 * @param rows What was measured; programs without a time are left out.
 * @param options `machine`: a line that says where.
 * @returns The chart.
 */
export function benchChart(
  rows: readonly BenchBars[],
  options: { machine?: string } = {},
): VegaLiteSpec {
  const title = "How fast is a training step?";
  const several = new Set(rows.map(({ precision }) => precision)).size > 1;
  const shapes = Map.groupBy(
    rows,
    ({ model, tokens, precision }) =>
      `${model}, ${tokens} tokens` + (several ? `, ${precision}` : ""),
  );
  const programs = PROGRAMS.filter(({ ms }) => rows.some(ms));
  const alone = programs.every(({ name }) => name.startsWith("Bertbook"));
  const bars = [...shapes].flatMap(([shape, rows]) => {
    const { stepMs, utilization } = rows.find(({ savings }) =>
      savings === "all"
    ) ?? rows[0]!;
    return programs.flatMap(({ name: program, ms: msOf }) => {
      const ms = rows.map(msOf).find((ms) => ms !== undefined);
      if (ms === undefined) return [];
      // Utilization is proportional to speed.
      const value = alone ? utilization * stepMs / ms : ms / stepMs;
      return [{ shape, program, value, label: `${figure(ms)} ms` }];
    });
  });
  const x = {
    field: "value",
    type: "quantitative",
    title: alone
      ? "Share of the speed of large matrix products"
      : "Time of a step; Bertbook's is 1",
    axis: { tickCount: 6, ...(alone ? { format: "%" } : {}) },
    // Room for the labels to the right of the longest bar.
    scale: {
      domainMin: 0,
      domainMax: 1.2 * Math.max(1, ...bars.map(({ value }) => value)),
    },
  } as const;
  const y = {
    field: "shape",
    type: "nominal",
    sort: null,
    title: "Model and length",
    axis: { grid: false },
    scale: { paddingInner: 0.25 },
  } as const;
  const sort = programs.map(({ name }) => name);
  const yOffset = { field: "program", type: "nominal", sort } as const;
  return chart({
    title: {
      text: title,
      ...(options.machine === undefined ? {} : { subtitle: options.machine }),
    },
    description: `${title} ` +
      bars.map(({ shape, program, label }) => `${shape}, ${program}: ${label}.`)
        .join(" "),
    height: Math.max(80, shapes.size * (programs.length * BAR_HEIGHT + 12)),
    data: { values: bars },
    layer: [
      {
        mark: { type: "bar", tooltip: true },
        encoding: {
          x,
          y,
          yOffset,
          color: {
            field: "program",
            type: "nominal",
            title: null,
            sort,
            scale: {
              domain: sort,
              range: programs.map(({ color }) => color),
            },
            legend: { orient: "top" },
          },
        },
      },
      {
        ...referenceLine("x", 1),
        mark: { type: "rule", color: COLORS.ink, strokeDash: [3, 3] },
      },
      ...rimmedText({
        mark: { type: "text", align: "left", dx: 5, fontSize: 11 },
        encoding: { x, y, yOffset, text: { field: "label" } },
      }),
    ],
  });
}
