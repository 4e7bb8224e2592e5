/** Texts and pairs of texts: checked, encoded, and turned into logits. @module */

import { IGNORE_INDEX } from "../batches/batches.ts";
import { checkInputs } from "../batches/check_examples.ts";
import type { ClassifierModel } from "../checkpoint/pretrained.ts";
import { maxSequenceLength, type ProblemType } from "../model/config.ts";
import { checkKnownOptions } from "../options.ts";
import type { EncodingOptions } from "../tokenizer/encoding.ts";
import {
  checkProblemType,
  logitsOf,
  PREDICT_OPTIONS,
  type PredictOptions,
} from "./predict.ts";
import {
  checkWindows,
  encodeWindows,
  poolWindows,
  type WindowOptions,
} from "./windows.ts";

/** Two texts that a model reads together, such as a premise and a hypothesis. */
export type TextPair = {
  readonly text: string;
  /** The second text. */
  readonly pair: string;
};

/** How texts are read. */
export type TextOptions =
  & PredictOptions
  & Pick<EncodingOptions, "maxLength" | "truncation">
  & {
    /**
     * Reads the whole of a longer text, in windows that overlap; their logits are
     * pooled. Default: the text is truncated.
     */
    readonly windows?: WindowOptions;
  };

/** What a model predicts for a text. */
export type TextLogits = {
  /** [C]. */
  readonly logits: number[];
  /** The tokens at which the model did not look, because the text is too long. */
  readonly numTruncated: number;
};

/** What is done with a model of each problem type, for messages. */
const ACTIONS: Readonly<Record<ProblemType, [action: string, noun: string]>> = {
  "single_label_classification": ["classify", "classification"],
  "multi_label_classification": ["classify", "classification"],
  "regression": ["predict values", "regression"],
};

/**
 * The logits of texts and pairs of texts.
 *
 * @param model The classifier; its parameters do not change.
 * @param texts The texts, at least one.
 * @param options Batch size (default 32), precision (default `"float32"`), longest
 * sequence in tokens (default that of `model.inference`, or else what the model can
 * read), and either how longer texts are truncated (default `"head"`) or the windows in
 * which they are read.
 * @param problemType What the model must predict.
 * @returns Logits and truncated tokens of each text, in the order of the texts.
 * @throws {TypeError} If a text is no string and no pair, an option is unknown, the
 * model is for another problem, or it has been disposed.
 * @throws {RangeError} If there is no text, or an option is out of range.
 */
export async function logitsOfTexts(
  model: ClassifierModel,
  texts: readonly (string | TextPair)[],
  options: TextOptions,
  problemType: ProblemType,
): Promise<TextLogits[]> {
  const [action, noun] = ACTIONS[problemType];
  const known = [...PREDICT_OPTIONS, "maxLength", "truncation", "windows"];
  checkKnownOptions(action, options, known);
  checkProblemType(action, model, problemType);
  checkTexts(action, texts, true);
  const { config, tokenizer, inference } = model;
  const {
    maxLength = inference?.maxLength ?? maxSequenceLength(config),
    truncation = "head",
    windows,
    ...how
  } = options;
  if (windows !== undefined) checkWindows(windows, options.truncation);
  const pairs = texts.map((each) =>
    typeof each === "string" ? { text: each, pair: "" } : each
  );
  const encoded = windows === undefined
    ? pairs.map(({ text, pair }) =>
      tokenizer.encode(text, { pair, maxLength, truncation })
    )
    : encodeWindows(
      tokenizer,
      pairs.map((each) => ({ ...each, label: IGNORE_INDEX })),
      { maxLength, stride: windows.stride },
    );
  checkInputs(encoded, config, noun);
  const each = await logitsOf(model, encoded, how);
  const logits = poolWindows(each, encoded, windows?.pooling);
  return logits.map((logits, i) => ({
    logits,
    numTruncated: windows === undefined ? encoded[i]!.numTruncated : 0,
  }));
}

/**
 * Checks that texts are strings.
 *
 * @param action What cannot be done otherwise, for the message.
 * @param texts The texts.
 * @param mayBePairs Whether a text may be a pair.
 * @throws {TypeError} If they are no array, or one of them is no text.
 * @throws {RangeError} If there is none.
 */
export function checkTexts(
  action: string,
  texts: unknown,
  mayBePairs = false,
): void {
  const found = `Cannot ${action}: texts must be an array of strings; found`;
  if (!Array.isArray(texts)) {
    const wayOut = typeof texts === "string" ? "; write [text]" : "";
    throw new TypeError(`${found} ${kind(texts)}${wayOut}`);
  }
  if (texts.length === 0) {
    throw new RangeError(
      `Cannot ${action}: there must be at least one text; found 0`,
    );
  }
  const isPair = ({ text, pair }: Record<string, unknown>): boolean =>
    typeof text === "string" && typeof pair === "string";
  const odd = texts.findIndex((each) =>
    typeof each !== "string" && !(mayBePairs && isPair(Object(each)))
  );
  if (odd === -1) return;
  if (!mayBePairs) {
    throw new TypeError(`${found} ${kind(texts[odd])} at index ${odd}`);
  }
  throw new TypeError(
    `Cannot ${action}: text ${odd} must be a string or a pair { text, pair }; ` +
      `found ${kind(texts[odd])}` +
      (isEncoded(texts[odd]) && action === "classify"
        ? `; call predict(model, texts) with encoded texts`
        : ""),
  );
}

function isEncoded(value: unknown): boolean {
  return typeof value === "object" && value !== null && "inputIds" in value;
}

/** A value in an error's message. */
function kind(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (typeof value === "object" && value !== null) {
    return isEncoded(value) ? "an encoded text" : "an object";
  }
  return String(value);
}
