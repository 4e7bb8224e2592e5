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

/** One shape that was measured; times in milliseconds. */
export type BenchBars = {
  readonly model: string;
  readonly tokens: number;
  readonly precision: string;
  /** `"all"` where work that changes no result is left out. */
  readonly savings: "all" | "none";
  readonly stepMs: number;
  /** The share of the peak speed of large matrix products that the step reaches. */
  readonly utilization: number;
  readonly torchMs?: number;
  readonly eagerMs?: number;
  readonly wasmMs?: number;
};

/** The rows of one shape: with savings, without, or both. */
type Shape = {
  readonly title: string;
  readonly all: BenchBars | undefined;
  readonly none: BenchBars | undefined;
};

const PROGRAMS = [
  { name: "Bertbook", color: COLORS.blue, ms: ({ all }) => all?.stepMs },
  {
    name: "Bertbook, nothing left out",
    color: COLORS.skyBlue,
    ms: ({ none }) => none?.stepMs,
  },
  {
    name: "PyTorch",
    color: COLORS.vermilion,
    ms: (shape) => rowOf(shape).torchMs,
  },
  {
    name: "uncompiled",
    color: COLORS.orange,
    ms: (shape) => rowOf(shape).eagerMs,
  },
  {
    name: "WebAssembly",
    color: COLORS.purple,
    ms: (shape) => rowOf(shape).wasmMs,
  },
] as const satisfies readonly {
  name: string;
  color: string;
  ms: (shape: Shape) => number | undefined;
}[];

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
  const shapes = shapesOf(rows);
  const programs = PROGRAMS.filter(({ ms }) =>
    shapes.some((shape) => ms(shape) !== undefined)
  );
  const alone = programs.every(({ name }) => name.startsWith("Bertbook"));
  const bars = shapes.flatMap((shape) =>
    programs.flatMap(({ name, ms: msOf }) => {
      const ms = msOf(shape);
      if (ms === undefined) return [];
      // Utilization is proportional to speed.
      const { stepMs, utilization } = rowOf(shape);
      const value = alone ? utilization * stepMs / ms : ms / stepMs;
      const label = `${milliseconds(ms)} ms`;
      return [{ shape: shape.title, program: name, value, label }];
    })
  );
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
    height: Math.max(80, shapes.length * (programs.length * BAR_HEIGHT + 12)),
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

/** What a shape's other bars are measured by. */
function rowOf({ all, none }: Shape): BenchBars {
  return (all ?? none)!;
}

/** Puts both ways of saving at one shape together. */
function shapesOf(rows: readonly BenchBars[]): Shape[] {
  const several = new Set(rows.map(({ precision }) => precision)).size > 1;
  const titleOf = ({ model, tokens, precision }: BenchBars): string =>
    `${model}, ${tokens} tokens` + (several ? `, ${precision}` : "");
  const byTitle = Map.groupBy(rows, titleOf);
  return [...byTitle].map(([title, rows]) => ({
    title,
    all: rows.find(({ savings }) => savings === "all"),
    none: rows.find(({ savings }) => savings === "none"),
  }));
}

/** Three significant digits. */
function milliseconds(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);
}
