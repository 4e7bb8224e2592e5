/** The drawing of the head view for places that run no script. @module */

import type { AttentionData } from "../attention/data.ts";
import { gatherLines, unpackWeights } from "../attention/lines.ts";
import { escapeHtml } from "../escape.ts";
import { pictureFont } from "../picture.ts";
import { CHART_FONT, COLORS } from "../theme.ts";

const ROW_HEIGHT = 20;
const GAP = 240;
const MARGIN = 16;
const FONT_SIZE = 13;
/** Fainter lines cannot be seen and would only make the file large. */
const LEAST_WEIGHT = 0.05;

/**
 * Draws the chosen layer and heads.
 *
 * @param data The view's data.
 * @returns An SVG document on white ground.
 */
export function stillSvg(data: AttentionData): string {
  const { tokens, heads, colors } = data;
  const regular = pictureFont("regular");
  const column = Math.max(
    90,
    ...tokens.map((token) => regular.widthOf(token, FONT_SIZE)),
  );
  const left = MARGIN + column + 8;
  const right = left + GAP + 8;
  const top = 84;
  const width = Math.ceil(
    Math.max(right + column + MARGIN, left + 20 * heads.length + MARGIN),
  );
  const height = Math.ceil(top + ROW_HEIGHT * tokens.length + MARGIN);
  const all = tokens.map((_, token) => token);
  const weightOf = unpackWeights(data);

  const lines = heads.flatMap((head) =>
    gatherLines(
      all,
      all,
      (query, key) => weightOf(data.layer, head, query, key),
      { width: GAP - 8, rowHeight: ROW_HEIGHT, least: LEAST_WEIGHT },
    ).map((line) => ({ ...line, head }))
  ).sort((a, b) => a.opacity - b.opacity).map(({ path, opacity, head }) =>
    `<path d="${path}" stroke="${colors[head]}" stroke-opacity="${opacity}"/>`
  );
  const words = (x: number, anchor: string): string =>
    tokens.map((token, i) =>
      `<text x="${x}" y="${
        top + (i + 0.5) * ROW_HEIGHT + 4.5
      }" text-anchor="${anchor}">${escapeHtml(token)}</text>`
    ).join("");
  const squares = heads.map((head, i) =>
    `<rect x="${
      MARGIN + 54 + 22 * i
    }" y="36" width="18" height="18" rx="3" fill="${colors[head]}"/>` +
    `<text x="${
      MARGIN + 63 + 22 * i
    }" y="49" font-size="11" text-anchor="middle" fill="#000">${head}</text>`
  ).join("");
  const title = [data.title, `Layer ${data.layer}`].filter(Boolean).join(" · ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${CHART_FONT}" font-size="${FONT_SIZE}" fill="${COLORS.ink}">
<rect width="100%" height="100%" fill="${COLORS.ground}"/>
<text x="${MARGIN}" y="24" font-weight="bold">${escapeHtml(title)}</text>
<text x="${MARGIN}" y="49">Heads</text>${squares}
<text x="${left - 8}" y="${top - 8}" text-anchor="end" fill="#555">query</text>
<text x="${right}" y="${top - 8}" fill="#555">key</text>
${words(left - 8, "end")}
${words(right, "start")}
<g transform="translate(${left} ${top})" fill="none" stroke-width="2">
${lines.join("\n")}
</g>
</svg>`;
}
