/** The model view without a script: a drawing, and a table of favourites. @module */

import type { AttentionData } from "../attention/data.ts";
import { gatherLines, strongest, unpackWeights } from "../attention/lines.ts";
import { escapeHtml } from "../escape.ts";
import { table, type TableView } from "../table.ts";
import { CHART_FONT, COLORS } from "../theme.ts";

const SIDE = 54;
const STEP = SIDE + 6;
const MARGIN = 16;
const NAMES = 56;
/** Fainter lines cannot be seen at this size and would only make the file large. */
const LEAST_WEIGHT = 0.1;

/**
 * Draws every head.
 *
 * @param data The view's data.
 * @returns An SVG document on white ground.
 */
export function stillSvg(data: AttentionData): string {
  const { tokens, numLayers, numHeads, colors } = data;
  const weightOf = unpackWeights(data);
  const all = tokens.map((_, token) => token);
  const left = MARGIN + NAMES;
  const top = data.title === "" ? 44 : 68;
  const width = left + STEP * numHeads + MARGIN;
  const height = top + STEP * numLayers + MARGIN;
  const size = {
    width: SIDE,
    rowHeight: SIDE / tokens.length,
    least: LEAST_WEIGHT,
  };
  const thumbnail = (layer: number, head: number): string => {
    const weight = (query: number, key: number): number =>
      weightOf(layer, head, query, key);
    const lines = gatherLines(all, all, weight, size).map(({ path, opacity }) =>
      `<path d="${shortened(path)}" stroke-opacity="${opacity}"/>`
    );
    const x = left + STEP * head, y = top + STEP * layer;
    return `<g transform="translate(${x} ${y})" stroke="${
      colors[head]
    }"><rect width="${SIDE}" height="${SIDE}" stroke="#cccccc"/>${
      lines.join("")
    }</g>`;
  };
  const heads = colors.map((_, head) =>
    `<text x="${left + STEP * head + SIDE / 2}" y="${
      top - 8
    }" text-anchor="middle">${head}</text>`
  );
  const layers = Array.from({ length: numLayers }, (_, layer) => layer);
  const names = layers.map((layer) =>
    `<text x="${left - 8}" y="${
      top + STEP * layer + SIDE / 2 + 4
    }" text-anchor="end">layer ${layer}</text>`
  );
  const drawings = layers.flatMap((layer) =>
    colors.map((_, head) => thumbnail(layer, head))
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${CHART_FONT}" font-size="11" fill="${COLORS.ink}">
<rect width="100%" height="100%" fill="${COLORS.ground}"/>
<text x="${MARGIN}" y="26" font-size="13" font-weight="bold">${
    escapeHtml(data.title)
  }</text>
<text x="${left - 8}" y="${top - 8}" text-anchor="end">head</text>
${heads.join("")}
${names.join("")}
<g fill="none">
${drawings.join("\n")}
</g>
</svg>`;
}

/** One decimal of a pixel is enough. */
function shortened(path: string): string {
  return path.replace(/\d+\.\d+/g, (number) => String(+(+number).toFixed(1)));
}

/**
 * Names the token that each head looks at most, with its mean weight.
 *
 * @param data The view's data.
 * @returns A table, one row a layer and one column a head.
 */
export function favourites(data: AttentionData): TableView {
  const { tokens, numLayers, numHeads } = data;
  const weightOf = unpackWeights(data);
  const all = tokens.map((_, token) => token);
  const rows = Array.from({ length: numLayers }, (_, layer) => {
    const heads = Array.from({ length: numHeads }, (_, head) => {
      const mean = (key: number): number =>
        all.reduce((sum, query) => sum + weightOf(layer, head, query, key), 0) /
        tokens.length;
      const [best] = strongest(all, mean, 1);
      const name = best === undefined
        ? ""
        : `${tokens[best.token]} ${best.weight.toFixed(2)}`;
      return [`head ${head}`, name];
    });
    return { layer: String(layer), ...Object.fromEntries(heads) };
  });
  const title = data.title === "" ? "" : `${data.title}. `;
  return table(rows, {
    caption:
      `${title}The token that each head looks at most, and its mean weight`,
  });
}
