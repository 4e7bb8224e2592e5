/**
 * BERT from text to trained model: tokenize, fine-tune, classify, evaluate, and look at
 * the attention.
 *
 * Every name that a notebook or another project imports is exported here; whatever is
 * not exported is internal. The part that also runs in a browser is `core.ts`.
 *
 * @example Tokenize; `examples/fine_tune.ts` fine-tunes in twenty lines
 * ```ts
 * import { ensureModel, readTokenizer, tokenize } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const tokenizer = await readTokenizer(await ensureModel("tiny"));
 * assert.deepEqual(tokenize("Unbelievable!", tokenizer), ["unbelievable", "!"]);
 * ```
 *
 * @module
 */

export * from "./core.ts";

// Engine: start one
export type { Members, Source } from "./lib/download/source.ts";
export type { FileFact } from "./lib/download/checksum.ts";
export type { ProvisionEvent } from "./lib/download/progress.ts";
export { ENGINES } from "./lib/engine/engine_name.ts";
export {
  describeDevice,
  type DeviceReport,
  type EngineName,
  type EngineOptions,
  startEngine,
} from "./lib/engine/engine.ts";
export type { CheckResult } from "./lib/engine/self_test.ts";
export {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "./lib/engine/speed_settings.ts";
export type { StartedEngine } from "./lib/engine/started_engine.ts";
export type { Asset, ProvisionOptions } from "./lib/download/asset.ts";

// Tokenizer and model: read, download, save
export {
  ALL_MINI_LM,
  CATALOGUE,
  type CatalogueModel,
  ensureModel,
  TINY,
} from "./lib/checkpoint/catalogue.ts";
export {
  loadClassifier,
  type LoadedClassifier,
  type LoadedModel,
  loadModel,
  type LoadOptions,
  type LoadReport,
  type PretrainableModel,
  saveClassifier,
  saveModel,
} from "./lib/checkpoint/pretrained.ts";
export { readTokenizer } from "./lib/checkpoint/tokenizer_files.ts";

// Data sets
export type { Encoding as TableEncoding } from "./lib/datasets/delimited.ts";
export type { ReviewParts } from "./lib/datasets/imdb/imdb_archive.ts";
export type { CorpusTitle } from "./lib/datasets/corpus_title.ts";
export {
  type ColaCorpus,
  type ColaParts,
  loadCola,
} from "./lib/datasets/cola/cola_corpus.ts";
export type { ColaExample } from "./lib/datasets/cola/cola.ts";
export { encodeCola } from "./lib/datasets/cola/encode_cola.ts";
export {
  type CorpusReport,
  type ListReport,
  reportCorpus,
} from "./lib/datasets/corpus_report.ts";
export type { CorpusOptions, Origin } from "./lib/datasets/corpus_source.ts";
export {
  type LabelledText,
  parseLabelFirst,
  sortedLabels,
} from "./lib/datasets/label_prefixed.ts";
export {
  type EncodedReview,
  encodeReviews,
  plainReview,
} from "./lib/datasets/imdb/encode_reviews.ts";
export type { ImdbExample } from "./lib/datasets/imdb/imdb.ts";
export {
  loadReviews,
  type ReviewCorpus,
  VERDICTS,
} from "./lib/datasets/imdb/review_corpus.ts";
export { loadRhymes } from "./lib/datasets/toy/rhymes.ts";
export { loadStories } from "./lib/datasets/toy/stories.ts";
export { encodeQuestions } from "./lib/datasets/trec/encode_questions.ts";
export {
  loadQuestions,
  type QuestionCorpus,
  type QuestionParts,
} from "./lib/datasets/trec/question_corpus.ts";
export { TREC_CLASSES, type TrecExample } from "./lib/datasets/trec/trec.ts";

// Views
export type { Vectors as NeuronVectors } from "./lib/views/neuron_view/data.ts";
export type { MatrixOptions } from "./lib/views/heat_map.ts";
export {
  attentionHeatMap,
  barChart,
  type BenchBars,
  benchChart,
  bootstrapChart,
  confusionChart,
  errorsByGroupChart,
  type HeadMap,
  headMaps,
  heatMap,
  intervalChart,
  learningCurve,
  learningRateChart,
  lengthHistogram,
  lineChart,
  lossCurves,
  type Point,
  reliabilityChart,
  type Series,
  signedMap,
  sweepChart,
  type SweepPoint,
  trailingMean,
  trainingLossChart,
  type VegaLiteSpec,
} from "./lib/views/charts.ts";
export {
  colouredText,
  type ColouredTextOptions,
  type ScoredWord,
} from "./lib/views/coloured_text.ts";
export {
  type AttentionInput,
  type AttentionOptions,
  headView,
  type HtmlView,
} from "./lib/views/head_view.ts";
export { modelView } from "./lib/views/model_view.ts";
export {
  type NeuronInput,
  type NeuronOptions,
  neuronView,
} from "./lib/views/neuron_view.ts";
export { renderPng, renderSvg } from "./lib/views/picture.ts";
export { type PageOptions, saveView, viewPage } from "./lib/views/save_view.ts";
export { table, type TableView } from "./lib/views/table.ts";
