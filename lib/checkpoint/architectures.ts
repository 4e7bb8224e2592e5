/**
 * Architectures of Hugging Face: the names of each one's classes, settings and
 * tensors. A new architecture is one more table here, and a tokenizer.
 *
 * @module
 */

import {
  type BertConfig,
  checkClassifierHeadConfig,
  checkConfig,
  type ClassifierHeadConfig,
  classifierHeadOf,
  type ModelType,
} from "../model/config.ts";
import { type HeadName, HEADS } from "../model/heads/heads.ts";
import { quoted } from "../printable.ts";
import type { Parameter } from "../model/parameters.ts";

/**
 * A field of the configuration and the setting in `config.json` that holds it. The
 * default decides the type: null is that of a number that may be absent.
 */
type Setting = readonly [
  field: keyof BertConfig,
  name: string,
  byDefault?: number | string | boolean | null,
];

/** What Hugging Face calls the parts of one architecture. */
export type Architecture = {
  /** As in messages. */
  readonly title: string;
  /** The class in Python's transformers of each head; others have none. */
  readonly pythonNames: Readonly<Partial<Record<HeadName, string>>>;
  /** The class of its tokenizer in Python's transformers. */
  readonly tokenizerClass: string;
  /** The settings that become fields, with the defaults of Python's configuration. */
  readonly settings: readonly Setting[];
  /** Other names of settings, which win, as in Python's `attribute_map`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Settings that must have one value, because this encoder does nothing else. */
  readonly required: Readonly<Record<string, string | boolean>>;
  /** The fields that no setting holds. */
  readonly fixed: Partial<BertConfig>;
  /**
   * The name of each tensor's module by that of its path in our tree; `#` is a number.
   * Under a head the encoder's names begin with the architecture's own.
   */
  readonly modules: Readonly<Record<string, string>>;
  /** Those that have another name under a head. */
  readonly headModules?: Readonly<
    Partial<Record<HeadName, Readonly<Record<string, string>>>>
  >;
  /**
   * The names of tied tensors, of which a file holds one or several: by the parameter's
   * name, in the order in which Python's transformers takes them.
   */
  readonly tied: Readonly<Record<string, readonly string[]>>;
};

/** What ELECTRA has in common with BERT. */
const BERT_SETTINGS: readonly Setting[] = [
  ["typeVocabSize", "type_vocab_size", 2],
  ["padTokenId", "pad_token_id", 0],
  ["activation", "hidden_act", "gelu"],
  ["hiddenDropout", "hidden_dropout_prob", 0.1],
  ["attentionDropout", "attention_probs_dropout_prob", 0.1],
  ["classifierDropout", "classifier_dropout", null],
  ["layerNormEpsilon", "layer_norm_eps", 1e-12],
  ["initializerRange", "initializer_range", 0.02],
];
const BERT_REQUIRED = {
  "position_embedding_type": "absolute",
  "is_decoder": false,
  "add_cross_attention": false,
};
const BERT_ENCODER = {
  "embeddings.word": "embeddings.word_embeddings",
  "embeddings.position": "embeddings.position_embeddings",
  "embeddings.tokenType": "embeddings.token_type_embeddings",
  "embeddings.norm": "embeddings.LayerNorm",
  "layers.#.attention.query": "encoder.layer.#.attention.self.query",
  "layers.#.attention.key": "encoder.layer.#.attention.self.key",
  "layers.#.attention.value": "encoder.layer.#.attention.self.value",
  "layers.#.attention.output": "encoder.layer.#.attention.output.dense",
  "layers.#.attentionNorm": "encoder.layer.#.attention.output.LayerNorm",
  "layers.#.intermediate": "encoder.layer.#.intermediate.dense",
  "layers.#.output": "encoder.layer.#.output.dense",
  "layers.#.outputNorm": "encoder.layer.#.output.LayerNorm",
};

/** Every architecture, by its `model_type`. */
export const ARCHITECTURES: Readonly<Record<ModelType, Architecture>> = {
  bert: {
    title: "BERT",
    pythonNames: {
      "base": "BertModel",
      "pretraining": "BertForPreTraining",
      "masked-lm": "BertForMaskedLM",
      "next-sentence": "BertForNextSentencePrediction",
      "sequence-classification": "BertForSequenceClassification",
      "token-classification": "BertForTokenClassification",
      "question-answering": "BertForQuestionAnswering",
    },
    tokenizerClass: "BertTokenizer",
    settings: [
      ["vocabSize", "vocab_size"],
      ["numLayers", "num_hidden_layers"],
      ["numHeads", "num_attention_heads"],
      ["hiddenSize", "hidden_size"],
      ["intermediateSize", "intermediate_size"],
      ["maxPositionEmbeddings", "max_position_embeddings"],
      ...BERT_SETTINGS,
      ["tieWordEmbeddings", "tie_word_embeddings", true],
    ],
    required: BERT_REQUIRED,
    fixed: { normOrder: "post", positionOffset: 0, hasPooler: true },
    modules: {
      ...BERT_ENCODER,
      "pooler": "pooler.dense",
      "predictions": "cls.predictions",
      "predictions.transform": "cls.predictions.transform.dense",
      "predictions.norm": "cls.predictions.transform.LayerNorm",
      "predictions.decoder": "cls.predictions.decoder",
      "nextSentence": "cls.seq_relationship",
      "hidden.#": "classifier_hidden.#",
      "classifier": "classifier",
      "answer": "qa_outputs",
    },
    tied: {
      "bert.embeddings.word_embeddings.weight": [
        "bert.embeddings.word_embeddings.weight",
        "cls.predictions.decoder.weight",
      ],
      // The former is the one that Python's decoder adds.
      "cls.predictions.bias": [
        "cls.predictions.decoder.bias",
        "cls.predictions.bias",
      ],
    },
  },
  // Sanh et al. (2019), "DistilBERT, a distilled version of BERT".
  distilbert: {
    title: "DistilBERT",
    pythonNames: {
      "base": "DistilBertModel",
      "masked-lm": "DistilBertForMaskedLM",
      "sequence-classification": "DistilBertForSequenceClassification",
      "token-classification": "DistilBertForTokenClassification",
      "question-answering": "DistilBertForQuestionAnswering",
    },
    tokenizerClass: "DistilBertTokenizer",
    settings: [
      ["vocabSize", "vocab_size", 30_522],
      ["numLayers", "n_layers", 6],
      ["numHeads", "n_heads", 12],
      ["hiddenSize", "dim", 768],
      ["intermediateSize", "hidden_dim", 3072],
      ["maxPositionEmbeddings", "max_position_embeddings", 512],
      ["padTokenId", "pad_token_id", 0],
      ["activation", "activation", "gelu"],
      ["hiddenDropout", "dropout", 0.1],
      ["attentionDropout", "attention_dropout", 0.1],
      ["answerDropout", "qa_dropout", 0.1],
      ["classifierDropout", "seq_classif_dropout", 0.2],
      ["initializerRange", "initializer_range", 0.02],
      ["tieWordEmbeddings", "tie_word_embeddings", true],
    ],
    aliases: {
      "dim": "hidden_size",
      "n_heads": "num_attention_heads",
      "n_layers": "num_hidden_layers",
    },
    // Sinusoidal positions are not trained.
    required: { "sinusoidal_pos_embds": false },
    fixed: {
      typeVocabSize: 0,
      layerNormEpsilon: 1e-12,
      normOrder: "post",
      positionOffset: 0,
      hasPooler: false,
    },
    modules: {
      "embeddings.word": "embeddings.word_embeddings",
      "embeddings.position": "embeddings.position_embeddings",
      "embeddings.norm": "embeddings.LayerNorm",
      "layers.#.attention.query": "transformer.layer.#.attention.q_lin",
      "layers.#.attention.key": "transformer.layer.#.attention.k_lin",
      "layers.#.attention.value": "transformer.layer.#.attention.v_lin",
      "layers.#.attention.output": "transformer.layer.#.attention.out_lin",
      "layers.#.attentionNorm": "transformer.layer.#.sa_layer_norm",
      "layers.#.intermediate": "transformer.layer.#.ffn.lin1",
      "layers.#.output": "transformer.layer.#.ffn.lin2",
      "layers.#.outputNorm": "transformer.layer.#.output_layer_norm",
      "predictions": "vocab_projector",
      "predictions.transform": "vocab_transform",
      "predictions.norm": "vocab_layer_norm",
      "predictions.decoder": "vocab_projector",
      "hidden.0": "pre_classifier",
      "classifier": "classifier",
      "answer": "qa_outputs",
    },
    tied: {
      "distilbert.embeddings.word_embeddings.weight": [
        "distilbert.embeddings.word_embeddings.weight",
        "vocab_projector.weight",
      ],
    },
  },
  // Clark et al. (2020), "ELECTRA: Pre-training Text Encoders as Discriminators Rather
  // Than Generators": the discriminator.
  electra: {
    title: "ELECTRA",
    pythonNames: {
      "base": "ElectraModel",
      "sequence-classification": "ElectraForSequenceClassification",
      "token-classification": "ElectraForTokenClassification",
      "question-answering": "ElectraForQuestionAnswering",
    },
    tokenizerClass: "ElectraTokenizer",
    settings: [
      ["vocabSize", "vocab_size", 30_522],
      ["numLayers", "num_hidden_layers", 12],
      ["numHeads", "num_attention_heads", 4],
      ["hiddenSize", "hidden_size", 256],
      ["embeddingSize", "embedding_size", 128],
      ["intermediateSize", "intermediate_size", 1024],
      ["maxPositionEmbeddings", "max_position_embeddings", 512],
      ...BERT_SETTINGS,
    ],
    required: BERT_REQUIRED,
    fixed: { normOrder: "post", positionOffset: 0, hasPooler: false },
    modules: {
      ...BERT_ENCODER,
      "embeddings.project": "embeddings_project",
      "hidden.0": "classifier.dense",
      "classifier": "classifier.out_proj",
      "answer": "qa_outputs",
    },
    headModules: { "token-classification": { "classifier": "classifier" } },
    tied: {},
  },
};

/** A parameter and its name in Python's model. */
export type NamedParameter = Parameter & {
  /** Such as "bert.encoder.layer.0.attention.self.query.weight". */
  readonly name: string;
};

/**
 * The parameters of a model, with their names in Python's.
 *
 * @example BERT-Tiny's word embeddings, and its classifier's bias
 * ```ts
 * import { BERT_TINY, parametersOf } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const parameters = parametersOf("sequence-classification", BERT_TINY, 3);
 * const { name, shape } = parameters[0]!;
 * assert.equal(name, "bert.embeddings.word_embeddings.weight");
 * assert.deepEqual(shape, [30_522, 128]);
 * assert.equal(parameters.at(-1)!.name, "classifier.bias");
 * ```
 *
 * @param head The head of the model.
 * @param config The sizes and the architecture.
 * @param numLabels C, if the head has classes.
 * @returns One entry for each tensor, in the order of the model.
 * @throws {RangeError} If the architecture has no such head.
 */
export function parametersOf(
  head: HeadName,
  config: BertConfig,
  numLabels = 0,
): NamedParameter[] {
  pythonNameOf(head, config.modelType);
  return HEADS[head].parameters(config, numLabels).map((parameter) => ({
    ...parameter,
    name: nameOf(parameter.path, head, config.modelType),
  }));
}

/**
 * The class of a model in Python's transformers.
 *
 * @param head The head of the model.
 * @param modelType Its architecture.
 * @returns Such as "BertForMaskedLM".
 * @throws {RangeError} If the architecture has no such head.
 */
export function pythonNameOf(head: HeadName, modelType: ModelType): string {
  const { title, pythonNames } = ARCHITECTURES[modelType];
  const pythonName = pythonNames[head];
  if (pythonName !== undefined) return pythonName;
  throw new RangeError(
    `Cannot use ${title} with this head: it must be one of ` +
      `${Object.keys(pythonNames).join(", ")}; found "${head}"`,
  );
}

/** The name in Python's model of the tensor at a path. */
function nameOf(path: string, head: HeadName, modelType: ModelType): string {
  const [, inside, module, leaf] = path
    .match(/^(bert\.)?(.*?)(?:\.(kernel|weight|bias))?$/)!;
  const architecture = ARCHITECTURES[modelType];
  const modules: Readonly<Record<string, string>> = {
    ...architecture.modules,
    ...architecture.headModules?.[head],
  };
  const number = module!.match(/\.(\d+)/)?.[1] ?? "";
  const name = modules[module!] ??
    modules[module!.replace(/\.\d+/, ".#")]!.replace("#", number);
  const prefix = inside === undefined ? "" : `${modelType}.`;
  return `${prefix}${name}.${leaf === "bias" ? "bias" : "weight"}`;
}

/**
 * The head that a `config.json` names.
 *
 * @param settings The parsed file.
 * @param modelType Its architecture.
 * @returns The head; undefined for a bare encoder, or a class that is not known.
 */
export function headFromJson(
  settings: Readonly<Record<string, unknown>>,
  modelType: ModelType,
): HeadName | undefined {
  const classes = [settings["architectures"]].flat();
  const { pythonNames } = ARCHITECTURES[modelType];
  const heads = Object.keys(pythonNames) as HeadName[];
  return heads.find((head) =>
    head !== "base" && classes.includes(pythonNames[head])
  );
}

/**
 * Reads and checks a Hugging Face `config.json`.
 *
 * A setting that would need another architecture is refused, never ignored.
 *
 * @param json The parsed file.
 * @param file Its name, for messages.
 * @returns A configuration that passes `checkConfig`.
 * @throws {TypeError} If the file describes another architecture or lacks a setting.
 * @throws {RangeError} If the sizes do not fit together.
 */
export function configFromJson(json: unknown, file: string): BertConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new TypeError(
      `Cannot read "${file}": a configuration must be a JSON object`,
    );
  }
  const found = new Map<string, unknown>(Object.entries(json));
  const refuse = (name: string, must: string, value: unknown): never => {
    throw new TypeError(
      `Cannot read "${file}": "${name}" must be ${must}; ` +
        `found ${quoted(value)}`,
    );
  };
  const modelType = (found.get("model_type") ?? "bert") as ModelType;
  if (!Object.hasOwn(ARCHITECTURES, modelType)) {
    const known = Object.keys(ARCHITECTURES).map((name) => `"${name}"`);
    refuse("model_type", known.join(" or "), modelType);
  }
  const { settings, aliases = {}, required, fixed } = ARCHITECTURES[modelType];
  for (const [name, value] of Object.entries(required)) {
    const actual = found.get(name) ?? value;
    if (actual !== value) refuse(name, JSON.stringify(value), actual);
  }
  for (const name of MUST_BE_EMPTY) {
    const value = found.get(name) ?? {};
    const isEmpty = typeof value === "object" &&
      Object.keys(value!).length === 0;
    if (!isEmpty) refuse(name, "absent or empty", value);
  }
  const tokenizer = found.get("tokenizer_class") ?? "BertTokenizer";
  if (![...BERT_TOKENIZERS, ...JSON_TOKENIZERS].includes(String(tokenizer))) {
    refuse("tokenizer_class", "BertTokenizer or the like", tokenizer);
  }
  const fields = settings.flatMap(([field, name, byDefault]) => {
    const value = found.get(aliases[name] ?? name) ?? found.get(name) ??
      byDefault;
    if (value === null) return [];
    if (typeof value !== typeof (byDefault ?? 0)) {
      refuse(name, `a ${typeof (byDefault ?? 0)}`, value);
    }
    // The usual case needs no field.
    const isUsual = field === "tieWordEmbeddings" && value === true;
    return isUsual ? [] : [[field, value]];
  });
  const config: BertConfig = {
    modelType,
    ...fixed,
    ...Object.fromEntries(fields),
    ...classifierFromJson(found, modelType),
  };
  checkConfig(config);
  return config;
}

/** Settings behind which are another encoder or weights of another kind. */
const MUST_BE_EMPTY = [
  "pruned_heads",
  "per_layer_config",
  "quantization_config",
];

/** The classes in Python's transformers that tokenize as its `BertTokenizer`. */
export const BERT_TOKENIZERS: readonly string[] = Object.values(ARCHITECTURES)
  .flatMap(({ tokenizerClass }) => [tokenizerClass, `${tokenizerClass}Fast`]);

/** Those that follow `tokenizer.json` in all it says. */
export const JSON_TOKENIZERS: readonly string[] = [
  "PreTrainedTokenizerFast",
  "TokenizersBackend",
];

/**
 * Writes `config` as the settings of a Hugging Face `config.json`.
 *
 * @param config The configuration.
 * @param extra Further settings, such as `architectures` and `id2label`.
 * @returns An object for `JSON.stringify`, its names in alphabetical order.
 */
export function configToJson(
  config: BertConfig,
  extra: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { modelType } = config;
  const { settings, required } = ARCHITECTURES[modelType];
  const fields = { embeddingSize: config.hiddenSize, ...config };
  return Object.fromEntries(
    Object.entries({
      "model_type": modelType,
      ...required,
      ...Object.fromEntries(
        settings.map(([field, name]) => [name, fields[field]]),
      ),
      ...classifierToJson(config),
      ...extra,
    }).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Reads the head of a classifier; nothing for the architecture's default. */
function classifierFromJson(
  settings: ReadonlyMap<string, unknown>,
  modelType: ModelType,
): { classifier?: ClassifierHeadConfig } {
  const classifier = {
    pooling: settings.get("classifier_pooling") ?? "pooler",
    hiddenSizes: settings.get("classifier_hidden_sizes") ?? [],
  } as ClassifierHeadConfig;
  checkClassifierHeadConfig(classifier);
  const isDefault = classifier.pooling === "pooler" &&
    classifier.hiddenSizes.length === 0;
  return isDefault || modelType !== "bert" ? {} : { classifier };
}

/**
 * A model with the default head is saved as Python's transformers saves it. Any other
 * adds two settings and tensors that Python's `BertForSequenceClassification` does not
 * know: it refuses hidden layers of another width than the encoder's, and takes
 * everything else for the default.
 */
function classifierToJson(config: BertConfig): Record<string, unknown> {
  if (config.classifier === undefined) return {};
  const { pooling, hiddenSizes } = classifierHeadOf(config);
  return {
    "classifier_pooling": pooling,
    "classifier_hidden_sizes": hiddenSizes,
  };
}
