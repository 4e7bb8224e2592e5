/** A pretrained model from its files, under one of seven heads. @module */

import * as tf from "@tensorflow/tfjs";
import {
  type BertConfig,
  checkClassifierHeadConfig,
  type ClassifierHeadConfig,
  classifierHeadOf,
  PROBLEM_TYPES,
  type ProblemType,
} from "../model/config.ts";
import { type HeadName, type HeadParams, HEADS } from "../model/heads/heads.ts";
import type { InputArrays } from "../model/input.ts";
import {
  initParameter,
  normalRandom,
  sizeOf,
  unflatten,
} from "../model/parameters.ts";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "../options.ts";
import { quoted, visibleControls } from "../printable.ts";
import type { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import { checkVocabularySize } from "../tokenizer/vocabulary.ts";
import {
  ARCHITECTURES,
  configFromJson,
  headFromJson,
  type NamedParameter,
  parametersOf,
} from "./architectures.ts";
import {
  inferenceFromJson,
  type InferenceSettings,
} from "./inference_settings.ts";
import type { TrainingRecord } from "./receipt.ts";
import {
  checkShapes,
  matchNames,
  type NameMatch,
  namesInFiles,
  presentName,
} from "./match_tensors.ts";
import { type ModelFiles, openShards, requireObject } from "./model_files.ts";
import {
  INDEX_FILE,
  type SafetensorsFile,
  WEIGHTS_FILE,
} from "./safetensors_format.ts";
import { isObject } from "./strict_json.ts";
import { tokenizerFrom } from "./read_tokenizer.ts";

/** A model with all that is needed to use it. */
export type HeadModel<H extends HeadName> = {
  head: H;
  config: BertConfig;
  /** The parameters; the owner of the model disposes them with `disposeTree`. */
  params: HeadParams[H];
  tokenizer: Tokenizer;
  /** The classes in the order of their ids; empty if the head has no classes. */
  labels: string[];
  /** The pretrained model that it began as. */
  name: string;
  /** How it was loaded, if it was. */
  origin?: ModelOrigin;
  /** What is known of its training, if it was trained since it was loaded. */
  training?: TrainingRecord;
  /** How its predictions are made, as chosen on the validation set. */
  inference?: InferenceSettings;
  /**
   * What computes the logits of `classify`, `predict`, `findEntities` and
   * `answerQuestions` in place of the engine; embeddings and training always use the
   * engine.
   */
  run?: RunModel;
};

/**
 * Computes the outputs of a model in place of the engine, such as from an exported file,
 * or watches the engine. Predictions, entities and answers are then made of these.
 *
 * @param input Sequences of equal length.
 * @param compute What the engine computes of them.
 * @returns The logits of each sequence: [C], [T][C] of a token classifier, or [2][T] of
 * question answering, where T may be less than the input's by its padding.
 */
export type RunModel = (
  input: InputArrays,
  compute: () => Promise<unknown[]>,
) => Promise<unknown[]>;

/** The arguments of {@linkcode loadModel}. */
export type ModelOrigin = {
  readonly folderOrName: string;
  readonly options: LoadOptions<HeadName>;
};

/** A sequence classifier with all that is needed to use it. */
export type ClassifierModel = HeadModel<"sequence-classification">;

/** A model of masked language modelling, with or without the head for pairs. */
export type PretrainableModel =
  | HeadModel<"masked-lm">
  | HeadModel<"pretraining">;

/** Which tensors of a file were used, and which parameters are new. */
export type LoadReport = {
  /** Parameters that were read, as tensors. */
  loaded: number;
  /** Parameters that the file lacks, by Python's names. */
  missing: string[];
  /** Tensors in the file that the model does not have. */
  unexpected: string[];
  /** Parameters that are new and random, or 0 for a bias: they need training. */
  initialized: string[];
  /** Values in all parameters of the model. */
  parameters: number;
  /** What to know before trusting a result. */
  warnings: string[];
};

/** A model, and the report of its loading. */
export type LoadedModel<H extends HeadName> = HeadModel<H> & {
  tokenizer: BertTokenizer;
  report: LoadReport;
};

/** How to load a checkpoint. */
export type LoadOptions<H extends HeadName = "sequence-classification"> = {
  /** The head; default the one that `config.json` names. */
  head?: H;
  /**
   * The classes of a new classifier, at least two different names (of multi-label
   * classification and regression: at least one). A trained classifier keeps its own,
   * which are the default.
   */
  labels?: readonly string[];
  /**
   * What a new classifier of sequences predicts; a trained one keeps its own, which is
   * the default, or else one class for each sequence.
   */
  problemType?: ProblemType;
  /**
   * What a new classifier of sequences has between the encoder and the classes; a
   * trained one keeps its own, which is the default.
   */
  classifier?: Partial<ClassifierHeadConfig>;
  /** Decides the values of new parameters; default 42. */
  seed?: number;
};

/**
 * Makes a model of its files, as `loadModel` does.
 *
 * @param open Opens the files; called once the options are checked.
 * @param options The head, and the classes and the seed of a new one.
 * @returns The model and the report; the caller disposes `params`.
 * @throws As `loadModel` does.
 */
export async function modelFrom<
  H extends HeadName = "sequence-classification",
>(
  open: () => Promise<OpenedModel>,
  options: LoadOptions<H> = {},
): Promise<LoadedModel<H>> {
  const known = ["head", "labels", "problemType", "classifier", "seed"];
  checkKnownOptions("load a model", options, known);
  const { labels: asked, seed = 42 } = options;
  if (options.problemType !== undefined) {
    checkChoice("problemType", options.problemType, PROBLEM_TYPES);
  }
  // One alone may be that of a trained regression.
  const isOne = Array.isArray(asked) && asked.length === 1 &&
    options.problemType === undefined;
  if (asked !== undefined && !isOne) checkLabels(asked, options.problemType);
  const heads = Object.keys(HEADS) as HeadName[];
  if (options.head !== undefined) checkChoice("head", options.head, heads);
  checkOption("seed", seed, RULES.seed);
  const { folder, settings, stored, weights, ...opened } = await open();
  using file = weights;
  const name = visibleControls(
    String(settings["base_model"] ?? folder),
  );
  const { modelType } = stored;
  const head = options.head ?? headFromJson(settings, modelType) as H;
  if (head === undefined) throw withoutHead(name, settings);

  const numTrained = file ? trainedClasses(file, head, stored) : 0;
  const problemType = head === "sequence-classification"
    ? chooseProblemType(options.problemType, settings, numTrained)
    : undefined;
  if (isOne) checkLabels(asked, problemType);
  const labels = HEADS[head].hasLabels
    ? chooseLabels(asked, settings, numTrained)
    : [];
  const encoder = head === "sequence-classification"
    ? withClassifierHead(stored, options.classifier, numTrained > 0)
    : stored;
  const decoder = file && differentDecoder(file, head, stored);
  const config: BertConfig = {
    ...encoder,
    ...problemType && { problemType },
    ...decoder !== undefined && { tieWordEmbeddings: false },
  };
  const parameters = parametersOf(head, config, labels.length);
  const match = file
    ? matchNames(parameters, file.tensors.keys(), {
      file: file.file,
      modelType,
    })
    : { found: new Map<string, string>(), missing: parameters, unexpected: [] };
  if (file) checkShapes(parameters, match, file.tensors);
  if (HEADS[head].hasLabels && labels.length === 0) throw withoutLabels();
  checkNumNew(match.missing);

  await ensureEngine();
  const random = normalRandom(seed);
  const params = tf.tidy(() =>
    unflatten(parameters, (parameter) => {
      const stored = match.found.get(parameter.name);
      return file && stored !== undefined
        ? asTensor(parameter, file.read(stored))
        : initParameter(parameter, config, random);
    }) as HeadParams[H]
  );
  const warnings = [
    file === undefined
      ? `"${name}" is untrained: all its weights are random`
      : undefined,
    match.wrapper &&
    `The names in "${
        file!.file
      }" have "${match.wrapper}" in them, which a wrapper ` +
      `added; they were read without it`,
    decoder &&
    `"${decoder}" differs from the word embeddings, though config.json ties the two; ` +
      `they are kept apart, as in Python's transformers`,
    HEADS[head].hasLabels && numTrained > 0 && asked === undefined &&
      labelsFromJson(settings, numTrained) === undefined
      ? `config.json names no classes; they are called ${
        labels.join(", ")
      } until ` +
        `the option labels names them`
      : undefined,
    ...opened.warnings,
  ].filter((warning) => warning !== undefined);
  const report = { ...reportOf(parameters, match), warnings };
  const inference = numTrained > 0 || !HEADS[head].hasLabels
    ? inferenceFromJson(settings["inference"], labels.length)
    : undefined;
  return {
    head,
    config,
    params,
    tokenizer: opened.tokenizer,
    labels,
    name,
    report,
    ...inference && { inference },
  };
}

/** The content of a model's files; the weights are open, and disposed by the caller. */
export type OpenedModel = {
  readonly folder: string;
  settings: Record<string, unknown>;
  stored: BertConfig;
  tokenizer: BertTokenizer;
  warnings: readonly string[];
  weights: SafetensorsFile | undefined;
};

/**
 * Reads the small files of a model, and opens the weights.
 *
 * @param files The files.
 * @throws As `loadModel` does.
 */
export async function openModel(files: ModelFiles): Promise<OpenedModel> {
  const settings = await requireObject(files, "config.json");
  const stored = configFromJson(settings, "config.json");
  const { tokenizer, warnings } = await tokenizerFrom(files);
  // Rows that no piece has are padding, which makes a table's size a round number.
  if (tokenizer.vocabulary.pieces.length > stored.vocabSize) {
    checkVocabularySize(tokenizer.vocabulary, stored.vocabSize);
  }
  const weights = await openWeights(files, settings["untrained"] === true);
  const { folder } = files;
  return { folder, settings, stored, tokenizer, warnings, weights };
}

function withoutHead(
  name: string,
  { architectures }: Record<string, unknown>,
): RangeError {
  const found = [architectures].flat()[0] ?? "Model";
  return new RangeError(
    `Cannot load "${name}" without a head: its config.json must name one; found ` +
      (/Model$/.test(String(found)) ? "a bare encoder" : quoted(found)) +
      `; pass the option head, one of ` +
      Object.keys(HEADS).map((head) => `"${head}"`).join(", "),
  );
}

/** Files of weights, in whatever format. */
const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt|pkl|h5|msgpack|onnx)\b/;

/**
 * Opens the weights, or says why there are none that may be opened. An untrained model
 * has none; if there are some, its configuration is wrong.
 */
async function openWeights(
  files: ModelFiles,
  isUntrained: boolean,
): Promise<SafetensorsFile | undefined> {
  const weights = await files.open(WEIGHTS_FILE);
  if (weights !== undefined) return weights;
  const names = [...await files.names()];
  if (names.includes(INDEX_FILE)) return await openShards(files);
  if (isUntrained && !names.some((name) => WEIGHTS.test(name))) return;
  const pickle = names.find((name) => /\.(bin|pt|pth|ckpt|pkl)$/.test(name));
  throw new TypeError(
    `Cannot load "${files.folder}": its weights must be in ` +
      `${WEIGHTS_FILE}; found ` +
      (pickle === undefined
        ? visibleControls(names.toSorted().join(", "))
        : `${quoted(pickle)}, a pickle, which may run any code when read`) +
      `; save the model again with Python's save_pretrained`,
  );
}

/** 4 GiB of float32: more than any model that is trained from nothing here. */
const MAX_NEW_VALUES = 2 ** 30;

/** Refuses new parameters that no memory holds; those of the file are as large as it. */
function checkNumNew(missing: readonly NamedParameter[]): void {
  const numNew = missing.reduce((sum, parameter) => sum + sizeOf(parameter), 0);
  if (numNew <= MAX_NEW_VALUES) return;
  const largest = missing.reduce((a, b) => sizeOf(a) < sizeOf(b) ? b : a);
  const { name, shape } = largest;
  throw new RangeError(
    `Cannot make new parameters: they must have at most ${MAX_NEW_VALUES} values; ` +
      `found ${numNew}, most of them in "${name}" of shape [${
        shape.join(", ")
      }]; lower the sizes in config.json`,
  );
}

/** How many classes the classifier in the file has, whatever it classifies; or 0. */
function trainedClasses(
  file: SafetensorsFile,
  head: HeadName,
  config: BertConfig,
): number {
  const classifier = parametersOf(head, config, 1)
    .find(({ path }) => path === "classifier.kernel");
  const [, fact] =
    [...file.tensors].find(([name]) =>
      presentName(name, config.modelType) === classifier?.name
    ) ?? [];
  return fact?.shape[0] ?? 0;
}

/**
 * The decoder in a file that holds the word embeddings, too, with other values, although
 * its configuration ties the two.
 *
 * @returns The tensor's name; undefined if there is none.
 */
function differentDecoder(
  file: SafetensorsFile,
  head: HeadName,
  config: BertConfig,
): string | undefined {
  const parameters = parametersOf(head, config, 1);
  const hasDecoder = parameters.some(({ path }) => path === "predictions.bias");
  if (!hasDecoder || config.tieWordEmbeddings === false) return undefined;
  const [word, decoder] = namesInFiles(parameters, config.modelType)
    .get(parameters[0]!.name)!
    .map((name) =>
      [...file.tensors.keys()]
        .find((stored) => presentName(stored, config.modelType) === name)
    );
  if (word === undefined || decoder === undefined) return undefined;
  const [words, others] = [file.read(word), file.read(decoder)];
  return words.length === others.length &&
      words.every((value, i) => value === others[i])
    ? undefined
    : decoder;
}

/** A kernel is stored as [Out, In] and used as [In, Out]; the engine transposes it. */
function asTensor(
  { role, shape }: NamedParameter,
  values: Float32Array,
): tf.Tensor {
  if (role !== "kernel") return tf.tensor(values, [...shape]);
  return tf.tidy(() => tf.tensor(values, [...shape]).transpose());
}

function reportOf(
  parameters: readonly NamedParameter[],
  { found, missing, unexpected }: NameMatch,
): Omit<LoadReport, "warnings"> {
  const names = missing.map(({ name }) => name);
  return {
    loaded: found.size,
    missing: names,
    unexpected: [...unexpected],
    initialized: [...names],
    parameters: parameters.reduce((sum, entry) => sum + sizeOf(entry), 0),
  };
}

/** Refuses classes that are no list of different strings, or too few. */
function checkLabels(
  labels: readonly string[],
  problemType = PROBLEM_TYPES[0],
): void {
  const least = problemType === PROBLEM_TYPES[0] ? 2 : 1;
  const must =
    `Cannot load a classifier: the option labels must be a list of at ` +
    `least ${
      least === 2 ? "two different strings" : "one string, all different"
    }; ` +
    `found ${quoted(labels)}`;
  if (
    !Array.isArray(labels) ||
    !labels.every((label) => typeof label === "string" && label !== "")
  ) {
    throw new TypeError(must);
  }
  if (labels.length < least || new Set(labels).size !== labels.length) {
    throw new RangeError(must);
  }
}

/**
 * The class names in a `config.json`, in the order of their ids; undefined if there
 * are none but Python's placeholders LABEL_0, LABEL_1 …
 *
 * A hole, a name twice or an id with two names would give predictions another word.
 */
function labelsFromJson(
  { id2label, label2id }: Record<string, unknown>,
  numTrained: number,
): string[] | undefined {
  if (id2label === undefined || id2label === null) return undefined;
  const byId = isObject(id2label) ? id2label : {};
  const labels = Object.keys(byId).map((_, id) => byId[id]);
  if (
    !isObject(id2label) || new Set(labels).size < labels.length ||
    !labels.every((label) => typeof label === "string" && label !== "")
  ) {
    throw new TypeError(
      `Cannot read "config.json": "id2label" must give each id from 0 to ` +
        `${numTrained - 1} another name; found ${quoted(id2label)}`,
    );
  }
  // Python writes placeholders into one of the two if only the other was set.
  const wrong = Object.entries(label2id ?? {}).find(([label, id]) =>
    labels[id] !== label && label !== `LABEL_${id}`
  );
  if (wrong !== undefined) {
    const [label, id] = wrong;
    throw new TypeError(
      `Cannot read "config.json": "label2id" must agree with "id2label"; found ` +
        `${quoted(label)} for ${quoted(id)}, which is ${quoted(byId[id])}`,
    );
  }
  return labels.every((label, id) => label === `LABEL_${id}`)
    ? undefined
    : labels as string[];
}

function withoutLabels(): RangeError {
  return new RangeError(
    `Cannot load a classifier: it must have at least two different labels; ` +
      `found none in config.json; pass the option labels`,
  );
}

/** Python's names of classes that nobody has named. */
function placeholders(numLabels: number): string[] {
  return Array.from({ length: numLabels }, (_, id) => `LABEL_${id}`);
}

/**
 * Decides the classes of a model. A trained classifier keeps its classes: other names
 * over the same weights would turn every prediction into another word.
 *
 * @param asked The option, if given.
 * @param settings The checkpoint's `config.json`.
 * @param numTrained Classes of the trained classifier in the checkpoint; 0 if none.
 */
function chooseLabels(
  asked: readonly string[] | undefined,
  settings: Record<string, unknown>,
  numTrained: number,
): string[] {
  const isTrained = numTrained > 0;
  const stored = isTrained ? labelsFromJson(settings, numTrained) : undefined;
  const numLabels = settings["num_labels"] ?? numTrained;
  if (isTrained && numLabels !== numTrained && stored?.length === numTrained) {
    throw new RangeError(
      `Cannot load a trained classifier: "num_labels" in config.json must be the ` +
        `number of its classes, ${numTrained}; found ${quoted(numLabels)}`,
    );
  }
  if (stored !== undefined && stored.length !== numTrained) {
    throw new RangeError(
      `Cannot load a trained classifier: config.json must name each of its classes; ` +
        `found ${stored.length} names in "id2label" and ${numTrained} rows in ` +
        `the weights of the classifier`,
    );
  }
  const labels = [...asked ?? stored ?? placeholders(numTrained)];
  const quote = (labels: readonly string[]): string =>
    `[${labels.map(quoted).join(", ")}]`;
  const differs = stored !== undefined &&
    stored.join("\n") !== labels.join("\n");
  if (isTrained && (numTrained !== labels.length || differs)) {
    throw new RangeError(
      `Cannot load a trained classifier: its labels must be those of the ` +
        `checkpoint, ` +
        (stored === undefined ? `${numTrained} without names` : quote(stored)) +
        `; found ${
          quote(labels)
        }; leave out the option labels, or start from a ` +
        `model without a classifier`,
    );
  }
  return labels;
}

/**
 * Decides what a classifier predicts. The weights of a trained one were learned for one
 * problem: under another, every prediction would be wrong.
 *
 * @returns The problem type; undefined for the default.
 */
function chooseProblemType(
  asked: ProblemType | undefined,
  settings: Record<string, unknown>,
  numTrained: number,
): ProblemType | undefined {
  const value = settings["problem_type"] ?? undefined;
  const stored = PROBLEM_TYPES.find((each) => each === value);
  if (value !== undefined && stored === undefined) {
    throw new TypeError(
      `Cannot read "config.json": "problem_type" must be ` +
        `${PROBLEM_TYPES.map(quoted).join(" or ")}; found ${quoted(value)}`,
    );
  }
  if (numTrained === 1 && stored === PROBLEM_TYPES[0]) {
    throw new RangeError(
      `Cannot load a trained classifier: of the problem type ${
        quoted(stored)
      } it must ` +
        `have at least two classes; found one row in its weights`,
    );
  }
  // As Python's transformers does: one number and no word of what it is.
  const byDefault = stored ??
    (numTrained === 1 ? "regression" : PROBLEM_TYPES[0]!);
  if (numTrained > 0 && asked !== undefined && asked !== byDefault) {
    throw new RangeError(
      `Cannot load a trained classifier: its problemType must be that of the ` +
        `checkpoint, ${quoted(byDefault)}; found ${
          quoted(asked)
        }; leave out the ` +
        `option problemType, or start from a model without a classifier`,
    );
  }
  const chosen = numTrained > 0 ? byDefault : asked ?? PROBLEM_TYPES[0];
  return chosen === PROBLEM_TYPES[0] ? undefined : chosen;
}

/**
 * Decides the head of a classifier. A trained one keeps its head: its weights fit no
 * other.
 */
function withClassifierHead(
  config: BertConfig,
  asked: Partial<ClassifierHeadConfig> = {},
  isTrained: boolean,
): BertConfig {
  const { classifier: _, ...encoder } = config;
  const [stored, usual] = [classifierHeadOf(config), classifierHeadOf(encoder)];
  const classifier = { ...stored, ...asked };
  checkClassifierHeadConfig(classifier);
  const describe = ({ pooling, hiddenSizes }: ClassifierHeadConfig): string =>
    `pooling "${pooling}", hidden sizes [${hiddenSizes.join(", ")}]`;
  const isFixed = isTrained || config.modelType !== "bert";
  if (isFixed && describe(stored) !== describe(classifier)) {
    throw new RangeError(
      `Cannot load a ${isTrained ? "trained " : ""}classifier of ` +
        `${ARCHITECTURES[config.modelType].title}: its head must have ` +
        `${describe(stored)}; found ${
          describe(classifier)
        }; leave out the option ` +
        `classifier, or start from a BERT without a classifier`,
    );
  }
  return describe(classifier) === describe(usual)
    ? encoder
    : { ...encoder, classifier };
}
