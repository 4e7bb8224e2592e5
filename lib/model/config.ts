/**
 * Sizes and rates that fix the shape of a BERT encoder, and the `config.json` of
 * Hugging Face that holds them.
 *
 * @module
 */

import {
  checkClassifierHeadConfig,
  type ClassifierHeadConfig,
  shapeFromJson,
  shapeToJson,
} from "./classifier_head_config.ts";

/** Hyperparameters of a BERT encoder; field names follow the paper's terms. */
export type BertConfig = {
  /** V: number of word pieces in the vocabulary. */
  readonly vocabSize: number;
  /** L: number of encoder layers. */
  readonly numLayers: number;
  /** H: attention heads in each layer; must divide `hiddenSize`. */
  readonly numHeads: number;
  /** D: width of every hidden state. */
  readonly hiddenSize: number;
  /** F: width of the feed-forward layer, 4 · D in the paper. */
  readonly intermediateSize: number;
  /** Longest sequence, in tokens, that has a position embedding. */
  readonly maxPositionEmbeddings: number;
  /** Number of segments that have an embedding: 2, for sentences A and B. */
  readonly typeVocabSize: number;
  /** Probability, in [0, 1), of zeroing a hidden activation during training. */
  readonly hiddenDropout: number;
  /** Probability, in [0, 1), of zeroing an attention weight during training. */
  readonly attentionDropout: number;
  /** Added to the variance inside layer normalization. */
  readonly layerNormEpsilon: number;
  /** Standard deviation of a new kernel or embedding. */
  readonly initializerRange: number;
  /** What a sequence classifier has above the encoder, if it is not the usual. */
  readonly classifier?: ClassifierHeadConfig;
};

/** What all uncased BERT models share (Devlin et al., 2019, appendix A.2). */
const UNCASED = {
  vocabSize: 30_522,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};

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

const SIZES = [
  "vocabSize",
  "numLayers",
  "numHeads",
  "hiddenSize",
  "intermediateSize",
  "maxPositionEmbeddings",
  "typeVocabSize",
] as const;

/** Far more than any model has; a broken file must not make a list without end. */
const MAX_LAYERS = 1024;

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
  for (const field of SIZES) {
    if (!Number.isSafeInteger(config[field]) || config[field] < 1) {
      throw new RangeError(
        `Cannot build a BERT encoder as ${field} must be a positive integer: ` +
          `current value is ${config[field]}`,
      );
    }
  }
  const { hiddenSize, numHeads, layerNormEpsilon, initializerRange } = config;
  if (config.numLayers > MAX_LAYERS) {
    throw new RangeError(
      `Cannot build a BERT encoder as numLayers must be at most ${MAX_LAYERS}: ` +
        `current value is ${config.numLayers}`,
    );
  }
  if (hiddenSize % numHeads !== 0) {
    throw new RangeError(
      `Cannot split hidden states into heads as numHeads must divide hiddenSize: ` +
        `current values are numHeads=${numHeads}, hiddenSize=${hiddenSize}`,
    );
  }
  for (const field of ["hiddenDropout", "attentionDropout"] as const) {
    if (!(config[field] >= 0 && config[field] < 1)) {
      throw new RangeError(
        `Cannot build a BERT encoder as ${field} must be in [0, 1): ` +
          `current value is ${config[field]}`,
      );
    }
  }
  if (!(layerNormEpsilon > 0 && initializerRange > 0)) {
    throw new RangeError(
      `Cannot build a BERT encoder as layerNormEpsilon and initializerRange must be ` +
        `positive: current values are ${layerNormEpsilon} and ${initializerRange}`,
    );
  }
  if (config.classifier !== undefined) {
    checkClassifierHeadConfig(config.classifier);
  }
}

/** Our field, its name in `config.json`, and the default of Python's `BertConfig`. */
const FIELDS: readonly [
  field: Exclude<keyof BertConfig, "classifier">,
  name: string,
  byDefault?: number,
][] = [
  ["vocabSize", "vocab_size"],
  ["numLayers", "num_hidden_layers"],
  ["numHeads", "num_attention_heads"],
  ["hiddenSize", "hidden_size"],
  ["intermediateSize", "intermediate_size"],
  ["maxPositionEmbeddings", "max_position_embeddings"],
  ["typeVocabSize", "type_vocab_size", 2],
  ["hiddenDropout", "hidden_dropout_prob", 0.1],
  ["attentionDropout", "attention_probs_dropout_prob", 0.1],
  ["layerNormEpsilon", "layer_norm_eps", 1e-12],
  ["initializerRange", "initializer_range", 0.02],
];

/** Settings that must have one value, because this encoder does nothing else. */
const REQUIRED: readonly [name: string, value: string | boolean][] = [
  ["model_type", "bert"],
  ["hidden_act", "gelu"],
  ["position_embedding_type", "absolute"],
  ["is_decoder", false],
  ["add_cross_attention", false],
];

/**
 * Reads and checks a Hugging Face `config.json`.
 *
 * A setting that would need another architecture is refused, never ignored.
 *
 * @param json The parsed file.
 * @param file Its name, for messages.
 * @returns A configuration that passes {@linkcode checkConfig}.
 * @throws {TypeError} If the file describes another architecture or lacks a number.
 * @throws {RangeError} If the sizes do not fit together.
 */
export function configFromJson(json: unknown, file: string): BertConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new TypeError(
      `Cannot read "${file}" as a configuration must be a JSON object`,
    );
  }
  const settings = new Map<string, unknown>(Object.entries(json));
  for (const [name, value] of REQUIRED) {
    const found = settings.get(name) ?? value;
    if (found !== value) {
      throw new TypeError(
        `Cannot read "${file}" as "${name}" must be ${
          JSON.stringify(value)
        }: ` +
          `found ${JSON.stringify(found)}; choose a BERT model`,
      );
    }
  }
  const sizes = Object.fromEntries(
    FIELDS.map(([field, name, byDefault]) => {
      const value = settings.get(name) ?? byDefault;
      if (typeof value !== "number") {
        throw new TypeError(
          `Cannot read "${file}" as "${name}" must be a number: ` +
            `found ${JSON.stringify(value)}`,
        );
      }
      return [field, value];
    }),
  ) as Record<(typeof FIELDS)[number][0], number>;
  const config = { ...sizes, ...shapeFromJson(settings) };
  const classifierDropout = settings.get("classifier_dropout") ?? undefined;
  if (
    ![undefined, config.hiddenDropout].includes(classifierDropout as number)
  ) {
    throw new TypeError(
      `Cannot read "${file}" as "classifier_dropout" must equal ` +
        `"hidden_dropout_prob": found ${JSON.stringify(classifierDropout)} ` +
        `and ${config.hiddenDropout}`,
    );
  }
  checkConfig(config);
  return config;
}

/**
 * Writes `config` as the fields of a Hugging Face `config.json`.
 *
 * @param config The configuration.
 * @param extra Further fields, such as `architectures` and `id2label`.
 * @returns An object for `JSON.stringify`, its names in alphabetical order.
 */
export function configToJson(
  config: BertConfig,
  extra: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries([
    ...REQUIRED,
    ...FIELDS.map(([field, name]) => [name, config[field]] as const),
    ...shapeToJson(config.classifier),
    ...Object.entries(extra),
  ].sort(([a], [b]) => a < b ? -1 : 1));
}
