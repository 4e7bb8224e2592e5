/**
 * Theme: colours and fonts of every view, and how charts look. White ground, readable
 * letters, colours that colour-blind readers can tell apart.
 *
 * @module
 */

import type { Config } from "vega-lite";

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
export const HOUSE_THEME: Config = {
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
