/**
 * BERT, from text to trained model and back: tokenize, train, evaluate, look inside.
 *
 * Everything that a notebook or another project imports stands here, by its part of
 * the work; what is not exported is internal. What runs in a browser, without files,
 * FFI and downloads, is `core.ts`.
 *
 * @example Fine-tune on a list of strings: see `examples/fine_tune.ts`
 * ```ts
 * import { encode, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const vocabulary = parseVocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\n");
 * const { tokens } = encode({ vocabulary, lowercase: true, stripAccents: true }, "Hello");
 * assert.deepEqual(tokens, ["[CLS]", "hello", "[SEP]"]);
 * ```
 *
 * @module
 */

// Everything that needs no files
export * from "./core.ts";

// Engine
export {
  describeDevice,
  type DeviceReport,
  type EngineName,
  type EngineOptions,
  startEngine,
} from "./lib/engine/engine.ts";
export {
  describeSpeed,
  type SpeedSettings,
  speedSettings,
} from "./lib/engine/speed_settings.ts";
export type { StartedEngine } from "./lib/engine/started_engine.ts";
export type { CheckResult } from "./lib/engine/self_test.ts";
export type { ProvisionOptions } from "./lib/download/asset.ts";

// Tokenizer
export { readTokenizer } from "./lib/checkpoint/tokenizer_files.ts";

// Data
export { loadCola } from "./lib/datasets/cola/cola_corpus.ts";
export type { ColaCorpus, ColaParts } from "./lib/datasets/cola/cola_corpus.ts";
export { loadQuestions } from "./lib/datasets/trec/question_corpus.ts";
export { loadReviews, VERDICTS } from "./lib/datasets/imdb/review_corpus.ts";
export { loadRhymes } from "./lib/datasets/toy/rhymes.ts";
export { loadStories } from "./lib/datasets/toy/stories.ts";

// Model
export {
  ALL_MINI_LM,
  CATALOGUE,
  ensureModel,
  TINY,
} from "./lib/checkpoint/catalogue.ts";
export {
  type ClassifierModel,
  type HeadModel,
  loadClassifier,
  loadModel,
  saveClassifier,
  saveModel,
} from "./lib/checkpoint/pretrained.ts";

// Training
export { type EpochEnd, fineTune } from "./lib/training/fine_tune.ts";

// Inference
export { predict } from "./lib/inference/predict.ts";

// Views
export { headView } from "./lib/views/attention/head_view.ts";
export * from "./lib/views/charts.ts";
