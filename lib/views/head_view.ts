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

import { Buffer } from "node:buffer";
import { escapeHtml, scriptJson } from "./escape.ts";
import { showWeights, tokenColumn } from "./head_view/columns.ts";
import {
  type HeadViewData,
  type HeadViewInput,
  type HeadViewOptions,
  packHeadView,
} from "./head_view/data.ts";
import {
  choice,
  element,
  headSwitches,
  svgElement,
} from "./head_view/elements.ts";
import { gatherLines, strongest, unpackWeights } from "./head_view/lines.ts";
import { drawHeadView } from "./head_view/page.ts";
import { stillSvg, stillTable, stillText } from "./head_view/still.ts";
import { HEAD_VIEW_CSS } from "./head_view/style.ts";

export type { HeadViewInput, HeadViewOptions } from "./head_view/data.ts";

/** One view in three forms: interactive, drawn, and in words. */
export type HtmlView = { html: string; svg: string; text: string };

/** Every function that travels into the page; the last one draws. */
const PAGE_FUNCTIONS = [
  unpackWeights,
  gatherLines,
  strongest,
  element,
  svgElement,
  choice,
  headSwitches,
  tokenColumn,
  showWeights,
  drawHeadView,
];

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
  input: HeadViewInput,
  options: HeadViewOptions = {},
): HtmlView {
  const data = packHeadView(input, options);
  const svg = stillSvg(data);
  const text = stillText(data);
  return { html: toHtml(data, svg), svg, text };
}

function toHtml(data: HeadViewData, svg: string): string {
  const json = scriptJson(data);
  const id = `head-view-${fingerprint(json)}`;
  const picture = Buffer.from(svg).toString("base64");
  const alt = `${data.title} Attention of layer ${data.layer}, heads ${
    data.heads.join(", ")
  }`.trim();
  return `<div id="${id}" data-view="head-view">
<p>Run this cell, or trust the notebook, to choose layers and heads here.</p>
<img alt="${escapeHtml(alt)}" src="data:image/svg+xml;base64,${picture}">
<details><summary>The strongest link of each token, layer ${data.layer}</summary>
${stillTable(data)}
</details>
<script type="application/json">${json}</script>
<script>${pageScript(id)}</script>
</div>`;
}

/**
 * Puts the view's functions into a scope of their own and draws.
 *
 * `currentScript` finds the right element where one view stands twice in a page;
 * the id is for viewers that run a copy of the script elsewhere.
 */
function pageScript(id: string): string {
  return `(() => {
"use strict";
${PAGE_FUNCTIONS.map(String).join("\n")}
const root = document.currentScript?.closest("[data-view='head-view']") ??
  document.getElementById(${JSON.stringify(id)});
const data = root.querySelector("script[type='application/json']").textContent;
${drawHeadView.name}(root, JSON.parse(data), ${scriptJson(HEAD_VIEW_CSS)});
})();`;
}

/** FNV-1a (RFC 9923) in 32 bits: the same view always has the same id. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
