/**
 * The head view without a script: a drawing, a table of the strongest links in
 * HTML, and the same in plain text.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { pictureFont } from "../picture.ts";
import { table } from "../table.ts";
import { CHART_FONT, COLORS } from "../theme.ts";
import type { HeadViewData } from "./data.ts";
import {
  gatherLines,
  strongest,
  unpackWeights,
  type WeightOf,
} from "./lines.ts";

const ROW_HEIGHT = 20;
const GAP = 240;
const MARGIN = 16;
const FONT_SIZE = 13;
/** Fainter lines cannot be seen and would only make the file large. */
const LEAST_WEIGHT = 0.05;
/** A longer table is no help to a reader. */
const MAX_ROWS = 128;

/**
 * Draws the chosen layer and heads.
 *
 * @param data The view's data.
 * @returns An SVG document on white ground.
 */
export function stillSvg(data: HeadViewData): string {
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
    }" y="49" font-size="11" text-anchor="middle" fill="#fff">${head}</text>`
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

/**
 * Lists each token's strongest link in each chosen head.
 *
 * @param data The view's data.
 * @returns HTML with inline styles only, which sanitizers keep.
 */
export function stillTable(data: HeadViewData): string {
  const { tokens, heads, colors, layer } = data;
  const weightOf = unpackWeights(data);
  const cell = "padding: 2px 8px; text-align: left;";
  const header = heads.map((head) =>
    `<th style="${cell} border-bottom: 3px solid ${
      colors[head]
    };">head ${head}</th>`
  ).join("");
  const rows = tokens.slice(0, MAX_ROWS).map((token, query) => {
    const links = heads.map((head) => {
      const [link] = strongestKeys(weightOf, layer, [head], query, tokens, 1);
      return `<td style="${cell}">${escapeHtml(tokens[link!.token]!)} ${
        link!.weight.toFixed(2)
      }</td>`;
    });
    return `<tr><th scope="row" style="${cell}">${query} ${
      escapeHtml(token)
    }</th>${links.join("")}</tr>`;
  });
  return [
    `<table style="border-collapse: collapse; font-size: 12px;">`,
    `<thead><tr><th style="${cell}">query</th>${header}</tr></thead>`,
    `<tbody>${rows.join("\n")}</tbody>`,
    `</table>`,
  ].join("\n");
}

/**
 * Lists each token's strongest links, averaged over the chosen heads.
 *
 * @param data The view's data.
 * @returns Plain text.
 */
export function stillText(data: HeadViewData): string {
  const { tokens, heads, layer } = data;
  const weightOf = unpackWeights(data);
  const rows = tokens.map((token, query) => {
    const links = strongestKeys(weightOf, layer, heads, query, tokens, 3);
    return {
      query,
      token,
      "looks at": links.map(({ token: key, weight }) =>
        `${tokens[key]} (${key}) ${weight.toFixed(2)}`
      ).join(", "),
    };
  });
  const title = data.title === "" ? "" : `${data.title}. `;
  const caption = `${title}Layer ${layer}, mean weight of heads ${
    heads.join(", ")
  }`;
  return table(rows, { caption }).text;
}

function strongestKeys(
  weightOf: WeightOf,
  layer: number,
  heads: readonly number[],
  query: number,
  tokens: readonly string[],
  count: number,
): { token: number; weight: number }[] {
  const mean = (key: number): number =>
    heads.reduce((sum, head) => sum + weightOf(layer, head, query, key), 0) /
    Math.max(1, heads.length);
  return strongest(tokens.map((_, key) => key), mean, count);
}
