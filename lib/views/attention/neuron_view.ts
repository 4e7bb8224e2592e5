/**
 * BertViz's neuron view: how the query of one token and the keys of all tokens make
 * the weights of one head, number by number.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.3.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { pictureFont } from "../font.ts";
import { table, type TableView } from "../table.ts";
import { COLORS, svgDocument } from "../theme.ts";
import { COLUMN_FUNCTIONS, type HtmlView, htmlView } from "./html_view.ts";
import { strongest } from "./lines.ts";
import { drawNeuronView, paintStrips, stripColumn } from "./neuron_page.ts";
import {
  compareWithKeys,
  type Comparison,
  type NeuronData,
  type NeuronInput,
  type NeuronOptions,
  packNeurons,
  strongestNeuron,
  unpackVectors,
} from "./neurons.ts";

/**
 * Shows query, key, their product neuron by neuron, scaled dot product and softmax.
 *
 * Layers, heads, tokens and neurons count from 0.
 *
 * @example Of two keys the one that points the query's way gets the weight
 * ```ts
 * import { neuronView } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { text } = neuronView({
 *   tokens: ["dogs", "bark"],
 *   queries: [[[[2, 0], [0, 2]]]],
 *   keys: [[[[0, 2], [2, 0]]]],
 * });
 * assert.match(text, /bark \(1\) +2\.83 +0\.94/); // 4 / √2, and its softmax beside 0
 * ```
 *
 * @param input Tokens, token type ids, queries and keys, [L][H][T][K].
 * @param options The layer, the head and the query shown at first, and in the drawing.
 * @returns HTML that works offline and beside others of its kind, an SVG drawing of
 *   the chosen query, and plain text.
 * @throws {RangeError} If sizes differ, a value is not finite, or there is no such
 *   layer, head or token.
 */
export function neuronView(
  input: NeuronInput,
  options: NeuronOptions = {},
): HtmlView {
  const data = packNeurons(input, options);
  const { tokens, layer, head, query } = data;
  const { html: table, text } = comparisonTable(data);
  const which = `Query ${tokens[query]} in layer ${layer}, head ${head}`;
  return htmlView({
    svg: stillSvg(data),
    text,
    alt: which,
    summary: `${which}: its keys in numbers`,
    table,
  }, {
    kind: "neuron-view",
    data,
    css: NEURON_CSS,
    draw: drawNeuronView,
    helpers: [
      ...COLUMN_FUNCTIONS,
      unpackVectors,
      compareWithKeys,
      strongestNeuron,
      stripColumn,
      paintStrips,
    ],
  });
}

/** Rules for the view's shadow tree; `--row` is set inline. */
const NEURON_CSS = `
.legend { margin: 8px 0 0; opacity: 0.8; }
.neurons { display: grid; grid-template-columns: minmax(64px, max-content) repeat(3, minmax(64px, 128px)) max-content minmax(96px, max-content); gap: 0 8px; overflow-x: auto; padding-bottom: 8px; }
.neurons .name { padding: 0 6px; white-space: nowrap; }
.neurons > :first-child .name { text-align: right; }
.neurons ul.query .weight { display: none; }
canvas.strips { display: block; width: 100%; image-rendering: pixelated; }
.scores > div { height: var(--row); line-height: var(--row); text-align: right; padding: 0 6px; font-variant-numeric: tabular-nums; font-size: 12px; }
`.trim();

const ROW_HEIGHT = 20;
const STRIP = 128;
const MARGIN = 16;
const FONT_SIZE = 13;
/** Shades of each sign. */
const LEVELS = 8;

/** The chosen query, every key, and how they compare. */
type Compared = { query: number[]; keys: number[][]; rows: Comparison[] };

function compareChosen(data: NeuronData): Compared {
  const { layer, head, tokens, attentionMask } = data;
  const query = unpackVectors(data.queries, data)(layer, head, data.query);
  const keyOf = unpackVectors(data.keys, data);
  const keys = tokens.map((_, token) => keyOf(layer, head, token));
  return { query, keys, rows: compareWithKeys(query, keys, attentionMask) };
}

/** Draws how the chosen query compares with every key. */
function stillSvg(data: NeuronData): string {
  const { tokens, title, layer, head, headSize, numHeads } = data;
  const { query, keys, rows } = compareChosen(data);
  const font = pictureFont("regular");
  const names = Math.max(
    60,
    ...tokens.map((token) => font.widthOf(token, FONT_SIZE)),
  );
  const top = 76;
  const lefts = [0, 1, 2].map((i) => MARGIN + names + 10 + i * (STRIP + 12));
  const scoreEnd = lefts[2]! + STRIP + 74;
  const keyStart = scoreEnd + 14;
  const weightEnd = keyStart + names + 50;
  const width = Math.ceil(weightEnd + MARGIN);
  const height = top + ROW_HEIGHT * tokens.length + MARGIN;

  const at = layer * numHeads + head;
  const chosen = tokens.map((_, token) => token === data.query ? query : []);
  const products = rows.map(({ products }) => products);
  const strips = [
    stripPaths(chosen, data.queries.largest[at]!),
    stripPaths(keys, data.keys.largest[at]!),
    stripPaths(products, Math.max(...products.flat().map(Math.abs))),
  ].map((paths, i) =>
    `<g transform="translate(${lefts[i]} ${top}) scale(${
      STRIP / headSize
    } 1)" stroke-width="${ROW_HEIGHT - 4}">${paths}</g>`
  );
  const baseline = (token: number): number =>
    top + (token + 0.5) * ROW_HEIGHT + 4.5;
  const words = tokens.map((token, i) => {
    const { score, weight } = rows[i]!;
    const y = baseline(i), name = escapeHtml(token);
    const asks = i === data.query
      ? `<text x="${
        MARGIN + names
      }" y="${y}" text-anchor="end" font-weight="bold">${name}</text>`
      : `<text x="${
        MARGIN + names
      }" y="${y}" text-anchor="end" fill="#999">${name}</text>`;
    return `${asks}<text x="${scoreEnd}" y="${y}" text-anchor="end">${
      score.toFixed(2)
    }</text><rect x="${keyStart - 4}" y="${top + i * ROW_HEIGHT + 1}" width="${
      weightEnd - keyStart + 8
    }" height="${ROW_HEIGHT - 2}" rx="3" fill="${COLORS.blue}" fill-opacity="${
      (0.6 * weight).toFixed(3)
    }"/><text x="${keyStart}" y="${y}">${name}</text><text x="${weightEnd}" y="${y}" text-anchor="end">${
      weight.toFixed(2)
    }</text>`;
  });
  const headings: [number, string, string][] = [
    [MARGIN + names, "end", "query"],
    [lefts[0]!, "start", "q"],
    [lefts[1]!, "start", "k"],
    [lefts[2]!, "start", "q × k"],
    [scoreEnd, "end", `q · k / √${headSize}`],
    [keyStart, "start", "key"],
    [weightEnd, "end", "softmax"],
  ];
  const heading = [title, `Layer ${layer}, head ${head}`].filter(Boolean);
  const content = `<text x="${MARGIN}" y="24" font-weight="bold">${
    escapeHtml(heading.join(" · "))
  }</text>
<text x="${MARGIN}" y="44" font-size="11" fill="${COLORS.muted}">Blue is positive, orange negative; the stronger, the larger.</text>
${
    headings.map(([x, anchor, name]) =>
      `<text x="${x}" y="${
        top - 8
      }" text-anchor="${anchor}" font-size="11" fill="${COLORS.muted}">${name}</text>`
    ).join("")
  }
${strips.join("\n")}
${words.join("\n")}`;
  return svgDocument({ width, height, fontSize: FONT_SIZE }, content);
}

/** Cells of the same shade as one path, so that 64 tokens make a small file. */
function stripPaths(
  vectors: readonly (readonly number[])[],
  largest: number,
): string {
  const cells = new Map<number, string[]>();
  vectors.forEach((vector, row) =>
    vector.forEach((value, neuron) => {
      const level = largest === 0 ? 0 : Math.round(LEVELS * value / largest);
      if (level === 0) return;
      const paths = cells.get(level) ?? [];
      cells.set(level, paths);
      paths.push(`M${neuron} ${(row + 0.5) * ROW_HEIGHT}h1`);
    })
  );
  return [...cells].map(([level, paths]) => {
    const color = level < 0 ? COLORS.vermilion : COLORS.blue;
    const opacity = Math.abs(level) / LEVELS;
    return `<path d="${
      paths.join("")
    }" stroke="${color}" stroke-opacity="${opacity}"/>`;
  }).join("");
}

/** A longer table is no help to a reader. */
const MAX_ROWS = 24;

/** Lists the keys that the chosen query looks at most. */
function comparisonTable(data: NeuronData): TableView {
  const { tokens, layer, head, headSize } = data;
  const { rows } = compareChosen(data);
  const all = tokens.map((_, token) => token);
  const listed = strongest(all, (key) => rows[key]!.weight, MAX_ROWS);
  const title = data.title === "" ? "" : `${data.title}. `;
  return table(
    listed.map(({ token }) => ({
      key: `${tokens[token]} (${token})`,
      [`q · k / √${headSize}`]: rows[token]!.score.toFixed(2),
      softmax: rows[token]!.weight.toFixed(2),
    })),
    {
      caption: `${title}Layer ${layer}, head ${head}: what "${
        tokens[data.query]
      }" (${data.query}) looks at`,
    },
  );
}
