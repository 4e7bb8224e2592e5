/** Printable text: what a file holds, made fit for a message or a terminal. @module */

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
