/**
 * The chart of a benchmark: steps of several programs side by side.
 *
 * @module
 */

import {
  chart,
  COLORS,
  referenceLine,
  rimmedText,
  type VegaLiteSpec,
} from "./theme.ts";

/** One shape that was measured; times in milliseconds. */
export type BenchBars = {
  readonly model: string;
  readonly tokens: number;
  readonly precision: string;
  readonly stepMs: number;
  /** What the step reaches of the speed of large matrix products. */
  readonly roofShare: number;
  readonly torchMs?: number;
  readonly eagerMs?: number;
  readonly wasmMs?: number;
};

const PROGRAMS = [
  { name: "Bertbook", field: "stepMs", color: COLORS.blue },
  { name: "PyTorch", field: "torchMs", color: COLORS.vermilion },
  { name: "uncompiled", field: "eagerMs", color: COLORS.orange },
  { name: "WebAssembly", field: "wasmMs", color: COLORS.purple },
] as const;

const BAR_HEIGHT = 19;

/**
 * Draws how long the step of each program lasts, in steps of Bertbook's, so
 * that small and large models can be read from one axis; its label gives the time.
 * Without other programs it draws the share of the machine's roof instead.
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
  const programs = PROGRAMS.filter(({ field }) =>
    rows.some((row) => row[field] !== undefined)
  );
  const alone = programs.length === 1;
  const several = new Set(rows.map(({ precision }) => precision)).size > 1;
  const bars = rows.flatMap((row) =>
    programs.flatMap(({ name, field }) => {
      const ms = row[field];
      if (ms === undefined) return [];
      return [{
        shape: `${row.model}, ${row.tokens} tokens` +
          (several ? `, ${row.precision}` : ""),
        program: name,
        value: alone ? row.roofShare : ms / row.stepMs,
        label: `${milliseconds(ms)} ms`,
      }];
    })
  );
  const x = {
    field: "value",
    type: "quantitative",
    title: alone
      ? "Share of the speed of large matrix products"
      : "Time of a step, in steps of Bertbook",
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
    height: Math.max(80, rows.length * (programs.length * BAR_HEIGHT + 12)),
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
      referenceLine("x", 1),
      ...rimmedText({
        mark: { type: "text", align: "left", dx: 5, fontSize: 11 },
        encoding: { x, y, yOffset, text: { field: "label" } },
      }),
    ],
  });
}

/** Three significant digits. */
function milliseconds(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);
}
