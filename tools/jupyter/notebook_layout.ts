/** How Jupyter lays out the text of a notebook file. @module */

/**
 * Whether data of this MIME type is a JSON value, not a text.
 *
 * @param type The MIME type.
 */
export function isJsonType(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

/**
 * Whether Jupyter writes data of this MIME type line by line.
 *
 * @param type The MIME type.
 */
export function isLineType(type: string): boolean {
  return type.startsWith("text/") || type === "image/svg+xml" ||
    type === "application/javascript";
}

/**
 * Lines with their ends, where Python's `str.splitlines` sees them.
 *
 * @param text Any text.
 * @returns Its lines; joined they are the text again.
 */
export function splitLines(text: string): string[] {
  // deno-lint-ignore no-control-regex -- Python splits at these too
  return text.match(/.*?(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|.+$/gs) ??
    [];
}

/**
 * JSON as Python's `json.dumps(…, indent=1, sort_keys=True)` lays it out.
 *
 * @example Keys are sorted as text
 * ```ts
 * import { formatJson } from "./notebook_layout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatJson({ 9: [], 10: 1 }), '{\n "10": 1,\n "9": []\n}');
 * ```
 *
 * @param value Any JSON value.
 * @param margin What stands before each line but the first.
 * @returns The text, without a final newline.
 */
export function formatJson(value: unknown, margin = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = margin + " ";
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => formatJson(item, inner))
    : Object.entries(value).filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, item]) =>
        `${JSON.stringify(key)}: ${formatJson(item, inner)}`
      );
  if (items.length === 0) return open + close!;
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
}
