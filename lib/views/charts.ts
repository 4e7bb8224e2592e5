/**
 * Charts: plain arrays in, Vega-Lite specs out.
 *
 * @module
 */

export {
  bootstrapChart,
  intervalChart,
  lengthHistogram,
} from "./charts/distributions.ts";
export {
  confusionChart,
  errorsByGroupChart,
  reliabilityChart,
} from "./charts/evaluation.ts";
export {
  barChart,
  lineChart,
  type Point,
  type Series,
} from "./charts/lines_and_bars.ts";
export {
  attentionHeatMap,
  headMaps,
  heatMap,
  type MatrixOptions,
  signedMap,
} from "./charts/matrices.ts";
export {
  learningCurve,
  learningRateChart,
  lossCurves,
  trainingLossChart,
} from "./charts/training.ts";
export type { VegaLiteSpec } from "./theme.ts";
