/** Texts and pairs of texts as inputs of predictions. @module */

import { quoted } from "../../lib/printable.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import type { Columns } from "./task.ts";

/** A text, or a pair of texts. */
export type TextInput = { readonly text: string; readonly pair?: string };

/**
 * Reads a text, or a row with a column for it.
 *
 * @param given A string, or an object.
 * @param columns The columns' names; those named `text` and `pair` will do as well.
 * @throws {TypeError} If there is no text, or only one for a model of pairs.
 */
export function parseTextInput(given: unknown, columns: Columns): TextInput {
  const { text = "text", pair } = columns;
  if (typeof given === "string" && pair === undefined) {
    return { text: checkText(given, "the input", {}) };
  }
  if (Object(given) !== given || Array.isArray(given)) {
    const such = pair === undefined ? "a text or " : "";
    const names = JSON.stringify({ [text]: "…", ...pair && { [pair]: "…" } });
    throw new TypeError(
      `Cannot predict: the input must be ${such}${names}; found ${
        quoted(given)
      }`,
    );
  }
  const row = given as Record<string, unknown>;
  const second = row[pair ?? "pair"] ?? row["pair"];
  return {
    text: checkText(row[text] ?? row["text"], quoted(text), row),
    ...(pair !== undefined || second !== undefined) &&
      { pair: checkText(second, quoted(pair ?? "pair"), row) },
  };
}

function checkText(value: unknown, name: string, row: object): string {
  const isText = typeof value === "string" && value.trim() !== "";
  if (isText || typeof value === "number") return String(value);
  const others = Object.keys(row).map(quoted).join(", ") || "none";
  throw new TypeError(
    `Cannot predict: ${name} must be a text; found ` +
      (value === undefined ? `only ${others}` : quoted(value)),
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

/** The ids of its different pieces: what a bag of words sees. */
export function bagOf(
  tokenizer: Tokenizer,
  { text, pair = "" }: TextInput,
): readonly number[] {
  return [...new Set(tokenizer.encode(text, { pair }).inputIds)];
}

/** A text as a row of a table shows it. */
export function shortened({ text, pair }: TextInput): string {
  const all = pair === undefined ? text : `${text} ‖ ${pair}`;
  return all.length <= 200 ? all : `${all.slice(0, 199)}…`;
}
