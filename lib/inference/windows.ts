/**
 * Windows: a text that is too long for the model as several overlapping sequences, whose
 * logits are pooled.
 *
 * @module
 */

import type { EncodedExample } from "../batches/batches.ts";
import type { TextExample } from "../batches/encode_examples.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import { logLoss, predictedClass } from "../evaluation/probabilities.ts";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "../options.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import {
  type EncodedText,
  predict,
  PREDICT_OPTIONS,
  type Predictions,
  type PredictOptions,
} from "./predict.ts";

/** How the logits of a text's windows become those of the text. */
export type WindowPooling = "mean" | "max";

/** How to classify texts that are too long for the model. */
export type WindowOptions = {
  /** Tokens that neighbouring windows share, as in Python's tokenizers. */
  readonly stride: number;
  /** The mean of the windows' logits, or the largest of each class; default `"mean"`. */
  readonly pooling?: WindowPooling;
};

/** An encoded text, or a window of the text with this index. */
type Window = EncodedText & { readonly textIndex?: number };

/** A window of a text. */
export type WindowExample = EncodedExample & {
  /** Which of the texts it is of. */
  textIndex: number;
  /** Nothing is cut off. */
  numTruncated: 0;
};

/**
 * Checks how texts are to be classified in windows.
 *
 * @param windows The options of the windows; `stride` is checked when texts are encoded.
 * @param truncation The option of that name, which must not be given as well.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If texts are to be truncated, too, or `pooling` is another word.
 */
export function checkWindows(
  windows: WindowOptions,
  truncation: string | undefined,
): void {
  checkKnownOptions("classify in windows", windows, ["stride", "pooling"]);
  checkChoice("pooling", windows.pooling ?? "mean", ["mean", "max"]);
  if (truncation === undefined) return;
  throw new RangeError(
    `Cannot classify in windows: truncation must not be given; found ` +
      `"${truncation}"; leave out truncation or windows`,
  );
}

/**
 * Encodes each text as one sequence or, if it is too long, as several that overlap. Of a
 * pair the second text is divided; the first is whole in each window.
 *
 * The examples are for `fineTune`, too: each window is then trained on with the label of
 * its text, and the metrics of validation are those of texts, by the mean of the logits.
 *
 * @example Windows of three words that share one
 * ```ts
 * import { BertTokenizer, encodeWindows, parseVocabulary } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const pieces = "[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e".split(" ");
 * const vocabulary = parseVocabulary(pieces.join("\n"), "vocab.txt");
 * const windows = encodeWindows(
 *   new BertTokenizer(vocabulary),
 *   [{ text: "a b c d e", label: 1 }],
 *   { maxLength: 5, stride: 1 },
 * );
 * assert.deepEqual(windows.map(({ inputIds }) => inputIds), [
 *   [2, 5, 6, 7, 3],
 *   [2, 7, 8, 9, 3],
 * ]);
 * ```
 *
 * @param tokenizer The tokenizer of the model that will read them.
 * @param examples Texts or pairs with their labels.
 * @param options `maxLength`: the longest window in tokens, special tokens included;
 * `stride`: the tokens that neighbouring windows share.
 * @returns The windows of each text, in the order of the texts.
 * @throws {RangeError} If an option is out of range, or `maxLength` leaves no room for
 * more than `stride` tokens.
 */
export function encodeWindows(
  tokenizer: Tokenizer,
  examples: readonly TextExample[],
  options: { readonly maxLength: number; readonly stride: number },
): WindowExample[] {
  const { maxLength, stride } = options;
  checkOption("maxLength", maxLength, RULES.count);
  checkOption("stride", stride, RULES.countOrNone);
  return examples.flatMap(({ text, pair = "", label }, textIndex) => {
    const { inputIds, tokenTypeIds } = tokenizer.encode(text, { pair });
    const T = inputIds.length;
    const facts = { label, textIndex, numTruncated: 0 } as const;
    if (T <= maxLength) return { inputIds, tokenTypeIds, ...facts };
    // What slides is all but special tokens, of which an encoded text alone has two.
    const numSliding =
      (pair === "" ? T : tokenizer.encode(pair).inputIds.length) - 2;
    const start = T - 1 - numSliding;
    const room = maxLength - start - 1;
    if (room <= stride) {
      throw new RangeError(
        `Cannot divide text ${textIndex} into windows: maxLength must leave room for ` +
          `more tokens than stride; found maxLength=${maxLength}, of which ` +
          `${
            start + 1
          } are in each window, stride=${stride}; raise maxLength or ` +
          `lower stride`,
      );
    }
    const numWindows = Math.ceil((numSliding - room) / (room - stride)) + 1;
    return Array.from({ length: numWindows }, (_, window): WindowExample => {
      const from = start + window * (room - stride);
      const windowOf = (values: number[]): number[] => [
        ...values.slice(0, start),
        ...values.slice(from, Math.min(from + room, T - 1)),
        values[T - 1]!,
      ];
      return {
        inputIds: windowOf(inputIds),
        tokenTypeIds: windowOf(tokenTypeIds),
        ...facts,
      };
    });
  });
}

/**
 * Pools the logits of windows.
 *
 * @param logits Those of each window, [M][C].
 * @param windows Which text each is of; one without `textIndex` is a text of its own.
 * @param pooling How; default `"mean"`.
 * @returns The logits of each text, [N][C], in the order in which they first occur.
 * @throws {RangeError} If `pooling` is another word.
 */
export function poolWindows(
  logits: readonly (readonly number[])[],
  windows: readonly Window[],
  pooling: WindowPooling = "mean",
): number[][] {
  checkChoice("pooling", pooling, ["mean", "max"]);
  return textsOf(windows).map((members) => {
    const rows = members.map((i) => logits[i]!);
    return rows[0]!.map((_, c) => {
      const values = rows.map((row) => row[c]!);
      return pooling === "max"
        ? values.reduce((a, b) => Math.max(a, b))
        : values.reduce((a, b) => a + b) / values.length;
    });
  });
}

/** The positions of the windows of each text. */
function textsOf(windows: readonly Window[]): number[][] {
  const keys = windows.map(({ textIndex }, i) => textIndex ?? `window ${i}`);
  const byText = Map.groupBy(keys.keys(), (i) => keys[i]!);
  return [...byText.values()];
}

/**
 * Predicts the class of every text from its windows, and the loss of the predictions.
 *
 * @param model The classifier; its parameters do not change.
 * @param windows From {@linkcode encodeWindows}. An example without `textIndex` is a
 * text of its own.
 * @param options Batch size, precision and pooling.
 * @returns Logits [N][C], predictions [N], labels [N] and loss in nats of the texts.
 * @throws As `predict` does.
 */
export async function predictWindows(
  model: ClassifierModel,
  windows: readonly (EncodedExample & { readonly textIndex?: number })[],
  options: PredictOptions & { readonly pooling?: WindowPooling } = {},
): Promise<Predictions & { labels: number[]; loss: number }> {
  const known = [...PREDICT_OPTIONS, "pooling"];
  checkKnownOptions("predict windows", options, known);
  const { pooling, ...how } = options;
  const each = await predict(model, windows, how);
  const logits = poolWindows(each.logits, windows, pooling);
  const labels = textsOf(windows).map(([first]) => windows[first!]!.label);
  return {
    logits,
    predictions: logits.map(predictedClass),
    labels,
    loss: logLoss(logits, labels),
  };
}
