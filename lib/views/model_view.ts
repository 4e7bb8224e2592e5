/**
 * BertViz's model view: every head of every layer as a small drawing, any of
 * which can be enlarged.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.2.
 *
 * @module
 */

import { type AttentionInput, packAttention } from "./attention/data.ts";
import { type HtmlView, viewHtml } from "./attention/interactive.ts";
import { LINK_FUNCTIONS } from "./attention/page_functions.ts";
import { VIEW_CSS } from "./attention/style.ts";
import { paintLinks, thumbnailGrid } from "./model_view/grid.ts";
import { drawModelView } from "./model_view/page.ts";
import { favourites, stillSvg } from "./model_view/still.ts";
import { GRID_CSS } from "./model_view/style.ts";

/**
 * Shows where every head of every layer looks, all at once.
 *
 * Layers and heads count from 0, as in `attentions[layer][head]`.
 *
 * @example Two tokens that look at each other
 * ```ts
 * import { modelView } from "bertbook/views/model_view.ts";
 * import assert from "node:assert/strict";
 *
 * const { text } = modelView({
 *   tokens: ["dogs", "bark"],
 *   attentions: [[[[0.2, 0.8], [0.4, 0.6]]]],
 * });
 * assert.match(text, /bark 0\.70/);
 * ```
 *
 * @param input Tokens, segments and weights, [L][H][T][T].
 * @returns HTML that works offline and beside others of its kind, an SVG drawing of
 *   all heads, and as plain text the token that each head looks at most.
 * @throws {RangeError} If sizes differ or a weight is outside [0, 1].
 */
export function modelView(input: AttentionInput): HtmlView {
  const data = packAttention(input);
  const { title, numLayers, numHeads } = data;
  const svg = stillSvg(data);
  const { html: table, text } = favourites(data);
  const still = {
    svg,
    text,
    alt: `${title} Attention of ${numLayers} layers of ${numHeads} heads`
      .trim(),
    summary: "The token that each head looks at most",
    table,
  };
  const html = viewHtml(still, {
    kind: "model-view",
    data,
    css: `${VIEW_CSS}\n${GRID_CSS}`,
    draw: drawModelView,
    helpers: [...LINK_FUNCTIONS, paintLinks, thumbnailGrid],
  });
  return { title, html, svg, text };
}
