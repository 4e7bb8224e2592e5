/**
 * BertViz's head view: lines from the tokens that look to the tokens looked at,
 * one colour a head (`HEAD_COLORS` of the theme), as opaque as the attention weight.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.1. This one is a single piece of HTML that asks nothing of
 * the network, and below it a still form for places that run no script.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { pictureFont } from "../font.ts";
import { svgDocument, svgText } from "../svg.ts";
import { table } from "../table.ts";
import { COLORS } from "../theme.ts";
import {
  type AttentionData,
  type AttentionInput,
  type AttentionOptions,
  packAttention,
} from "./data.ts";
import { drawHeadView, HEAD_VIEW_CSS, headSwitches } from "./draw_head_view.ts";
import { type HtmlView, htmlView, LINK_FUNCTIONS } from "./html_view.ts";
import {
  gatherLines,
  strongest,
  unpackWeights,
  type WeightOf,
} from "./lines.ts";

/**
 * Shows where every head of every layer looks.
 *
 * Layers and heads count from 0, as in `attentions[layer][head]` and in the
 * names of the checkpoint's tensors.
 *
 * @example Two tokens that look at each other
 * ```ts
 * import { headView } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { text } = headView({
 *   tokens: ["dogs", "bark"],
 *   attentions: [[[[0.2, 0.8], [0.8, 0.2]]]],
 * });
 * assert.match(text, /dogs +bark \(1\) 0\.80/);
 * ```
 *
 * @param input Tokens, token type ids and weights, [L][H][T][T].
 * @param options The layer and the heads shown at first, and in the drawing; the
 *   token whose lines the drawing stresses.
 * @returns HTML that works offline and beside others of its kind, an SVG
 *   drawing of the chosen layer and heads, and plain text.
 * @throws {RangeError} If sizes differ, a weight is outside [0, 1], or there is
 *   no such layer or head.
 */
export function headView(
  input: AttentionInput,
  options: AttentionOptions = {},
): HtmlView {
  const data = packAttention(input, options);
  const { layer, heads } = data;
  return htmlView({
    svg: stillSvg(data, options.query),
    text: stillText(data),
    alt: `Attention of layer ${layer}, ${namesOf(heads)}`,
    summary: `The strongest link of each token, layer ${layer}`,
    table: stillTable(data),
  }, {
    kind: "head-view",
    data,
    css: HEAD_VIEW_CSS,
    draw: drawHeadView,
    helpers: [...LINK_FUNCTIONS, headSwitches],
  });
}

const ROW_HEIGHT = 20;
const GAP = 240;
const MARGIN = 16;
const FONT_SIZE = 14;
/** Fainter lines cannot be seen and would only make the file large. */
const LEAST_WEIGHT = 0.05;

/** Draws the chosen layer and heads; if a query is given, its lines over the others. */
function stillSvg(data: AttentionData, focus?: number): string {
  const { tokens, heads, colors } = data;
  const font = pictureFont("bold");
  const column = Math.max(
    90,
    ...tokens.map((token) => font.widthOf(`${token} 0.00`, FONT_SIZE)),
  );
  const left = MARGIN + column + 8;
  const right = left + GAP + 8;
  const top = 84;
  const stressed = focus === undefined ? "" : `lines of “${tokens[focus]}”`;
  const title = [data.title, `Layer ${data.layer}`, stressed]
    .filter(Boolean).join(" · ");
  const width = MARGIN + Math.ceil(Math.max(
    right + column,
    left + 20 * heads.length,
    MARGIN + font.widthOf(title, FONT_SIZE),
  ));
  const height = Math.ceil(top + ROW_HEIGHT * tokens.length + MARGIN);
  const all = tokens.map((_, token) => token);
  const weightOf = unpackWeights(data);

  const isFocus = (query: number): boolean => query === focus;
  // A faint line of the stressed token could not be followed: its width is the weight.
  const lines = heads.flatMap((head) =>
    [false, true].flatMap((isTop) =>
      gatherLines(
        all,
        all,
        (query, key) =>
          isFocus(query) === isTop ? weightOf(data.layer, head, query, key) : 0,
        { width: GAP - 8, rowHeight: ROW_HEIGHT, least: LEAST_WEIGHT },
      ).map(({ path, opacity }) => ({
        path,
        head,
        width: isTop ? 1 + 6 * opacity : 2,
        opacity: isTop ? 0.9 : focus === undefined ? opacity : opacity / 5,
        rank: opacity + (isTop ? 1 : 0),
      }))
    )
  ).sort((a, b) => a.rank - b.rank).map(({ path, opacity, head, width }) =>
    `<path d="${path}" stroke="${colors[head]}" stroke-opacity="${
      opacity.toFixed(3)
    }" stroke-width="${width.toFixed(1)}"/>`
  );
  const shareOf = (key: number): number =>
    focus === undefined ? 0 : heads.reduce(
      (sum, head) => sum + weightOf(data.layer, head, focus, key),
      0,
    ) / Math.max(1, heads.length);
  const words = (x: number, anchor: "start" | "end"): string =>
    tokens.map((token, i) => {
      const y = top + (i + 0.5) * ROW_HEIGHT + 4.5;
      const share = anchor === "start" ? shareOf(i) : 0;
      const isBold = share >= LEAST_WEIGHT || (anchor === "end" && isFocus(i));
      return svgText(
        x,
        y,
        share < LEAST_WEIGHT ? token : `${token} ${share.toFixed(2)}`,
        `text-anchor="${anchor}"${isBold ? ` font-weight="bold"` : ""}`,
      );
    }).join("");
  const squares = heads.map((head, i) => {
    const x = MARGIN + 54 + 22 * i;
    const style = `font-size="11" text-anchor="middle" fill="#000"`;
    return `<rect x="${x}" y="36" width="18" height="18" rx="3" fill="${
      colors[head]
    }"/>` + svgText(x + 9, 49, head, style);
  }).join("");
  const muted = `fill="${COLORS.muted}"`;
  const content = [
    svgText(MARGIN, 24, title, `font-weight="bold"`),
    svgText(MARGIN, 49, "Heads") + squares,
    svgText(left - 8, top - 8, "query", `text-anchor="end" ${muted}`),
    svgText(right, top - 8, "key", muted),
    words(left - 8, "end"),
    words(right, "start"),
    `<g transform="translate(${left} ${top})" fill="none">`,
    ...lines,
    `</g>`,
  ].join("\n");
  return svgDocument({ width, height, fontSize: FONT_SIZE }, content);
}

/** A longer table is no help to a reader. */
const MAX_ROWS = 128;

/**
 * Lists each token's strongest link in each chosen head, as HTML with inline styles
 * only, which sanitizers keep.
 */
function stillTable(data: AttentionData): string {
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

/** Lists each token's strongest links, averaged over the chosen heads, as plain text. */
function stillText(data: AttentionData): string {
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
  const caption = `${title}Layer ${layer}, ${
    heads.length === 1 ? "weights" : "mean weight"
  } of ${namesOf(heads)}`;
  return table(rows, { caption }).text;
}

/** Such as "head 3" or "heads 0, 1". */
function namesOf(heads: readonly number[]): string {
  return `${heads.length === 1 ? "head" : "heads"} ${heads.join(", ")}`;
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
