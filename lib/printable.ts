/** Printable text: what files and programs hold, made fit for messages and tables. @module */

/** Controls that move a terminal's cursor or turn the reading direction. */
const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Makes line breaks, terminal controls and marks of reading direction visible
 * as escapes, so that plain text keeps its lines and its order.
 *
 * @param text Any text.
 * @returns One line of text.
 */
export function visibleControls(text: string): string {
  return text.replace(UNPRINTABLE, (mark) => {
    if (mark === "\n") return "\\n";
    if (mark === "\t") return "\\t";
    return `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * A value of a file as short JSON, for a message.
 *
 * @example A title that a terminal would take for its own
 * ```ts
 * import { quoted } from "bertbook/printable.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(quoted("\u001b]0;title\u009c"), '"\\u001b]0;title\\u009c"');
 * ```
 *
 * @param value Anything that JSON can hold, or nothing.
 * @returns At most about 100 characters in one line.
 */
export function quoted(value: unknown): string {
  const text = visibleControls(JSON.stringify(value) ?? "nothing");
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}

/**
 * A name of the program in words.
 *
 * @example
 * ```ts
 * import { words } from "bertbook/printable.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(words("validationMacroF1"), "validation macro F1");
 * ```
 *
 * @param name The name of a metric or an option, in camelCase.
 * @returns Words in lower case, except for the names of persons and abbreviations.
 */
export function words(name: string): string {
  return name
    .replace(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\bf1\b/, "F1")
    .replace(/\bmcc\b/, "MCC")
    .replace(/\bpearson\b/, "Pearson")
    .replace(/\bspearman\b/, "Spearman");
}
