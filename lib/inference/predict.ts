/** Predictions: encoded texts → logits, in evaluation mode: no dropout, no gradients. @module */

import * as tf from "@tensorflow/tfjs";
import {
  type Batch,
  batchesOf,
  type EncodedExample,
  IGNORE_INDEX,
  lengthMultiple,
} from "../batches/batches.ts";
import {
  checkAlive,
  checkInputs,
  checkLabel,
} from "../batches/check_examples.ts";
import { splitBatch } from "../batches/batch_tensors.ts";
import type { ClassifierModel, RunModel } from "../checkpoint/pretrained.ts";
import { mapShared } from "../engine/shared_work.ts";
import { yieldToEventLoop } from "../engine/event_loop.ts";
import {
  checkPrecision,
  compileEach,
  MANY_SIGNATURES,
  type Precision,
} from "../engine/precision.ts";
import { numReplicas } from "../engine/compile.ts";
import { ensureEngine } from "../engine/start_engine.ts";
import type { TensorTree } from "../engine/tensor_tree.ts";
import { logLoss, predictedClass } from "../evaluation/probabilities.ts";
import { choosePrecision } from "../model/choose_precision.ts";
import type { BertInput } from "../model/bert.ts";
import {
  type BertConfig,
  PROBLEM_TYPES,
  type ProblemType,
} from "../model/config.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "../model/heads/sequence_classifier.ts";
import { inputFrom } from "../model/input.ts";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "../options.ts";

/** A text as token ids, with its class if that is known. */
export type EncodedText =
  & Pick<EncodedExample, "inputIds" | "tokenTypeIds">
  & { label?: number };

/** The predictions of a classifier, in the order of the texts. */
export type Predictions = {
  /** Unnormalized log-probabilities, [N][C]. */
  logits: number[][];
  /** The likeliest class of each text, [N]. */
  predictions: number[];
  /** Mean cross-entropy against the labels, in nats; undefined without labels. */
  loss?: number;
};

/** How to predict. */
export type PredictOptions = {
  /** Texts per batch; default 32. */
  readonly batchSize?: number;
  /**
   * Precision of matrix products; default `"float32"`; `"auto"`: as `choosePrecision`
   * chooses.
   */
  readonly precision?: Precision | "auto";
};

/** The names of {@linkcode PredictOptions}. */
export const PREDICT_OPTIONS = ["batchSize", "precision"] as const;

/**
 * Predicts the class of every example, and the loss of the predictions.
 *
 * Texts of about equal length share a batch, so little padding is computed; the
 * results are in the order of the texts.
 *
 * @param model The classifier; its parameters do not change.
 * @param examples Token ids, token types and label of each text.
 * @param options Batch size and precision.
 * @returns Logits [N][C], predictions [N] and loss in nats, as plain numbers.
 * @throws {RangeError} If there is no example, one does not fit the model, a logit
 * is not finite, or the processor does not multiply bfloat16.
 * @throws {TypeError} If a text is not encoded, an option is unknown, the model does not
 * predict one class for each text, or it has been disposed.
 */
export function predict(
  model: ClassifierModel,
  examples: readonly EncodedExample[],
  options?: PredictOptions,
): Promise<Predictions & { loss: number }>;
/**
 * Predicts the class of every text; the loss only if every text has a label.
 *
 * @param model The classifier; its parameters do not change.
 * @param texts Token ids and token types of each text.
 * @param options Batch size and precision.
 * @returns Logits [N][C] and predictions [N], as plain numbers.
 */
export function predict(
  model: ClassifierModel,
  texts: readonly EncodedText[],
  options?: PredictOptions,
): Promise<Predictions>;
export async function predict(
  model: ClassifierModel,
  texts: readonly EncodedText[],
  options: PredictOptions = {},
): Promise<Predictions> {
  checkKnownOptions("predict", options, PREDICT_OPTIONS);
  checkProblemType("predict classes", model, "single_label_classification");
  checkEncoded(texts);
  checkInputs(texts, model.config, "prediction");
  const labels = labelsOf(texts, model.labels);
  const logits = await logitsOf(model, texts, options);
  const predictions = logits.map(predictedClass);
  return labels === undefined
    ? { logits, predictions }
    : { logits, predictions, loss: logLoss(logits, labels) };
}

/**
 * The logits of every text, [N][C].
 *
 * @param model The classifier; its parameters do not change.
 * @param texts Token ids and token types, which the model can read.
 * @param options Batch size and precision.
 * @returns Plain numbers, in the order of the texts.
 * @throws As {@linkcode predict} does.
 */
export async function logitsOf(
  model: ClassifierModel,
  texts: readonly EncodedText[],
  options: PredictOptions,
): Promise<number[][]> {
  const take = (logits: unknown): number[] => logits as number[];
  const logits = await outputsOf(compiledLogits, model, texts, options, take);
  checkFinite(logits, "example");
  return logits;
}

/**
 * What a compiled function gives for every text, in batches of texts of about equal
 * length.
 *
 * @param compiled At each precision: a tensor for the micro-batches of a batch, whose
 * first axis is the texts.
 * @param model Its parameters, which do not change, its sizes, and what computes.
 * @param texts Token ids and token types, which the model can read.
 * @param options Batch size and precision.
 * @param take What is kept of a text's output, an array of plain numbers.
 * @returns What was kept of each text, in the order of the texts.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If the model has been disposed.
 */
export async function outputsOf<Params extends TensorTree, Output>(
  compiled: Record<
    Precision,
    (params: Params, inputs: BertInput[], config: BertConfig) => tf.Tensor
  >,
  { params, config, run = (_, compute) => compute() }: {
    readonly params: Params;
    readonly config: BertConfig;
    readonly run?: RunModel;
  },
  texts: readonly EncodedText[],
  options: PredictOptions,
  take: (output: unknown, index: number) => Output,
): Promise<Output[]> {
  const { batchSize = 32, precision: asked = "float32" } = options;
  checkOption("batchSize", batchSize, RULES.count);
  checkChoice("precision", asked, ["float32", "bfloat16", "auto"]);
  if (asked !== "auto") checkPrecision(asked);
  checkAlive(params, "predict");
  await ensureEngine();
  const precision = asked === "auto"
    ? (await choosePrecision()).precision
    : asked;
  const batches = predictionBatches(texts, config, batchSize);
  const taken = await mapShared(batches, async (batch) => {
    const rows = await run(batch, async () => {
      const output = tf.tidy(() => {
        const inputs = splitBatch(batch, numReplicas())
          .map((each) => inputFrom(each, config));
        return compiled[precision](params, inputs, config);
      });
      try {
        return await output.array() as unknown[];
      } finally {
        output.dispose();
      }
    });
    await yieldToEventLoop(); // the engine blocks while it computes
    return batch.indices.map((index, row) =>
      [index, take(rows[row], index)] as const
    );
  });
  const outputs: Output[] = [];
  for (const [index, output] of taken.flat()) outputs[index] = output;
  return outputs;
}

/** What predicts from texts with a model of each problem type. */
const FUNCTIONS: Readonly<Record<ProblemType, string>> = {
  "single_label_classification": "classify(model, texts)",
  "multi_label_classification": "classifyMultiLabel(model, texts)",
  "regression": "regress(model, texts)",
};

/**
 * Checks that a model was made for a problem: the logits of another one have another
 * meaning.
 *
 * @param action What cannot be done with another one, for the message.
 * @param model The classifier.
 * @param expected The problem type that it must have.
 * @throws {TypeError} If it has another one.
 */
export function checkProblemType(
  action: string,
  { config }: Pick<ClassifierModel, "config">,
  expected: ProblemType,
): void {
  const { problemType = PROBLEM_TYPES[0]! } = config;
  if (problemType === expected) return;
  throw new TypeError(
    `Cannot ${action}: the model's problemType must be "${expected}"; found ` +
      `"${problemType}"; call ${FUNCTIONS[problemType]}`,
  );
}

/** Strings where token ids belong are a common mistake with a simple way out. */
function checkEncoded(texts: unknown): void {
  const text = Array.isArray(texts)
    ? texts.find((each) => typeof each === "string")
    : texts;
  if (typeof text !== "string") return;
  throw new TypeError(
    `Cannot predict: texts must be encoded as token ids; found the string ` +
      `${
        JSON.stringify(text)
      }; call classify(model, texts) with strings, or encode ` +
      `them with encode(model.tokenizer, text)`,
  );
}

/** The labels of all texts, or undefined if none has one. */
function labelsOf(
  texts: readonly EncodedText[],
  classes: readonly string[],
): number[] | undefined {
  const labels = texts.flatMap(({ label }) => label ?? []);
  if (labels.length === 0) return undefined;
  if (labels.length < texts.length) {
    throw new RangeError(
      `Cannot predict: either all texts or none must have a label; found ` +
        `${labels.length} labels for ${texts.length} texts`,
    );
  }
  for (const [index, label] of labels.entries()) {
    checkLabel(label, classes, `example ${index} for prediction`);
  }
  return labels;
}

/**
 * Checks that logits are finite: others have no largest value, and no loss.
 *
 * @param logits A row for each example.
 * @param unit What an example is, for the message.
 * @throws {RangeError} If one is not.
 */
export function checkFinite(
  logits: readonly (readonly number[])[],
  unit: string,
): void {
  const odd = logits.findIndex((row) => !row.every(Number.isFinite));
  if (odd === -1) return;
  throw new RangeError(
    `Cannot predict the class of ${unit} ${odd}: its logits must be finite; found ` +
      `${logits[odd]!.join(", ")}; train again with a lower learning rate`,
  );
}

/**
 * Batches of texts of about equal length.
 *
 * @param texts The texts.
 * @param config Supplies `maxPositionEmbeddings`.
 * @param batchSize Texts in a batch.
 * @returns The batches, from the shortest texts to the longest.
 */
export function predictionBatches(
  texts: readonly EncodedText[],
  config: BertConfig,
  batchSize: number,
): Generator<Batch> {
  const examples = texts.map((text) => ({
    ...text,
    label: text.label ?? IGNORE_INDEX,
  }));
  return batchesOf(examples, {
    batchSize,
    order: byLength(examples),
    length: "longest",
    multipleOf: lengthMultiple(config),
    padTokenId: config.padTokenId,
  });
}

/** Positions from the shortest text to the longest. */
function byLength(examples: readonly EncodedText[]): number[] {
  const length = (index: number): number => examples[index]!.inputIds.length;
  return Array.from(examples.keys()).sort((a, b) => length(a) - length(b));
}

/**
 * Compiles what a head gives in evaluation mode; traced once for each shape of a batch.
 *
 * @param outputOf A tensor whose first axis is the sequences of the input.
 * @param name Of the compiled function.
 * @returns For {@linkcode outputsOf}.
 */
export function compileOutputs<
  Params extends TensorTree,
  Out extends tf.Tensor,
>(
  outputOf: (params: Params, input: BertInput, config: BertConfig) => Out,
  name: string,
): Record<
  Precision,
  (params: Params, inputs: BertInput[], config: BertConfig) => Out
> {
  return compileEach(
    (params: Params, microBatches: BertInput[], config: BertConfig) =>
      tf.concat(microBatches.map((each) => outputOf(params, each, config))),
    { name, ...MANY_SIGNATURES },
  );
}

/** Logits in evaluation mode, [B, C]. */
const compiledLogits = compileOutputs(
  (params: ClassifierParams, input, config) =>
    classifySequences(params, input, config, { rowsNeeded: "first" }).logits,
  "prediction",
);
