/**
 * The core of the library: everything that needs no files, no FFI and no downloads, so
 * that it runs in a browser too.
 *
 * `bertbook` exports all of this and, on top, the engines, model folders, data sets and
 * views. A browser registers an engine of tfjs by itself and reads files in its own way.
 *
 * @example Encode a text
 * ```ts
 * import { encode, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello"];
 * const vocabulary = parseVocabulary(pieces.join("\n"));
 * const { tokens } = encode({ vocabulary, lowerCase: true }, "Hello");
 * assert.deepEqual(tokens, ["[CLS]", "hello", "[SEP]"]);
 * ```
 *
 * @module
 */

// Engine: tensors, compiled functions, random numbers
export type {
  GraphOptions,
  SignatureReport,
} from "./lib/engine/tensorflow/compiled_signature.ts";
export type { DropoutSite } from "./lib/engine/dropout_factors.ts";
export {
  compile,
  type Compiled,
  type CompileOptions,
} from "./lib/engine/compile.ts";
export type { Precision } from "./lib/engine/precision.ts";
export {
  disposeTree,
  mapLeaves,
  namedLeaves,
  type TensorTree,
} from "./lib/engine/tensor_tree.ts";
export type { PyTree } from "./lib/engine/py_tree.ts";
export { type RandomStream, randomStream } from "./lib/engine/random/stream.ts";

// Tokenizer
export {
  decode,
  encode,
  type Encoding,
  type EncodingOptions,
  idsOf,
  type Phases,
  tokenize,
  tokenizeInPhases,
  type Tokenizer,
} from "./lib/tokenizer/tokenizer.ts";
export type { Truncation } from "./lib/tokenizer/encoding.ts";
export { normalize } from "./lib/tokenizer/normalize.ts";
export { preTokenize } from "./lib/tokenizer/pre_tokenize.ts";
export { splitIntoWords } from "./lib/tokenizer/split_into_words.ts";
export { splitAsSst2 } from "./lib/tokenizer/sst2.ts";
export {
  vectorize,
  type Vectors,
  wordsOfVectors,
} from "./lib/tokenizer/vectorizer.ts";
export {
  MASK,
  parseVocabulary,
  SPECIAL_TOKENS,
  type Vocabulary,
} from "./lib/tokenizer/vocabulary.ts";
export { splitAtWhitespace } from "./lib/tokenizer/whitespace.ts";
export {
  buildVocabulary,
  unknownRate,
} from "./lib/tokenizer/word_vocabulary.ts";
export { sumByWord, type WordSpan, wordSpans } from "./lib/tokenizer/words.ts";

// Data: splits and batches
export {
  type Split,
  split,
  type SplitOptions,
  stratifiedSplit,
} from "./lib/datasets/split.ts";
export { copySequences } from "./lib/datasets/toy/copy_task.ts";
export { isRhyme, type Rhyme, soundsOf } from "./lib/datasets/toy/rhymes.ts";
export {
  type Batch,
  batchesOf,
  type BatchOptions,
  type EncodedExample,
  numBatches,
  type PackedPlaces,
} from "./lib/batches/batches.ts";
export type { Layout } from "./lib/batches/layout.ts";
export {
  type MaskedTokens,
  type MaskingOptions,
  maskTokens,
} from "./lib/batches/masking.ts";
export type { TokenSequence } from "./lib/batches/next_token.ts";
export {
  packedBatchesOf,
  type PackedBatchOptions,
} from "./lib/batches/packed_batches.ts";
export {
  lengthGroupedOrder,
  randomOrder,
  sequentialOrder,
  type TrainingOrder,
} from "./lib/batches/sampler.ts";
export {
  type SentencePair,
  sentencePairs,
  spansOf,
} from "./lib/batches/sentence_pairs.ts";

// Model
export type { RandomLike } from "./lib/model/initialize.ts";
export type { TokenClassifierParams } from "./lib/model/heads/token_classifier.ts";
export type { ClassifierParams } from "./lib/model/heads/sequence_classifier.ts";
export type { QuestionAnsweringParams } from "./lib/model/heads/question_answering.ts";
export type { PretrainingParams } from "./lib/model/heads/pretraining.ts";
export type { NextSentenceParams } from "./lib/model/heads/next_sentence.ts";
export type {
  MaskedLmParams,
  PredictionParams,
} from "./lib/model/heads/masked_lm.ts";
export type { EncoderLayerParams } from "./lib/model/encoder.ts";
export type { EmbeddingParams } from "./lib/model/embeddings.ts";
export type {
  BertInput,
  BertOutput,
  BertParams,
  EncoderParams,
  ForwardOptions,
  Packing,
} from "./lib/model/bert.ts";
export {
  attend,
  type AttentionOutput,
  type AttentionParams,
  type LayerOptions,
  selfAttention,
} from "./lib/model/attention.ts";
export {
  BERT_BASE,
  BERT_TINY,
  type BertConfig,
  MINI_LM,
} from "./lib/model/config.ts";
export type { ClassifierHeadConfig } from "./lib/model/classifier_head_config.ts";
export {
  type Head,
  type HeadName,
  type HeadParams,
  HEADS,
  initHead,
} from "./lib/model/heads/heads.ts";
export {
  type LanguageModel,
  languageModel,
  type LanguageModelOutput,
} from "./lib/model/language_model.ts";
export { causalMask, paddingMask } from "./lib/model/masks.ts";
export {
  classifierParameters,
  type Parameter,
  type ParameterRole,
  sizeOf,
} from "./lib/model/parameters.ts";
export { sinusoidalPositions } from "./lib/model/positions.ts";
export {
  initTransformer,
  type Positions,
  type RequiredSize,
  transformer,
  type TransformerConfig,
  transformerConfig,
  type TransformerOutput,
  type TransformerParams,
} from "./lib/model/transformer.ts";
export {
  type Activation,
  type NormOrder,
  transformerLayer,
  type TransformerLayerConfig,
} from "./lib/model/transformer_layer.ts";
export { type Dropout, dropoutFrom, NO_DROPOUT } from "./lib/ops/dropout.ts";
export {
  gelu,
  layerNorm,
  type LayerNormParams,
  linear,
  type LinearParams,
} from "./lib/ops/layers.ts";
export type {
  ClassifierModel,
  HeadModel,
} from "./lib/checkpoint/head_model.ts";

// Training
export type { FrozenPart } from "./lib/training/freeze.ts";
export {
  ADAMW_DEFAULTS,
  type AdamWOptions,
  decays,
} from "./lib/training/adamw.ts";
export {
  type EpochEnd,
  fineTune,
  type FineTuneData,
  type FineTuneOptions,
  type TrainStep,
} from "./lib/training/fine_tune.ts";
export {
  judgePretraining,
  PAIR_LABELS,
  type PretrainingScores,
} from "./lib/training/judge_pretraining.ts";
export {
  pretrain,
  type PretrainData,
  type PretrainEpoch,
  type PretrainOptions,
} from "./lib/training/pretrain.ts";
export {
  learningRateAt,
  type Schedule,
  type ScheduleName,
} from "./lib/training/schedule.ts";
export {
  type NextTokenScore,
  scoreLanguageModel,
  trainLanguageModel,
} from "./lib/training/train_language_model.ts";
export type { TrainOptions } from "./lib/training/train_options.ts";

// Inference
export {
  attentionsOf,
  type EncodedSequence,
  type SequenceAttention,
} from "./lib/inference/attentions.ts";
export {
  type Classification,
  classify,
  type ClassifyOptions,
} from "./lib/inference/classify.ts";
export {
  fillMask,
  type FillMaskOptions,
  type Guess,
  probabilityOfFollowing,
} from "./lib/inference/fill_mask.ts";
export { generate, type GenerateOptions } from "./lib/inference/generate.ts";
export {
  type EncodedText,
  predict,
  type Predictions,
  type PredictOptions,
} from "./lib/inference/predict.ts";

// Evaluation
export {
  bagLogits,
  type BagOfWords,
  type BagOfWordsOptions,
  fitBagOfWords,
} from "./lib/evaluation/bag_of_words.ts";
export {
  bootstrapInterval,
  type Interval,
} from "./lib/evaluation/bootstrap.ts";
export {
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityBins,
} from "./lib/evaluation/calibration.ts";
export { confusionMatrix } from "./lib/evaluation/confusion.ts";
export {
  type Average,
  ConfusionMatrix,
} from "./lib/evaluation/confusion_matrix.ts";
export {
  errorsByGroup,
  type GroupErrors,
  type Mistake,
  worstMistakes,
} from "./lib/evaluation/errors.ts";
export {
  accuracy,
  argMax,
  crossEntropy,
  matthewsCorrelation,
  mccPerBatch,
  softmax,
} from "./lib/evaluation/metrics.ts";
export {
  type ClassificationReport,
  classificationReport,
  type ClassScores,
} from "./lib/evaluation/report.ts";

// Interpretation
export type {
  Choice,
  Hiding,
  OcclusionOptions,
} from "./lib/interpretation/occlusion.ts";
export {
  attentionChange,
  attentionEntropy,
} from "./lib/interpretation/attention_entropy.ts";
export {
  attentionPatterns,
  chanceScores,
  type Pattern,
  PATTERNS,
} from "./lib/interpretation/attention_patterns.ts";
export { attentionRollout } from "./lib/interpretation/attention_rollout.ts";
export { rankCorrelation } from "./lib/interpretation/correlation.ts";
export {
  explain,
  type Explanation,
  probabilityLost,
} from "./lib/interpretation/explain.ts";
export {
  type Attentions,
  eachHead,
  type HeadScores,
  type HeadWeights,
  meanScores,
  rankHeads,
} from "./lib/interpretation/head_scores.ts";
export { layerGradientNorms } from "./lib/interpretation/layer_gradients.ts";
export { uniformAttentionWarning } from "./lib/interpretation/uniform_attention.ts";
