/** Data of a model's page: what its script needs besides the weights. @module */

import { areEntityTags } from "../evaluation/entities.ts";
import type { HeadModel } from "../checkpoint/pretrained.ts";
import type { ProblemType } from "../model/config.ts";
import type { HeadName } from "../model/heads/heads.ts";
import type { AddedToken } from "../tokenizer/added_tokens.ts";

/** What each classifier of sequences is for. */
const CLASSIFIERS = {
  "single_label_classification": "single-label",
  "multi_label_classification": "multi-label",
  "regression": "regression",
} as const satisfies Record<ProblemType, string>;

/** What a model is for. */
export type ModelTask =
  | typeof CLASSIFIERS[ProblemType]
  | "entities"
  | "questions";

/** What travels into the page as JSON. */
export type PageData = {
  readonly task: ModelTask;
  /** The classes, tags or names of values, in the order of the logits. */
  readonly labels: readonly string[];
  /** The longest sequence, in tokens. */
  readonly maxLength: number;
  /** Tokens that neighbouring windows share; default that of the encoding. */
  readonly stride?: number;
  /** The least probability at which each label is given. */
  readonly thresholds?: readonly number[];
  readonly noAnswerThreshold?: number;
  /** In the form of Hugging Face's `tokenizer.json`. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly addedTokens: readonly AddedToken[];
  readonly numLayers: number;
  readonly numHeads: number;
};

/**
 * What a model is for.
 *
 * @param model The model.
 * @returns The task; undefined if it says nothing of a text that a reader asks for.
 */
export function modelTask(
  { head, config, labels }: Pick<
    HeadModel<HeadName>,
    "head" | "config" | "labels"
  >,
): ModelTask | undefined {
  if (head === "question-answering") return "questions";
  if (head === "sequence-classification") {
    return CLASSIFIERS[config.problemType ?? "single_label_classification"];
  }
  const isTagger = head === "token-classification" && areEntityTags(labels);
  return isTagger ? "entities" : undefined;
}
