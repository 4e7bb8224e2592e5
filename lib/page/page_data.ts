/** Data of a model's page: what its script needs besides the weights. @module */

import type { AddedToken } from "../tokenizer/added_tokens.ts";

/** What the model of a page is for. */
export type PageTask =
  | "single-label"
  | "multi-label"
  | "regression"
  | "entities"
  | "questions";

/** How a page's model makes its predictions. */
export type PageSettings = {
  /** The longest sequence, in tokens. */
  readonly maxLength: number;
  /** Tokens that neighbouring windows share; default that of the encoding. */
  readonly stride?: number;
  /** The least probability at which each label is given. */
  readonly thresholds?: readonly number[];
  readonly noAnswerThreshold?: number;
};

/** What travels into the page as JSON. */
export type PageData = {
  readonly task: PageTask;
  /** The classes, tags or names of values, in the order of the logits. */
  readonly labels: readonly string[];
  readonly settings: PageSettings;
  /** In the form of Hugging Face's `tokenizer.json`. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly addedTokens: readonly AddedToken[];
  readonly numLayers: number;
  readonly numHeads: number;
};

/** The ids of the page's elements, which its script fills or reads. */
export const PAGE_IDS = {
  data: "data",
  weights: "weights",
  runtime: "runtime",
} as const;
