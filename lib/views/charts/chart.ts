/** Charts as Vega-Lite specs: the parts that all of them share. @module */

import type { TopLevelSpec } from "vega-lite";
import { COLORS, HOUSE_THEME } from "../theme.ts";

/** A chart as data: Vega-Lite JSON that version 5 viewers accept. */
export type VegaLiteSpec = TopLevelSpec & {
  $schema: string;
  /** One sentence that says in words what the chart shows. */
  description: string;
};

/** One layer of a chart of several. */
export type ChartLayer = Layered["layer"][number];

/** What a chart shows along x or y. */
export type ChartPosition = NonNullable<NonNullable<Unit["encoding"]>["y"]>;

/** A field of the data along x or y. */
type ChartField = Extract<ChartPosition, { axis?: unknown; field?: unknown }>;

/** A field of the data as a colour. */
type ColorField = Extract<
  NonNullable<NonNullable<Unit["encoding"]>["color"]>,
  { legend?: unknown }
>;

type Layered = Extract<TopLevelSpec, { layer: unknown[] }>;
type Unit = Extract<TopLevelSpec, { mark: unknown }>;

/** Version 5, because JupyterLab and VS Code have no viewer for version 6. */
const VEGA_LITE_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/** Width and height of a chart's plotting area, in pixels. */
const CHART_SIZE = { width: 560, height: 300 } as const;

/**
 * Completes `parts` to a chart in the shared theme.
 *
 * @example Usage
 * ```ts
 * import { chart } from "bertbook/views/charts/chart.ts";
 * import assert from "node:assert/strict";
 *
 * const spec = chart({
 *   title: "Two bars",
 *   description: "Two bars.",
 *   data: { values: [{ x: "a", y: 1 }, { x: "b", y: 2 }] },
 *   mark: "bar",
 *   encoding: { x: { field: "x" }, y: { field: "y", type: "quantitative" } },
 * });
 * assert.match(spec.$schema, /v5/);
 * ```
 *
 * @param parts Data, marks and encoding; `width` and `height` in pixels.
 * @returns The chart, 560 × 300 pixels large if `parts` names no size.
 */
export function chart(
  parts: TopLevelSpec & { description: string },
): VegaLiteSpec {
  return {
    $schema: VEGA_LITE_SCHEMA,
    // A chart of charts has the sizes of its parts.
    ...("spec" in parts ? {} : CHART_SIZE),
    ...parts,
    config: HOUSE_THEME,
  } as VegaLiteSpec;
}

/** A legend in one line above the chart. */
export const TOP_LEGEND = { orient: "top", title: null } as const;

/**
 * Numbers along x or y.
 *
 * @param field Which number of the data.
 * @param title What it is, with its unit.
 * @param more Scale and axis.
 * @returns The position.
 */
export function quantitative(
  field: string,
  title: string,
  more: Pick<ChartField, "scale" | "axis">,
): ChartField {
  return { field, type: "quantitative", title, ...more };
}

/**
 * Names along x or y, in the order of the data.
 *
 * @param field Which name of the data.
 * @param title What it is; null where the names say it.
 * @param axis How the axis looks.
 * @returns The position.
 */
export function nominal(
  field: string,
  title: string | null,
  axis: NonNullable<ChartField["axis"]>,
): ChartField {
  return { field, type: "nominal", sort: null, title, axis };
}

/**
 * A dashed line across a chart, to compare with.
 *
 * @param channel `x` for a vertical line, `y` for a level one.
 * @param value Its position on that axis.
 * @returns The layer.
 */
export function referenceLine(channel: "x" | "y", value: number): ChartLayer {
  return {
    data: { values: [{ value }] },
    mark: {
      type: "rule",
      color: COLORS.vermilion,
      strokeWidth: 2,
      strokeDash: [6, 4],
    },
    encoding: { [channel]: { field: "value", type: "quantitative" } },
  };
}

/**
 * Letters with a white rim, so that they can be read over bars and lines.
 *
 * @param layer A layer of text marks.
 * @returns Two layers, the rim first.
 */
export function rimmedText(
  layer: ChartLayer & { mark: object },
): ChartLayer[] {
  const rim = { stroke: COLORS.ground, strokeWidth: 4, strokeJoin: "round" };
  return [
    { ...layer, mark: { ...layer.mark, ...rim } } as ChartLayer,
    layer,
  ];
}

/**
 * A dashed level line across a chart, with its name in the chart or beside it.
 *
 * @param line Its name and its value along y.
 * @param inside The number along x where the name ends, and whether it is below the
 *   line; beside the chart, to the right, if not given.
 * @returns The layers, in which no other encoding is shared.
 */
export function levelLine(
  { label, value }: { label: string; value: number },
  inside?: { x: number; isBelow: boolean },
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
      data: { values: [{ end: inside?.x, value, label }] },
      mark: {
        type: "text",
        ...(inside === undefined
          ? { align: "left", baseline: "middle", dx: 6 }
          : inside.isBelow
          ? { align: "right", baseline: "top", dy: 5 }
          : { align: "right", baseline: "bottom", dy: -4 }),
      },
      encoding: {
        x: inside === undefined
          ? { value: "width" }
          : { field: "end", type: "quantitative" },
        y,
        text: { field: "label" },
      },
    }),
  ];
}

/**
 * The legend of colours that flow into one another, to the right of a chart.
 *
 * @param height Of the chart in pixels; the legend is about as tall.
 * @param format How its numbers are written.
 * @returns A legend whose numbers stand at their colours, those at the ends as well.
 */
export function gradientLegend(
  height: number,
  format?: string,
): NonNullable<ColorField["legend"]> {
  return {
    orient: "right",
    gradientLength: Math.min(200, Math.max(80, height)),
    tickCount: 5,
    titlePadding: 9,
    ...(format === undefined ? {} : { format }),
    // Vega would set the first and the last number inside the bar's ends.
    encoding: { labels: { baseline: { value: "middle" } } },
  };
}
