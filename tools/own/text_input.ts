/** Texts and pairs of texts as inputs of predictions. @module */

import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import type { Columns } from "./task.ts";

/** A text, or a pair of texts. */
export type TextInput = { readonly text: string; readonly pair?: string };

/**
 * Reads a text, or a row with a column for it.
 *
 * @param given A string, or an object.
 * @param columns The columns' names; default `text` and, if there is one, `pair`.
 * @throws {TypeError} If there is no text.
 */
export function parseTextInput(given: unknown, columns: Columns): TextInput {
  if (typeof given === "string") return { text: checkText(given, "it") };
  const row = Object(given) as Record<string, unknown>;
  const { text = "text", pair } = columns;
  const second = pair === undefined ? row["pair"] : row[pair];
  return {
    text: checkText(row[text] ?? row["text"], `"${text}"`),
    ...(pair !== undefined || second !== undefined) &&
      { pair: checkText(second ?? row["pair"], `"${pair ?? "pair"}"`) },
  };
}

function checkText(value: unknown, name: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new TypeError(
    `Cannot predict: ${name} must be a text; found ${JSON.stringify(value)}`,
  );
}

/** The text, or pair, of an example. */
export function textOf({ text, pair }: TextInput): TextInput {
  return pair === undefined ? { text } : { text, pair };
}

/** A pair for `classify`, or a text. */
export function textOrPair(
  { text, pair }: TextInput,
): string | { text: string; pair: string } {
  return pair === undefined ? text : { text, pair };
}

/** Tokens of a text, or pair, with the special tokens. */
export function lengthOf(
  tokenizer: Tokenizer,
  { text, pair = "" }: TextInput,
): number {
  return tokenizer.encode(text, { pair }).inputIds.length;
}

/** The ids of all its pieces: what a bag of words sees. */
export function bagOf(
  tokenizer: Tokenizer,
  { text, pair = "" }: TextInput,
): readonly number[] {
  return tokenizer.encode(text, { pair }).inputIds;
}

/** A text as a row of a table shows it. */
export function shortened({ text, pair }: TextInput): string {
  const all = pair === undefined ? text : `${text} ‖ ${pair}`;
  return all.length <= 200 ? all : `${all.slice(0, 199)}…`;
}
