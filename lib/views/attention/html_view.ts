/**
 * Attention views as one piece of HTML that asks nothing of the network: a still form,
 * and below it the data and the functions that draw the interactive one.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { escapeHtml, scriptJson } from "../escape.ts";
import {
  filterChoice,
  sentenceFilters,
  showWeights,
  tokenColumn,
} from "./columns.ts";
import {
  choice,
  element,
  type HTMLElement,
  rowHeightOf,
  showView,
  svgElement,
} from "./elements.ts";
import { gatherLines, gatherLinks, strongest, unpackWeights } from "./lines.ts";
import { linkPanel } from "./panel.ts";
import { VIEW_CSS } from "./view_css.ts";

/** One view in three forms: interactive, drawn, and in words. */
export type HtmlView = {
  title: string;
  html: string;
  svg: string;
  text: string;
};

/** What a view shows if no script runs. */
export type StillForm = {
  /** The drawing. */
  svg: string;
  /** What the drawing shows, besides the view's title. */
  alt: string;
  /** What the table is about. */
  summary: string;
  /** HTML with inline styles only. */
  table: string;
  /** The same in words. */
  text: string;
};

/** The part of a view that a script plays. */
export type Interaction<Data extends { title: string }> = {
  /** The kind of view, as in `data-view`. */
  kind: string;
  data: Data;
  /** Rules for the view's shadow tree, besides those of all views. */
  css: string;
  /** Draws the view; travels into the page as source text, as `helpers` do. */
  draw: (root: HTMLElement, data: Data, css: string) => void;
  /** Every function that `draw` calls, directly or not. */
  // deno-lint-ignore ban-types -- functions of any arguments, which are only printed
  helpers: readonly Function[];
};

/**
 * Writes a view.
 *
 * @param still What is shown if no script runs.
 * @param interaction What replaces it otherwise.
 * @returns HTML that works offline and beside others of its kind, and the still form.
 */
export function htmlView<Data extends { title: string }>(
  { svg, alt, summary, table, text }: StillForm,
  { kind, data, css, draw, helpers }: Interaction<Data>,
): HtmlView {
  const { title } = data;
  const json = scriptJson(data);
  const id = `${kind}-${fingerprint(json)}`;
  const picture = Buffer.from(svg).toString("base64");
  // Without the third attribute JupyterLab takes a letter typed in the view for a
  // shortcut: "b" inserts a cell.
  const html =
    `<div id="${id}" data-view="${kind}" data-lm-suppress-shortcuts="true">
<p>Run this cell, or trust the notebook, to choose layers and heads here.</p>
<img alt="${
      escapeHtml(`${title} ${alt}`.trim())
    }" src="data:image/svg+xml;base64,${picture}">
<details><summary>${escapeHtml(summary)}</summary>
${table}
</details>
<script type="application/json">${json}</script>
<script>${
      pageScript(kind, id, [...helpers, draw], `${VIEW_CSS}\n${css}`)
    }</script>
</div>`;
  return { title, html, svg, text };
}

/**
 * Puts the view's functions into a separate scope and calls the last.
 *
 * `currentScript` finds the right element if a page holds one view twice;
 * the id is for viewers that run a copy of the script elsewhere.
 */
function pageScript(
  kind: string,
  id: string,
  // deno-lint-ignore ban-types -- functions of any arguments, which are only printed
  functions: readonly Function[],
  css: string,
): string {
  return `(() => {
"use strict";
${functions.map(String).join("\n")}
const root = document.currentScript?.closest("[data-view='${kind}']") ??
  document.getElementById(${JSON.stringify(id)});
const data = root.querySelector("script[type='application/json']").textContent;
${functions.at(-1)!.name}(root, JSON.parse(data), ${scriptJson(css)});
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

/** Tokens, filters and the frame around them. */
export const COLUMN_FUNCTIONS = [
  element,
  choice,
  sentenceFilters,
  filterChoice,
  tokenColumn,
  showWeights,
  rowHeightOf,
  showView,
] as const;

/** Weights and the lines that show them. */
export const LINK_FUNCTIONS = [
  ...COLUMN_FUNCTIONS,
  svgElement,
  unpackWeights,
  gatherLinks,
  gatherLines,
  strongest,
  linkPanel,
] as const;
