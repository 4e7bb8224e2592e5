/**
 * A view in one piece of HTML that asks nothing of the network: a still form,
 * and below it the data and the functions that draw the interactive one.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { escapeHtml, scriptJson } from "../escape.ts";
import type { HTMLElement } from "./dom.ts";

/** One view in three forms: interactive, drawn, and in words. */
export type HtmlView = {
  title: string;
  html: string;
  svg: string;
  text: string;
};

/** What a view shows where no script runs. */
export type StillForm = {
  /** The drawing. */
  svg: string;
  /** The drawing in one sentence. */
  alt: string;
  /** What the table is about. */
  summary: string;
  /** HTML with inline styles only. */
  table: string;
  text: string;
};

/** The part of a view that a script plays. */
export type Interaction<Data> = {
  /** The kind of view, as in `data-view`. */
  kind: string;
  data: Data;
  css: string;
  /** Draws the view; travels into the page as source text, as `helpers` do. */
  draw: (root: HTMLElement, data: Data, css: string) => void;
  /** Every function that `draw` needs, wherever it is called from. */
  // deno-lint-ignore ban-types -- functions of any arguments, which are only printed
  helpers: readonly Function[];
};

/**
 * Writes a view as HTML.
 *
 * @param still What is shown where no script runs.
 * @param interaction What replaces it where one does.
 * @returns HTML that works offline and beside others of its kind.
 */
export function viewHtml<Data>(
  { svg, alt, summary, table }: StillForm,
  { kind, data, css, draw, helpers }: Interaction<Data>,
): string {
  const json = scriptJson(data);
  const id = `${kind}-${fingerprint(json)}`;
  const picture = Buffer.from(svg).toString("base64");
  // Without the third attribute JupyterLab takes a letter typed in the view for a
  // command of its own: "b" inserts a cell.
  return `<div id="${id}" data-view="${kind}" data-lm-suppress-shortcuts="true">
<p>Run this cell, or trust the notebook, to choose layers and heads here.</p>
<img alt="${escapeHtml(alt)}" src="data:image/svg+xml;base64,${picture}">
<details><summary>${escapeHtml(summary)}</summary>
${table}
</details>
<script type="application/json">${json}</script>
<script>${pageScript(kind, id, [...helpers, draw], css)}</script>
</div>`;
}

/**
 * Puts the view's functions into a scope of their own and calls the last.
 *
 * `currentScript` finds the right element where one view stands twice in a page;
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
