/** SVG drawings as text: the document and its letters. @module */

import { escapeHtml } from "./escape.ts";
import { CHART_FONT, COLORS } from "./theme.ts";

/** A drawing, and in words what it shows. */
export type Drawing = { readonly svg: string; readonly text: string };

/**
 * Writes an SVG document: a drawing in ink on white ground, whatever the page's colours.
 *
 * @param size Width and height, and the size of its letters, in pixels.
 * @param content SVG elements.
 * @returns The document.
 */
export function svgDocument(
  { width, height, fontSize }: {
    width: number;
    height: number;
    fontSize: number;
  },
  content: string,
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${CHART_FONT}" font-size="${fontSize}" fill="${COLORS.ink}">
<rect width="100%" height="100%" fill="${COLORS.ground}"/>
${content}
</svg>`;
}

/**
 * Writes letters into a drawing.
 *
 * @param x Where they begin, or end where an attribute says so, in pixels.
 * @param y Their baseline.
 * @param text Any text.
 * @param attributes More attributes of the element, as they stand in SVG.
 * @returns A `text` element.
 */
export function svgText(
  x: number | string,
  y: number,
  text: string | number,
  attributes: string = "",
): string {
  const position = `x="${x}" y="${y}" ${attributes}`.trim();
  return `<text ${position}>${escapeHtml(String(text))}</text>`;
}
