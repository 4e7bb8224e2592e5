/**
 * Every chart of the house: plain arrays in, Vega-Lite specs out.
 *
 * @module
 */

export * from "./bar_charts.ts";
export * from "./bench_chart.ts";
export * from "./confusion_chart.ts";
export * from "./head_maps.ts";
export { attentionHeatMap, heatMap } from "./heat_map.ts";
export * from "./histogram.ts";
export * from "./interval_charts.ts";
export * from "./line_chart.ts";
export * from "./learning_charts.ts";
export * from "./reliability_chart.ts";
export { signedMap } from "./signed_map.ts";
export * from "./sweep_chart.ts";
export * from "./training_charts.ts";
export type { VegaLiteSpec } from "./theme.ts";
