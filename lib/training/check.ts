/** What must hold before the first step; found late, it would cost an epoch. @module */

import type { EncodedExample } from "../batches/batches.ts";
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
  for (const [index, { ids, segments, label }] of examples.entries()) {
    if (!isIndex(label, numClasses)) {
      throw new RangeError(
        `Cannot use example ${index} for ${purpose} as its label must be in ` +
          `[0, ${numClasses}): found ${label}; the classes are ` +
          model.labels.map((name) => `"${name}"`).join(", "),
      );
    }
    const attentionMask = ids.map(() => 1);
    try {
      checkInput(
        { ids, segments, attentionMask, length: ids.length },
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

/** One rule for one option. */
type Rule = {
  readonly must: string;
  readonly holds: (value: number) => boolean;
};

/** The kinds of number that options are. */
export const RULES = {
  count: {
    must: "a whole number of at least 1",
    holds: (value) => Number.isSafeInteger(value) && value >= 1,
  },
  countOrNone: {
    must: "a whole number of at least 0",
    holds: (value) => Number.isSafeInteger(value) && value >= 0,
  },
  seed: {
    must: "a whole number in [0, 2147483647]",
    holds: (value) => isIndex(value, 2 ** 31),
  },
  positive: {
    must: "a finite number above 0",
    holds: (value) => Number.isFinite(value) && value > 0,
  },
  notNegative: {
    must: "a finite number of at least 0",
    holds: (value) => Number.isFinite(value) && value >= 0,
  },
  countOrEndless: {
    must: "a whole number of at least 1, or Infinity",
    holds: (value) =>
      value === Infinity || Number.isSafeInteger(value) && value >= 1,
  },
  share: {
    must: "a number in (0, 1]",
    holds: (value) => value > 0 && value <= 1,
  },
  limit: { must: "above 0", holds: (value) => value > 0 },
} as const satisfies Record<string, Rule>;

/**
 * Checks one option.
 *
 * @param name Its name, for the message.
 * @param value Its value.
 * @param rule What it must be.
 * @throws {RangeError} If it is not.
 */
export function checkOption(name: string, value: number, rule: Rule): void {
  if (rule.holds(value)) return;
  throw new RangeError(
    `Cannot use ${name} as it must be ${rule.must}: current value is ${value}`,
  );
}

/**
 * Checks that the rate's climb ends within the training.
 *
 * @param warmupSteps Steps over which the rate climbs.
 * @param totalSteps Steps of the training.
 * @throws {RangeError} If the climb is no number of steps, or longer than the training.
 */
export function checkWarmup(warmupSteps: number, totalSteps: number): void {
  checkOption("warmupSteps", warmupSteps, RULES.countOrNone);
  if (warmupSteps <= totalSteps) return;
  throw new RangeError(
    `Cannot warm up as warmupSteps must not exceed the steps of the training: ` +
      `current values are warmupSteps=${warmupSteps}, steps=${totalSteps}`,
  );
}

/**
 * Checks an option that is one of a few words; a notebook's cells are run
 * without a look at their types.
 *
 * @param name Its name, for the message.
 * @param value Its value.
 * @param choices What it may be.
 * @throws {RangeError} If it is none of them.
 */
export function checkChoice<T extends string>(
  name: string,
  value: T,
  choices: readonly T[],
): void {
  if (choices.includes(value)) return;
  const known = choices.map((choice) => `"${choice}"`).join(", ");
  throw new RangeError(
    `Cannot use ${name} as it must be one of ${known}: current value is "${value}"`,
  );
}

function isIndex(value: number, below: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < below;
}
