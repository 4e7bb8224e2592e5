/** Model configuration: the sizes, rates and choices that fix an encoder. @module */

import { type Activation, ACTIVATIONS } from "../ops/activations.ts";
import { quoted, visibleControls } from "../printable.ts";

/**
 * Where a sublayer f normalizes:
 *
 * - `"post"`, after the sum, norm(x + f(x)): Vaswani et al. (2017), BERT;
 * - `"pre"`, before the sublayer, x + f(norm(x)): GPT-2; Xiong et al. (2020),
 *   section 3.3;
 * - `"pre-replacing"`, its input, n + f(n) with n = norm(x): some tutorials' pre-norm.
 *   The sum x + … + x … from the bottom to the top, which pre-norm is for, is gone.
 */
export type NormOrder = "post" | "pre" | "pre-replacing";

/** The architectures that checkpoints are read and written for. */
export type ModelType = "bert" | "distilbert" | "electra";

/** What a sequence classifier predicts, in the words of `problem_type` in `config.json`. */
export type ProblemType =
  | "single_label_classification"
  | "multi_label_classification"
  | "regression";

/** Every problem type, the default first. */
export const PROBLEM_TYPES: readonly ProblemType[] = [
  "single_label_classification",
  "multi_label_classification",
  "regression",
];

/**
 * Hyperparameters of a BERT encoder, or of one of its relatives: they differ in names
 * and in the choices below.
 */
export type BertConfig = {
  /** The architecture, as `model_type` in `config.json` names it. */
  readonly modelType: ModelType;
  /** V: number of word pieces in the vocabulary. */
  readonly vocabSize: number;
  /** L: number of encoder layers. */
  readonly numLayers: number;
  /** H: attention heads in each layer; must divide `hiddenSize`. */
  readonly numHeads: number;
  /** D: width of every hidden state. */
  readonly hiddenSize: number;
  /** E: width of the embeddings, which a linear layer maps to D; default D. */
  readonly embeddingSize?: number;
  /** F: width of the feed-forward layer, 4 · D in the paper. */
  readonly intermediateSize: number;
  /** Rows of the table of position embeddings. */
  readonly maxPositionEmbeddings: number;
  /** The row of a sequence's first token: 0; in RoBERTa `padTokenId` + 1. */
  readonly positionOffset: number;
  /**
   * Token types that have an embedding: 2, for sentences A and B; 0 for a model
   * without them.
   */
  readonly typeVocabSize: number;
  /** The id of the token that fills up a batch. */
  readonly padTokenId: number;
  /** The activation function of the feed-forward layers. */
  readonly activation: Activation;
  /** Where each sublayer normalizes. */
  readonly normOrder: NormOrder;
  /** Whether the encoder has a pooler: tanh(W h + b) of the state of `[CLS]`. */
  readonly hasPooler: boolean;
  /** Probability, in [0, 1), of zeroing a hidden activation during training. */
  readonly hiddenDropout: number;
  /** Probability, in [0, 1), of zeroing an attention weight during training. */
  readonly attentionDropout: number;
  /**
   * Likewise for the input of a classifier, but not that of DistilBERT's tokens; default
   * `hiddenDropout`.
   */
  readonly classifierDropout?: number;
  /** Likewise for the input of question answering's linear layer; default 0. */
  readonly answerDropout?: number;
  /** Added to the variance inside layer normalization. */
  readonly layerNormEpsilon: number;
  /** Standard deviation of a new kernel or embedding. */
  readonly initializerRange: number;
  /** Whether words are predicted with the word embeddings; default true. */
  readonly tieWordEmbeddings?: boolean;
  /** The head of a sequence classifier, if it is not the architecture's default. */
  readonly classifier?: ClassifierHeadConfig;
  /** What a sequence classifier predicts; default one class for each sequence. */
  readonly problemType?: ProblemType;
};

/** The head of a sequence classifier, between the encoder and the classes. */
export type ClassifierHeadConfig = {
  /**
   * `"pooler"` takes tanh(W h + b), where h is the last state of `[CLS]` (Devlin et
   * al., 2019, appendix A.4); `"cls"` takes h as it is, and no pooler.
   */
  readonly pooling: "pooler" | "cls";
  /** The widths of the hidden layers, from the pooled vector on. */
  readonly hiddenSizes: readonly number[];
  /** Their activation function; default `"relu"`. */
  readonly activation?: Activation;
  /** Whether dropout comes before the first layer too; default true. */
  readonly inputDropout?: boolean;
};

const POOLINGS: readonly string[] = ["pooler", "cls"];

/**
 * The head of a sequence classifier, the architecture's default if the configuration
 * names none: Devlin et al. (2019), section 4.1; Sanh et al. (2019) and Clark et al.
 * (2020), whose classifiers have one hidden layer over the state of `[CLS]`.
 *
 * @param config The configuration.
 */
export function classifierHeadOf(config: BertConfig): ClassifierHeadConfig {
  if (config.classifier !== undefined) return config.classifier;
  if (config.hasPooler) return { pooling: "pooler", hiddenSizes: [] };
  const hidden = { pooling: "cls", hiddenSizes: [config.hiddenSize] } as const;
  return config.modelType === "electra"
    ? { ...hidden, activation: "gelu" }
    : { ...hidden, inputDropout: false };
}

/** What all uncased BERT models share (Devlin et al., 2019, appendix A.2). */
const UNCASED = {
  modelType: "bert",
  vocabSize: 30_522,
  maxPositionEmbeddings: 512,
  positionOffset: 0,
  typeVocabSize: 2,
  padTokenId: 0,
  activation: "gelu",
  normOrder: "post",
  hasPooler: true,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
} as const;

/** BERT-Tiny: 4.4 M parameters, 2 layers of width 128 (Turc et al., 2019, table 1). */
export const BERT_TINY: BertConfig = {
  ...UNCASED,
  numLayers: 2,
  numHeads: 2,
  hiddenSize: 128,
  intermediateSize: 512,
};

/** MiniLM: 22.7 M parameters, 6 layers of width 384 (Wang et al., 2020, section 4). */
export const MINI_LM: BertConfig = {
  ...UNCASED,
  numLayers: 6,
  numHeads: 12,
  hiddenSize: 384,
  intermediateSize: 1536,
};

/** BERT-Base: 110 M parameters, 12 layers, width 768 (Devlin et al., 2019, section 3). */
export const BERT_BASE: BertConfig = {
  ...UNCASED,
  numLayers: 12,
  numHeads: 12,
  hiddenSize: 768,
  intermediateSize: 3072,
};

/** DistilBERT: 66 M parameters, 6 layers, width 768 (Sanh et al., 2019, section 3). */
export const DISTILBERT_BASE: BertConfig = {
  ...BERT_BASE,
  modelType: "distilbert",
  numLayers: 6,
  typeVocabSize: 0,
  hasPooler: false,
  classifierDropout: 0.2,
  answerDropout: 0.1,
};

/**
 * ELECTRA-Small, the discriminator: 13.5 M parameters, 12 layers, width 256, embeddings
 * of width 128 (Clark et al., 2020, table 6).
 */
export const ELECTRA_SMALL: BertConfig = {
  ...UNCASED,
  modelType: "electra",
  numLayers: 12,
  numHeads: 4,
  hiddenSize: 256,
  embeddingSize: 128,
  intermediateSize: 1024,
  hasPooler: false,
};

/** The least that each size may be. */
const LEAST_SIZES = {
  vocabSize: 1,
  numLayers: 1,
  numHeads: 1,
  hiddenSize: 1,
  intermediateSize: 1,
  maxPositionEmbeddings: 1,
  typeVocabSize: 0,
  padTokenId: 0,
  positionOffset: 0,
} as const;

const DROPOUTS = [
  "hiddenDropout",
  "attentionDropout",
  "classifierDropout",
  "answerDropout",
] as const;

const NORM_ORDERS: readonly NormOrder[] = ["post", "pre", "pre-replacing"];

/** Far more than any model has: a broken file must not make tensors without end. */
const GREATEST_SIZES = {
  vocabSize: 1 << 24,
  numLayers: 1 << 10,
  hiddenSize: 1 << 16,
  intermediateSize: 1 << 18,
  maxPositionEmbeddings: 1 << 24,
  typeVocabSize: 1 << 16,
} as const;

/**
 * Checks that the sizes and rates in `config` fit together.
 *
 * @example Three heads cannot share 128 columns
 * ```ts
 * import { BERT_TINY, checkConfig } from "bertbook/model/config.ts";
 * import assert from "node:assert/strict";
 *
 * checkConfig(BERT_TINY);
 * assert.throws(() => checkConfig({ ...BERT_TINY, numHeads: 3 }), RangeError);
 * ```
 *
 * @param config The configuration to check.
 * @throws {RangeError} If a size is not a positive integer, `numHeads` does not
 * divide `hiddenSize`, or a rate is out of its range.
 */
export function checkConfig(config: BertConfig): void {
  const check = (
    field: keyof BertConfig,
    must: string,
    holds: boolean,
  ): void => {
    if (holds) return;
    throw new RangeError(
      `Cannot build an encoder: ${field} must be ${must}; found ` +
        visibleControls(String(config[field])),
    );
  };
  for (const [name, least] of Object.entries(LEAST_SIZES)) {
    const field = name as keyof typeof LEAST_SIZES;
    const size = config[field];
    check(
      field,
      `a whole number of at least ${least}`,
      Number.isSafeInteger(size) && size >= least,
    );
  }
  for (const [name, greatest] of Object.entries(GREATEST_SIZES)) {
    const field = name as keyof typeof GREATEST_SIZES;
    check(field, `at most ${greatest}`, config[field] <= greatest);
  }
  for (const field of DROPOUTS) {
    const rate = config[field] ?? 0;
    check(field, "in [0, 1)", rate >= 0 && rate < 1);
  }
  const { hiddenSize, numHeads, vocabSize, maxPositionEmbeddings } = config;
  const { embeddingSize = hiddenSize } = config;
  check(
    "embeddingSize",
    `a whole number from 1 to ${GREATEST_SIZES.hiddenSize}`,
    Number.isSafeInteger(embeddingSize) && embeddingSize >= 1 &&
      embeddingSize <= GREATEST_SIZES.hiddenSize,
  );
  check(
    "embeddingSize",
    `hiddenSize=${hiddenSize}, except in ELECTRA`,
    embeddingSize === hiddenSize || config.modelType === "electra",
  );
  check("layerNormEpsilon", "positive", config.layerNormEpsilon > 0);
  check("initializerRange", "positive", config.initializerRange > 0);
  check(
    "padTokenId",
    `below vocabSize=${vocabSize}`,
    config.padTokenId < vocabSize,
  );
  check(
    "positionOffset",
    `below maxPositionEmbeddings=${maxPositionEmbeddings}`,
    config.positionOffset < maxPositionEmbeddings,
  );
  check(
    "activation",
    `one of ${Object.keys(ACTIVATIONS).join(", ")}`,
    Object.hasOwn(ACTIVATIONS, config.activation),
  );
  check(
    "normOrder",
    `one of ${NORM_ORDERS.join(", ")}`,
    NORM_ORDERS.includes(config.normOrder),
  );
  if (hiddenSize % numHeads !== 0) {
    throw new RangeError(
      `Cannot split hidden states into heads: numHeads must divide hiddenSize; ` +
        `found numHeads=${numHeads}, hiddenSize=${hiddenSize}`,
    );
  }
  if (config.classifier !== undefined) {
    checkClassifierHeadConfig(config.classifier);
  }
}

/**
 * The longest sequence that has position embeddings, in tokens.
 *
 * @param config Supplies `maxPositionEmbeddings` and `positionOffset`.
 */
export function maxSequenceLength(
  config: Pick<BertConfig, "maxPositionEmbeddings" | "positionOffset">,
): number {
  return config.maxPositionEmbeddings - config.positionOffset;
}

/**
 * Checks that a classifier can be built.
 *
 * @param head The head to check.
 * @throws {RangeError} If a size is not a positive integer, or there is no such
 * pooling.
 */
export function checkClassifierHeadConfig(head: ClassifierHeadConfig): void {
  const { pooling, hiddenSizes } = head;
  if (!POOLINGS.includes(pooling)) {
    throw new RangeError(
      `Cannot build a classifier: its pooling must be "pooler" or "cls"; ` +
        `found ${quoted(pooling)}`,
    );
  }
  const isSize = (size: number): boolean =>
    Number.isSafeInteger(size) && size >= 1;
  if (Array.isArray(hiddenSizes) && hiddenSizes.every(isSize)) return;
  throw new RangeError(
    `Cannot build a classifier: its hiddenSizes must be positive integers; ` +
      `found ${quoted(hiddenSizes)}`,
  );
}
