/**
 * BERT from text to trained model: tokenize, fine-tune, classify, evaluate, and look at
 * the attention.
 *
 * Every name that a notebook or another project imports is exported here; whatever is
 * not exported is internal. The part that also runs in a browser is `core.ts`.
 *
 * @example Tokenize; `examples/fine_tune.ts` fine-tunes in twenty lines
 * ```ts
 * import { ensureModel, readTokenizer } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const tokenizer = await readTokenizer(await ensureModel("tiny"));
 * assert.deepEqual(tokenizer.tokenize("Hello, world!"), ["hello", ",", "world", "!"]);
 * ```
 *
 * @module
 */

export * from "./core.ts";

// Engine: the engines of Deno and Node, and their speed
import "./lib/engine/engine.ts";
export {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "./lib/engine/speed_settings.ts";

// Files: models and data sets, found, downloaded, read and saved
export {
  ALL_MINI_LM,
  CATALOGUE,
  type CatalogueModel,
  ensureModel,
  TINY,
} from "./lib/checkpoint/catalogue.ts";
export {
  type LoadedModel,
  loadModel,
  type LoadOptions,
  type LoadReport,
  type PretrainableModel,
  reloadModel,
} from "./lib/checkpoint/pretrained.ts";
export { saveModel } from "./lib/checkpoint/save_model.ts";
export { exportOnnx, type OnnxOptions } from "./lib/onnx/export_onnx.ts";
export type { OnnxPrecision } from "./lib/onnx/graph.ts";
export type { OnnxOutputs } from "./lib/onnx/heads.ts";
export { CheckpointError } from "./lib/checkpoint/training_checkpoint.ts";
export {
  type CheckpointOptions,
  checkpointsIn,
  stoppedRun,
} from "./lib/checkpoint/training_runs.ts";
export { readTokenizer } from "./lib/checkpoint/tokenizer_files.ts";
export {
  type DatasetOptions,
  loadDataset,
  loadRhymes,
  loadStories,
} from "./lib/datasets/load_dataset.ts";
export {
  type EntityFiles,
  type EntityOptions,
  loadEntities,
} from "./lib/datasets/load_entities.ts";
export type { PartFiles, PartOptions } from "./lib/datasets/load_parts.ts";
export {
  loadTable,
  type LoadTableOptions,
  readTableRows,
  type TableSource,
} from "./lib/datasets/load_table.ts";
export {
  type StreamedTable,
  streamTable,
  type StreamTableOptions,
} from "./lib/datasets/stream_table.ts";
export type { TableColumns } from "./lib/datasets/table_columns.ts";
export type { TokenizingProgress } from "./lib/datasets/tokenized_files.ts";
export type {
  TableDataset,
  TableDatasetOptions,
  TableTask,
} from "./lib/datasets/table_dataset.ts";
export type {
  TableRecord,
  TableRecords,
  TableRowsOptions,
} from "./lib/datasets/table_rows.ts";
export {
  loadQuestions,
  type QuestionFiles,
  type QuestionOptions,
} from "./lib/datasets/load_questions.ts";
export type {
  Asset,
  FileFact,
  Members,
  PipSource,
  ProvisionEvent,
  ProvisionOptions,
  Source,
  UrlSource,
} from "./lib/download/asset.ts";

// Page
export { modelPage, type ModelPageOptions } from "./lib/page/model_page.ts";

// Views
export type { ValueOptions } from "./lib/views/any_value.ts";
export type {
  AttentionInput,
  AttentionOptions,
} from "./lib/views/attention/data.ts";
export { headView } from "./lib/views/attention/head_view.ts";
export type { HtmlView } from "./lib/views/attention/html_view.ts";
export {
  modelDifference,
  modelView,
} from "./lib/views/attention/model_view.ts";
export { neuronView } from "./lib/views/attention/neuron_view.ts";
export type {
  NeuronInput,
  NeuronOptions,
  Vectors as NeuronVectors,
} from "./lib/views/attention/neurons.ts";
export {
  type PageOptions,
  saveView,
  viewPage,
} from "./lib/views/attention/save_view.ts";
export {
  bootstrapChart,
  intervalChart,
  lengthHistogram,
} from "./lib/views/charts/distributions.ts";
export {
  confusionChart,
  errorsByGroupChart,
  reliabilityChart,
} from "./lib/views/charts/evaluation.ts";
export {
  barChart,
  lineChart,
  type Point,
  type Series,
} from "./lib/views/charts/lines_and_bars.ts";
export {
  attentionHeatMap,
  type HeadMap,
  headMaps,
  heatMap,
  type MatrixOptions,
  signedMap,
} from "./lib/views/charts/matrices.ts";
export {
  learningCurve,
  learningRateChart,
  lossCurves,
  trainingLossChart,
} from "./lib/views/charts/training.ts";
export {
  colouredText,
  type ColouredTextOptions,
  type ScoredWord,
} from "./lib/views/coloured_text.ts";
export { entityText, type MarkedText } from "./lib/views/entity_text.ts";
export { renderPng, renderSvg } from "./lib/views/picture.ts";
export {
  type Broadcast,
  type Markdown,
  markdown,
  show,
  type ShowOptions,
} from "./lib/views/show.ts";
export type { Drawing } from "./lib/views/svg.ts";
export { table, type TableView } from "./lib/views/table.ts";
export type { VegaLiteSpec } from "./lib/views/charts/chart.ts";
