/**
 * Checks of a model and its examples, made before the first step: found late, an error
 * would cost an epoch.
 *
 * @module
 */

import { namedLeaves, type TensorTree } from "../engine/tensor_tree.ts";
import type { BertConfig } from "../model/config.ts";
import { checkInput } from "../model/input.ts";
import type { EncodedExample } from "./batches.ts";
import type { NumberedExamples } from "./example_source.ts";
import type { EncodedTargets } from "./head_batches.ts";

/** The sizes that examples must fit. */
export type ModelSizes = {
  readonly config: BertConfig;
  readonly labels: readonly string[];
};

/**
 * Checks that no parameter has been disposed.
 *
 * @param params The parameters of a model.
 * @param action What needs them, such as `"fine-tune"`.
 * @throws {TypeError} If one has been disposed.
 */
export function checkAlive(params: TensorTree, action: string): void {
  if (namedLeaves(params).every(([, leaf]) => !leaf.isDisposed)) return;
  throw new TypeError(
    `Cannot ${action}: the model's parameters must be alive; found disposed ` +
      `tensors; load the model again`,
  );
}

/**
 * Checks that a model can read every example, and that each has a class: a GPU reads
 * an id outside its table as junk without an error.
 *
 * @param examples Token ids, token types and class of each sequence.
 * @param model Its config and its class names.
 * @param purpose What the examples are for, such as `"training"`.
 * @throws {RangeError} If there is no example, or one does not fit.
 * @throws {TypeError} If an example is not encoded, or its label is no number.
 */
export function checkExamples(
  examples: NumberedExamples<EncodedExample>,
  model: ModelSizes,
  purpose: string,
): void {
  checkInputs(examples, model.config, purpose);
  for (const [index, example] of examples.entries()) {
    if (example.label === undefined && "targets" in example) {
      throw new TypeError(
        `Cannot use example ${index} for ${purpose}: it must have a label, as the ` +
          `model predicts one class; found targets; load the model with the option ` +
          `problemType`,
      );
    }
    checkLabel(example.label, model.labels, `example ${index} for ${purpose}`);
  }
}

/**
 * Checks that a model can read every example, and that each has a number for each of the
 * model's labels: of multi-label classification 0 or 1, of regression any.
 *
 * @param examples Token ids, token types and targets of each sequence.
 * @param model Its config and the names of its labels.
 * @param purpose What the examples are for, such as `"training"`.
 * @throws {RangeError} If there is no example, or one does not fit.
 * @throws {TypeError} If an example is not encoded, or has no targets.
 */
export function checkTargets(
  examples: NumberedExamples<EncodedTargets>,
  { config, labels }: ModelSizes,
  purpose: string,
): void {
  checkInputs(examples, config, purpose);
  const [must, holds] = config.problemType === "regression"
    ? ["finite", Number.isFinite] as const
    : ["0 or 1", (value: number) => value === 0 || value === 1] as const;
  for (const [index, { targets }] of examples.entries()) {
    if (!Array.isArray(targets)) {
      throw new TypeError(
        `Cannot use example ${index} for ${purpose}: it must have targets, as the ` +
          `model's problemType is "${config.problemType}"; found ` +
          `${describe(targets)}; encode with encodeTargets`,
      );
    }
    if (targets.length === labels.length && targets.every(holds)) continue;
    const names = labels.map((name) => `"${name}"`).join(", ");
    throw new RangeError(
      `Cannot use example ${index} for ${purpose}: its targets must be ` +
        `${labels.length}, each ${must}; found ${
          describe(targets)
        }; the labels ` +
        `are ${names}`,
    );
  }
}

/**
 * Checks that a model can read every example, whatever its labels are.
 *
 * @param examples Token ids and token types of each sequence.
 * @param config The sizes of the model.
 * @param purpose What the examples are for, such as `"training"`.
 * @throws {RangeError} If there is no example, or one does not fit.
 * @throws {TypeError} If an example is not encoded.
 */
export function checkInputs(
  examples: NumberedExamples<
    Pick<EncodedExample, "inputIds" | "tokenTypeIds">
  >,
  config: BertConfig,
  purpose: string,
): void {
  const isThere = Number.isInteger(examples?.length) &&
    typeof examples.entries === "function";
  if (!isThere) {
    throw new TypeError(
      `Cannot use the examples for ${purpose}: they must be an array; found ` +
        describe(examples),
    );
  }
  if (examples.length === 0) {
    throw new RangeError(
      `Cannot use the examples for ${purpose}: there must be at least one; found 0`,
    );
  }
  for (const [index, example] of examples.entries()) {
    const { inputIds, tokenTypeIds } = example ?? {};
    if (!Array.isArray(inputIds) || !Array.isArray(tokenTypeIds)) {
      throw new TypeError(
        `Cannot use example ${index} for ${purpose}: it must have inputIds and ` +
          `tokenTypeIds; found ${describe(example)}; encode texts with the ` +
          `model's tokenizer first`,
      );
    }
    const attentionMask = inputIds.map(() => 1);
    try {
      checkInput(
        { inputIds, tokenTypeIds, attentionMask, length: inputIds.length },
        config,
      );
    } catch (error) {
      throw new RangeError(
        `Cannot use example ${index} for ${purpose}: the model must be able to ` +
          `read it; found: ${error instanceof Error ? error.message : error}`,
        { cause: error },
      );
    }
  }
}

/**
 * Checks that a label is the number of a class.
 *
 * @param label The label.
 * @param labels The names of the classes.
 * @param subject What has the label, such as `"example 3 for training"`.
 * @throws {RangeError} If there is no such class.
 * @throws {TypeError} If the label is no number.
 */
export function checkLabel(
  label: unknown,
  labels: readonly string[],
  subject: string,
): void {
  if (Number.isInteger(label)) {
    if ((label as number) >= 0 && (label as number) < labels.length) return;
  }
  const classes = labels.map((name) => `"${name}"`).join(", ");
  const message = `Cannot use ${subject}: its label must be in ` +
    `[0, ${labels.length}); found ${
      describe(label)
    }; the classes are ${classes}`;
  if (typeof label === "number") throw new RangeError(message);
  throw new TypeError(
    typeof label === "string"
      ? `${message}; give the class's number, labels.indexOf(name)`
      : message,
  );
}

/** A value in an error's message, shortened. */
function describe(value: unknown): string {
  const text = typeof value === "object" || typeof value === "string"
    ? JSON.stringify(value)
    : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
