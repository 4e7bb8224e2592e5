/** Text in HTML. @module */

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text as HTML that shows it, also within the quotes of an attribute.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "bertbook/jupyter/page_escape.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeHtml("[CLS]<b>"), "[CLS]&lt;b&gt;");
 * ```
 *
 * @param text Any text.
 * @returns Its HTML.
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
