/**
 * Escaping of text for HTML, SVG and JSON in scripts.
 *
 * @module
 */

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Characters that no XML document may hold (XML 1.0, section 2.2), lone
 * surrogates among them; one of them makes a whole picture unreadable.
 */
const NOT_XML =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * Replaces characters that XML forbids by U+FFFD, the replacement character.
 *
 * @param text Any text, or a whole SVG document.
 * @returns Text that an XML parser takes.
 */
export function replaceNonXml(text: string): string {
  return text.replace(NOT_XML, "\ufffd");
}

/**
 * Escapes `text` for an element's content or a quoted attribute, in HTML and
 * in SVG.
 *
 * @example Usage
 * ```ts
 * import { escapeHtml } from "bertbook/views/escape.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeHtml("[CLS]<b>"), "[CLS]&lt;b&gt;");
 * ```
 *
 * @param text Any text.
 * @returns Text that a parser reads back as `text`.
 */
export function escapeHtml(text: string): string {
  return replaceNonXml(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}

/**
 * Writes `value` as JSON that may stand inside an HTML script element.
 *
 * A parser ends the element at `</script` and changes its mind at `<!--`, so no
 * `<` may remain; U+2028 and U+2029 end lines in old JavaScript.
 *
 * @param value Anything that JSON can hold.
 * @returns JSON text without `<`, `>`, `&`, U+2028 and U+2029.
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
