/**
 * The core of the library: everything that needs no files, no FFI and no downloads, so
 * that it runs in a browser too.
 *
 * `bertbook` exports all of this and, on top, the engines, model folders, data sets and
 * views. A browser has the engines wasm and webgpu, and reads files in its own way.
 *
 * @example Encode a text
 * ```ts
 * import { BertTokenizer, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\n";
 * const vocabulary = parseVocabulary(text, "vocab.txt");
 * const tokenizer = new BertTokenizer(vocabulary, { lowerCase: true });
 * assert.deepEqual(tokenizer.encode("Hello").inputIds, [2, 5, 3]);
 * ```
 *
 * @module
 */

// Engine: tensors, compiled functions, random numbers
export type { DropoutKey } from "./lib/engine/dropout_mask.ts";
import "./lib/engine/wasm.ts";
import "./lib/engine/webgpu.ts";
export type {
  GraphOptions,
  SignatureReport,
} from "./lib/engine/accelerator.ts";
export {
  type Cluster,
  ClusterError,
  parseCluster,
} from "./lib/engine/cluster.ts";
export {
  compile,
  type Compiled,
  type CompileOptions,
  runFunctionsEagerly,
} from "./lib/engine/compile.ts";

export type { CompiledEach, Precision } from "./lib/engine/precision.ts";
export type { MeasuredPrecision } from "./lib/engine/platform.ts";
export {
  choosePrecision,
  type PrecisionChoice,
} from "./lib/model/choose_precision.ts";
export type { PyTree } from "./lib/engine/py_tree.ts";
export { type RandomStream, randomStream } from "./lib/engine/random/stream.ts";
export type { CheckResult } from "./lib/engine/self_test.ts";
export {
  describeDevice,
  type DeviceReport,
  type EngineName,
  type EngineOptions,
  ENGINES,
  type StartedEngine,
  startEngine,
  type Threads,
} from "./lib/engine/start_engine.ts";
export {
  disposeTree,
  mapLeaves,
  namedLeaves,
  type TensorTree,
} from "./lib/engine/tensor_tree.ts";

// Tokenizer
export { type AddedToken, specialToken } from "./lib/tokenizer/added_tokens.ts";
export {
  BertTokenizer,
  type BertTokenizerOptions,
  type Phases,
} from "./lib/tokenizer/bert_tokenizer.ts";
export type {
  Encoding,
  EncodingOptions,
  Truncation,
} from "./lib/tokenizer/encoding.ts";
export {
  type BertNormalization,
  normalize,
  type Normalizer,
  preTokenize,
  type PreTokenizer,
  type TextSpan,
  textWords,
} from "./lib/tokenizer/normalize.ts";
export {
  decodeSubwords,
  encodeSubwords,
  escapeToken,
  learnSubtokens,
  longestSubtokens,
  splitRuns,
} from "./lib/tokenizer/subwords.ts";
export type { Offset, TokensWithOffsets } from "./lib/tokenizer/offsets.ts";
export type { Tokenizer } from "./lib/tokenizer/tokenizer.ts";
export {
  idsOf,
  MASK,
  parseVocabulary,
  SPECIAL_TOKENS,
  type Vocabulary,
} from "./lib/tokenizer/vocabulary.ts";
export {
  buildVocabulary,
  splitAsSst2,
  splitAtWhitespace,
  unknownRate,
  vectorize,
  type Vectors,
  wordsOfVectors,
} from "./lib/tokenizer/word_vocabulary.ts";
export {
  splitIntoWords,
  sumByWord,
  type WordSpan,
  wordSpans,
} from "./lib/tokenizer/words.ts";

// Data: examples, splits and batches
export type {
  AnswerExample,
  EncodedTargets,
  TokenExample,
} from "./lib/batches/head_batches.ts";
export {
  type BatchTensors,
  batchTensors,
  type LabelledInput,
} from "./lib/batches/batch_tensors.ts";
export {
  type Batch,
  batchesOf,
  type BatchOptions,
  type EncodedExample,
  IGNORE_INDEX,
  numBatches,
} from "./lib/batches/batches.ts";
export {
  type EncodedEntities,
  encodeEntities,
} from "./lib/batches/encode_entities.ts";
export {
  type EncodedWords,
  encodeWords,
  type EncodeWordsOptions,
} from "./lib/batches/encode_words.ts";
export {
  encodeExamples,
  encodeTargets,
  type TextExample,
  type TextTargets,
} from "./lib/batches/encode_examples.ts";
export {
  encodeQuestions,
  type QuestionText,
  type QuestionWindow,
  type QuestionWindowOptions,
} from "./lib/batches/encode_questions.ts";

export {
  type MaskedTokens,
  type MaskingOptions,
  maskTokens,
} from "./lib/batches/masking.ts";
export type {
  ExampleSource,
  NumberedExamples,
  StreamedExamples,
  TrainExamples,
} from "./lib/batches/example_source.ts";
export type { TokenSequence } from "./lib/batches/next_token.ts";
export {
  type Batching,
  packedBatchesOf,
  type PackedBatchOptions,
} from "./lib/batches/packed_batches.ts";
export {
  indexShuffleOrder,
  lengthGroupedOrder,
  type Order,
  randomOrder,
  type SamplerName,
  sequentialOrder,
} from "./lib/batches/sampler.ts";
export {
  type SentencePair,
  sentencePairs,
  sentenceSpans,
} from "./lib/batches/sentence_pairs.ts";
export { COLA, type ColaExample } from "./lib/datasets/cola.ts";
export {
  type ConllFile,
  type ConllSentence,
  type EntityExample,
  parseConll,
  type TagScheme,
} from "./lib/datasets/conll.ts";
export type {
  ArchiveLayout,
  Dataset,
  DatasetParts,
  DatasetReport,
  DatasetSource,
  Example,
  FileLayout,
  Oddity,
  Origin,
  Part,
  PartReport,
  TargetsExample,
} from "./lib/datasets/dataset.ts";
export { IMDB } from "./lib/datasets/imdb.ts";
export {
  type KFoldOptions,
  kFolds,
  type Split,
  split,
  type SplitOptions,
  stratifiedSplit,
} from "./lib/datasets/split.ts";
export {
  type CharacterEncoding,
  readTable,
  sortedLabels,
  type TableFormat,
  type TableOptions,
  type TableRow,
} from "./lib/datasets/read_table.ts";
export {
  type Answer,
  type ParsedQuestions,
  parseSquad,
  type QuestionExample,
} from "./lib/datasets/squad.ts";
export { copySequences } from "./lib/datasets/toy/copy_task.ts";
export { isRhyme, type Rhyme, soundsOf } from "./lib/datasets/toy/rhymes.ts";
export { TREC } from "./lib/datasets/trec.ts";

// Model
export {
  type NamedParameter,
  parametersOf,
  pythonNameOf,
} from "./lib/checkpoint/architectures.ts";
export type { InferenceSettings } from "./lib/checkpoint/inference_settings.ts";
export type {
  ClassifierModel,
  HeadModel,
  ModelOrigin,
  RunModel,
} from "./lib/checkpoint/pretrained.ts";
export {
  bert,
  type BertInput,
  type BertOutput,
  type BertParams,
  type EncoderParams,
  type ForwardOptions,
  type Packing,
  pool,
} from "./lib/model/bert.ts";
export {
  BERT_BASE,
  BERT_TINY,
  type BertConfig,
  type ClassifierHeadConfig,
  DISTILBERT_BASE,
  ELECTRA_SMALL,
  MINI_LM,
  type ModelType,
  type NormOrder,
  type ProblemType,
} from "./lib/model/config.ts";
export {
  type EmbeddingParams,
  sinusoidalPositions,
} from "./lib/model/embeddings.ts";
export {
  type AttentionParams,
  encoderLayer,
  type EncoderLayerConfig,
  type EncoderLayerParams,
  type LayerOptions,
  selfAttention,
} from "./lib/model/encoder_layer.ts";
export {
  type Head,
  type HeadName,
  type HeadParams,
  HEADS,
  initHead,
} from "./lib/model/heads/heads.ts";
export {
  type InputArrays,
  inputFrom,
  type PackingArrays,
} from "./lib/model/input.ts";
export {
  type MaskedLmOutput,
  type MaskedLmParams,
  type PositionOptions,
  type PredictionParams,
  predictMaskedTokens,
} from "./lib/model/heads/masked_lm.ts";
export {
  type NextSentenceOutput,
  type NextSentenceParams,
  predictNextSentence,
} from "./lib/model/heads/next_sentence.ts";
export {
  predictPretrainingTasks,
  type PretrainingOutput,
  type PretrainingParams,
} from "./lib/model/heads/pretraining.ts";
export {
  findAnswers,
  type QuestionAnsweringOutput,
  type QuestionAnsweringParams,
} from "./lib/model/heads/question_answering.ts";
export {
  type ClassifierOutput,
  type ClassifierParams,
  classifySequences,
} from "./lib/model/heads/sequence_classifier.ts";
export {
  classifyTokens,
  type TokenClassifierOutput,
  type TokenClassifierParams,
} from "./lib/model/heads/token_classifier.ts";
export {
  type LanguageModel,
  languageModel,
  type LanguageModelOutput,
} from "./lib/model/language_model.ts";
export {
  type Parameter,
  type ParameterRole,
  type RandomLike,
  sizeOf,
} from "./lib/model/parameters.ts";
export {
  initTransformer,
  type Positions,
  type RequiredSize,
  transformer,
  type TransformerConfig,
  transformerConfig,
  type TransformerOutput,
  transformerParameters,
  type TransformerParams,
} from "./lib/model/transformer.ts";
export { type Activation, gelu } from "./lib/ops/activations.ts";
export {
  attend,
  type AttentionOutput,
  causalMask,
  paddingMask,
} from "./lib/ops/attention.ts";
export { type Dropout, dropoutFrom, NO_DROPOUT } from "./lib/ops/dropout.ts";
export { layerNorm, type LayerNormParams } from "./lib/ops/layer_norm.ts";
export { linear, type LinearParams } from "./lib/ops/linear.ts";

// Training
export type { TokenMetrics } from "./lib/training/tasks/token_classification.ts";
export type { TargetsMetrics } from "./lib/training/tasks/sequence_targets.ts";
export type {
  AnswerMetrics,
  QuestionMetrics,
} from "./lib/training/tasks/question_answering.ts";
export {
  adamW,
  ADAMW_DEFAULTS,
  type AdamWOptions,
  type AdamWRates,
  adamWRates,
  type AdamWState,
  type GradientScale,
  initOptimizerState,
} from "./lib/training/adamw.ts";
export { clipCoefficient, globalNorm } from "./lib/training/clip.ts";
export {
  binaryCrossEntropy,
  crossEntropy,
  meanSquaredError,
} from "./lib/training/losses.ts";
export {
  decays,
  type LrMultipliers,
  noDecayPaths,
} from "./lib/training/parameter_groups.ts";
export {
  evaluatePretraining,
  type PretrainingMetrics,
} from "./lib/training/evaluate_pretraining.ts";
export type { BatchMemory } from "./lib/training/memory.ts";
export type { TrainingRecord } from "./lib/checkpoint/receipt.ts";
export type {
  Json,
  StoredTensor,
  TrainingCheckpoint,
} from "./lib/checkpoint/training_checkpoint.ts";
export type {
  Checkpoints,
  OpenRun,
  RunDescription,
  RunInput,
} from "./lib/checkpoint/training_runs.ts";
export { TrainingStoppedError } from "./lib/training/checkpoint_saver.ts";
export {
  fineTune,
  type FineTuneData,
  type FineTuneOptions,
  type HeadFineTuneOptions,
  type SequenceFineTuneOptions,
  type TargetsFineTuneOptions,
} from "./lib/training/fine_tune.ts";
export type {
  EpochEvent,
  Evaluation,
  EvaluationEvent,
  EvaluationOptions,
  FitEvent,
  Metrics,
  Replayable,
  StartEvent,
  ValidationMetrics,
} from "./lib/training/events.ts";
export { fit, type Task } from "./lib/training/fit.ts";
export type { FrozenPart } from "./lib/training/parameter_groups.ts";
export {
  pretrain,
  type PretrainData,
  type PretrainOptions,
} from "./lib/training/pretrain.ts";
export { layerGradientNorms } from "./lib/training/layer_gradients.ts";
export {
  type Collective,
  type Network,
  type Parallelism,
  predictStep,
  type StepCost,
  type StepPrediction,
} from "./lib/training/scaling_model.ts";
export {
  learningRateAt,
  type Schedule,
  type ScheduleName,
} from "./lib/training/schedule.ts";
export {
  NEXT_SENTENCE_LABELS,
  type NextSentenceMetrics,
} from "./lib/training/tasks/next_sentence.ts";
export {
  type Divergence,
  type PlainBatch,
  type StepEvent,
  type StepOptions,
  type StepTask,
  TrainingDivergedError,
} from "./lib/training/train_epoch.ts";
export {
  evaluateLanguageModel,
  type LanguageModelMetrics,
  trainLanguageModel,
} from "./lib/training/train_language_model.ts";
export { type LossAndGradients } from "./lib/training/data_parallel.ts";
export {
  type CheckedTrainOptions,
  type ResolvedTrainOptions,
  resolveTrainOptions,
  type TrainOptions,
} from "./lib/training/train_options.ts";
export {
  type Accumulate,
  type CompiledTrainStep,
  compileTrainStep,
  gradientsOf,
  type GradientSums,
  type LossFunction,
  makeTrainable,
  type MicroBatches,
  type StepControl,
  type StepOutcome,
  type StepSettings,
  type TrainState,
  type TrainStep,
  type UpdateSettings,
} from "./lib/training/train_step.ts";

// Inference
export {
  type AnswerOptions,
  answerQuestions,
  type QuestionAnsweringModel,
  tuneNoAnswerThreshold,
} from "./lib/inference/answer_questions.ts";
export type { FoundAnswer, SpanOptions } from "./lib/inference/answer_spans.ts";
export {
  attentionsOf,
  type EncodedSequence,
  type SequenceAttention,
} from "./lib/inference/attentions.ts";
export {
  calibrate,
  type Calibration,
  type CalibrationScores,
} from "./lib/inference/calibrate.ts";
export {
  classify,
  classifyMultiLabel,
  type ClassifyOptions,
  regress,
  type Regression,
} from "./lib/inference/classify.ts";
export {
  embed,
  embedEncoded,
  type EmbedOptions,
  type PoolingOptions,
} from "./lib/inference/embed.ts";
export {
  type FewShotClassifier,
  type FewShotOptions,
  fitFewShot,
} from "./lib/inference/few_shot.ts";
export {
  fillMask,
  type FillMaskOptions,
  type Guess,
  probabilityOfFollowing,
} from "./lib/inference/fill_mask.ts";
export {
  findEntities,
  type FoundEntities,
  predictTags,
  type TagOptions,
} from "./lib/inference/find_entities.ts";
export type {
  Classification,
  Entity,
  MultiLabelClassification,
  TaggedWord,
  WordTag,
} from "./lib/inference/postprocessing.ts";
export { generate, type GenerateOptions } from "./lib/inference/generate.ts";
export {
  type EncodedText,
  predict,
  type Predictions,
  type PredictOptions,
} from "./lib/inference/predict.ts";
export {
  cosineSimilarity,
  indexTexts,
  type SearchHit,
  searchTexts,
  type TextIndex,
} from "./lib/inference/search.ts";
export type { TextOptions, TextPair } from "./lib/inference/texts.ts";
export {
  encodeWindows,
  predictWindows,
  type WindowExample,
  type WindowOptions,
  type WindowPooling,
} from "./lib/inference/windows.ts";

// Evaluation
export {
  type AnswerScore,
  type AnswerScores,
  answerScores,
  answerWords,
} from "./lib/evaluation/answer_scores.ts";
export {
  type EntityReport,
  entityReport,
  type EntitySpan,
  entitySpans,
} from "./lib/evaluation/entities.ts";
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
export {
  pearsonCorrelation,
  rankCorrelation,
} from "./lib/evaluation/correlation.ts";
export { confusionMatrix } from "./lib/evaluation/confusion.ts";
export {
  type Average,
  ConfusionMatrix,
} from "./lib/evaluation/confusion_matrix.ts";
export {
  findLabelIssues,
  type LabelIssue,
} from "./lib/evaluation/label_issues.ts";
export {
  errorsByGroup,
  type GroupErrors,
  type Mistake,
  worstMistakes,
} from "./lib/evaluation/mistakes.ts";
export {
  accuracy,
  type ClassificationMetrics,
  macroF1,
  matthewsCorrelation,
  mccPerBatch,
} from "./lib/evaluation/metrics.ts";
export {
  type MultiLabelScores,
  multiLabelScores,
  tuneThresholds,
} from "./lib/evaluation/multi_label.ts";
export {
  argMax,
  binaryLogLoss,
  logLoss,
  sigmoid,
  softmax,
} from "./lib/evaluation/probabilities.ts";
export {
  type RegressionMetrics,
  regressionMetrics,
} from "./lib/evaluation/regression.ts";
export {
  type ClassificationReport,
  classificationReport,
  type ClassScores,
} from "./lib/evaluation/report.ts";
export { fitTemperature } from "./lib/evaluation/temperature.ts";

// Interpretation
export {
  attentionChange,
  attentionEntropy,
  uniformAttentionWarning,
} from "./lib/interpretation/attention_entropy.ts";
export {
  attentionPatterns,
  chanceScores,
  type Pattern,
  PATTERNS,
} from "./lib/interpretation/attention_patterns.ts";
export { attentionRollout } from "./lib/interpretation/attention_rollout.ts";
export { explain, type Explanation } from "./lib/interpretation/explain.ts";
export {
  type Attentions,
  eachHead,
  type HeadScores,
  type HeadWeights,
  meanScores,
  rankHeads,
} from "./lib/interpretation/head_scores.ts";
export {
  type Choice,
  type Hiding,
  type OcclusionOptions,
  probabilityLost,
} from "./lib/interpretation/occlusion.ts";
