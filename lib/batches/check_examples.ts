/** What must hold before the first step; found late, it would cost an epoch. @module */

import type { EncodedExample } from "./batches.ts";
import type { BertConfig } from "../model/config.ts";
import { checkInput } from "../model/input.ts";

/** The sizes that examples must fit. */
export type ModelSizes = {
  readonly config: BertConfig;
  readonly labels: readonly string[];
};

/**
 * Checks that a model can read every example: an id outside its table is read
 * as junk by a GPU, without a word.
 *
 * @param examples Ids, segments and class of each sequence.
 * @param model Its config and its class names.
 * @param purpose What they are for, e.g. `"training"`.
 * @throws {RangeError} If there is no example, or one does not fit.
 */
export function checkExamples(
  examples: readonly EncodedExample[],
  model: ModelSizes,
  purpose: string,
): void {
  if (examples.length === 0) {
    throw new RangeError(
      `Cannot use the examples for ${purpose} as there must be at least one: found 0`,
    );
  }
  const numClasses = model.labels.length;
  for (const [index, { inputIds, tokenTypeIds, label }] of examples.entries()) {
    if (!isIndex(label, numClasses)) {
      throw new RangeError(
        `Cannot use example ${index} for ${purpose} as its label must be in ` +
          `[0, ${numClasses}): found ${label}; the classes are ` +
          model.labels.map((name) => `"${name}"`).join(", "),
      );
    }
    const attentionMask = inputIds.map(() => 1);
    try {
      checkInput(
        { inputIds, tokenTypeIds, attentionMask, length: inputIds.length },
        model.config,
      );
    } catch (error) {
      throw new RangeError(
        `Cannot use example ${index} for ${purpose} as the model must be able to ` +
          `read it: ${error instanceof Error ? error.message : error}`,
        { cause: error },
      );
    }
  }
}

function isIndex(value: number, below: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < below;
}
