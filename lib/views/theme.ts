/**
 * Colours, fonts and chart defaults of every view: white ground, readable letters,
 * colours that colour-blind readers can tell apart.
 *
 * @module
 */

import type { Config, TopLevelSpec } from "vega-lite";

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

type Layered = Extract<TopLevelSpec, { layer: unknown[] }>;
type Unit = Extract<TopLevelSpec, { mark: unknown }>;

/** Version 5, because JupyterLab and VS Code have no viewer for version 6. */
const VEGA_LITE_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/** DejaVu Sans is in our pictures; Verdana has nearly its widths in a browser. */
export const CHART_FONT =
  "DejaVu Sans, Verdana, Helvetica Neue, Arial, sans-serif";

/**
 * Colours by name.
 *
 * Okabe and Ito (2008), "Color Universal Design", figure 16; the greys are ours.
 */
export const COLORS = {
  blue: "#0072b2",
  vermilion: "#d55e00",
  green: "#009e73",
  orange: "#e69f00",
  skyBlue: "#56b4e9",
  purple: "#cc79a7",
  yellow: "#f0e442",
  ink: "#222222",
  muted: "#555555",
  grey: "#8a8a8a",
  grid: "#e4e4e4",
  cellBorder: "#eeeeee",
  ground: "#ffffff",
} as const;

/** Colours for categories, in the order in which a chart takes them. */
export const CATEGORY_COLORS: readonly string[] = [
  COLORS.blue,
  COLORS.vermilion,
  COLORS.green,
  COLORS.orange,
  COLORS.skyBlue,
  COLORS.purple,
];

/** White to dark blue, for shares and attention weights in [0, 1]. */
const SHARE_COLORS: readonly string[] = [
  "#ffffff",
  "#d6e6f2",
  "#9cc4e0",
  "#4f97c6",
  "#0072b2",
  "#003f66",
];

/** Dark vermilion over white to dark blue, for values below and above 0. */
export const SIGNED_COLORS: readonly string[] = [
  "#8a3c00",
  COLORS.vermilion,
  "#f3c7a8",
  COLORS.ground,
  "#a8cce6",
  COLORS.blue,
  "#003f66",
];

/**
 * Colours of the attention heads, readable on white and on black; head 12 takes the
 * first again, so each square of the head view also carries its number.
 */
export const HEAD_COLORS: readonly string[] = [
  "#1f86d4",
  "#e0621a",
  "#0fa37f",
  "#c96fae",
  "#d99a00",
  "#4fb3ea",
  "#8f63d2",
  "#c94c4c",
  "#8a9a1a",
  "#2aa5a5",
  "#a8794e",
  "#808080",
];

/** Colours of positive and negative values. */
export type SignColors = {
  readonly positive: string;
  readonly negative: string;
};

/** Readable on white and on black. */
export const SIGN_COLORS: SignColors = {
  positive: "#1f86d4",
  negative: "#e0621a",
};

/** Axes, letters and marks of every chart. */
const HOUSE_THEME: Config = {
  background: COLORS.ground,
  font: CHART_FONT,
  padding: 12,
  title: {
    anchor: "start",
    color: COLORS.ink,
    fontSize: 15,
    fontWeight: "bold",
    offset: 14,
    subtitleColor: COLORS.muted,
    subtitleFontSize: 12,
    subtitlePadding: 5,
  },
  axis: {
    domainColor: COLORS.grey,
    gridColor: COLORS.grid,
    gridWidth: 0.8,
    labelColor: COLORS.ink,
    labelFlush: false,
    labelFontSize: 12,
    labelLimit: 220,
    labelPadding: 5,
    maxExtent: 300, // Vega's 200 would set a title onto the longest labels
    tickColor: COLORS.grey,
    tickSize: 4,
    titleColor: COLORS.ink,
    titleFontSize: 12.5,
    titleFontWeight: "normal",
    titlePadding: 10,
  },
  // The names of small multiples: JupyterLab's dark theme would make them white.
  header: { labelColor: COLORS.ink, titleColor: COLORS.ink },
  legend: {
    labelColor: COLORS.ink,
    labelFontSize: 12,
    labelLimit: 260,
    symbolOpacity: 1,
    titleColor: COLORS.ink,
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
  text: { color: COLORS.ink, fontSize: 12 },
  line: { strokeWidth: 2.2 },
  range: {
    category: [...CATEGORY_COLORS],
    ordinal: [...SHARE_COLORS],
    ramp: [...SHARE_COLORS],
    heatmap: [...SHARE_COLORS],
  },
  view: { stroke: null },
};

/** Width and height of a chart's plotting area, in pixels. */
const CHART_SIZE = { width: 560, height: 300 } as const;

/**
 * Completes `parts` to a chart in the shared theme.
 *
 * @example Usage
 * ```ts
 * import { chart } from "bertbook/views/theme.ts";
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
    ...CHART_SIZE,
    ...parts,
    config: HOUSE_THEME,
  } as VegaLiteSpec;
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
