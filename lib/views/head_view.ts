/**
 * BertViz's head view: lines from the tokens that look to the tokens looked at,
 * one colour a head, as opaque as the attention weight.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.1. This one is a single piece of HTML that asks nothing of
 * the network, and below it a still form for places that run no script.
 *
 * @module
 */

import {
  type AttentionInput,
  type AttentionOptions,
  packAttention,
} from "./attention/data.ts";
import { type HtmlView, viewHtml } from "./attention/interactive.ts";
import { LINK_FUNCTIONS } from "./attention/page_functions.ts";
import { namesOf, stillTable, stillText } from "./attention/still.ts";
import { VIEW_CSS } from "./attention/style.ts";
import { drawHeadView } from "./head_view/page.ts";
import { stillSvg } from "./head_view/still.ts";
import { SWITCHES_CSS } from "./head_view/style.ts";
import { headSwitches } from "./head_view/switches.ts";

export type { AttentionInput, AttentionOptions } from "./attention/data.ts";
export type { HtmlView } from "./attention/interactive.ts";

/**
 * Shows where every head of every layer looks.
 *
 * Layers and heads count from 0, as in `attentions[layer][head]` and in the
 * names of the checkpoint's tensors.
 *
 * @example Two tokens that look at each other
 * ```ts
 * import { headView } from "bertbook/views/head_view.ts";
 * import assert from "node:assert/strict";
 *
 * const { text } = headView({
 *   tokens: ["dogs", "bark"],
 *   attentions: [[[[0.2, 0.8], [0.8, 0.2]]]],
 * });
 * assert.match(text, /dogs +bark \(1\) 0\.80/);
 * ```
 *
 * @param input Tokens, segments and weights, [L][H][T][T].
 * @param options The layer and the heads shown at first, and in the drawing.
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
  const { title, layer, heads } = data;
  const svg = stillSvg(data);
  const text = stillText(data);
  const which = `layer ${layer}, ${namesOf(heads)}`;
  const still = {
    svg,
    text,
    alt: `${title} Attention of ${which}`.trim(),
    summary: `The strongest link of each token, layer ${layer}`,
    table: stillTable(data),
  };
  const html = viewHtml(still, {
    kind: "head-view",
    data,
    css: `${VIEW_CSS}\n${SWITCHES_CSS}`,
    draw: drawHeadView,
    helpers: [...LINK_FUNCTIONS, headSwitches],
  });
  return { title, html, svg, text };
}
