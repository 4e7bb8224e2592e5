/**
 * The model view as it lives in a page; travels there as source text.
 *
 * @module
 */

import type { HTMLElement } from "../attention/dom.ts";
import type { AttentionData } from "../attention/data.ts";
import { choice, element } from "../attention/elements.ts";
import { filterChoice, sentenceFilters } from "../attention/filters.ts";
import { showView } from "../attention/frame.ts";
import { unpackWeights } from "../attention/lines.ts";
import { linkPanel } from "../attention/panel.ts";
import { paintLinks, type Place, thumbnailGrid } from "./grid.ts";

/**
 * Draws the view in place of the still form.
 *
 * @param root The element that holds the still form.
 * @param data The view's data.
 * @param css The view's style sheet.
 */
export function drawModelView(
  root: HTMLElement,
  data: AttentionData,
  css: string,
): void {
  if (root.shadowRoot !== null) return;
  const { tokens, tokenTypeIds, numLayers, numHeads, colors } = data;
  const side = 50;
  const weightOf = unpackWeights(data);
  const filters = sentenceFilters(tokenTypeIds);
  let filter = filters[0]!;
  let opened: Place | undefined;

  const { grid, canvases, focus } = thumbnailGrid(numLayers, numHeads, open);
  const panel = linkPanel(tokens, tokenTypeIds);
  const back = element(
    "button",
    { type: "button", class: "back" },
    "← all heads",
  );
  const count = (length: number): string[] =>
    Array.from({ length }, (_, i) => String(i));
  const layers = choice("Layer", count(numLayers), 0, (layer) => {
    enlarge({ ...opened!, layer });
  });
  const heads = choice("Head", count(numHeads), 0, (head) => {
    enlarge({ ...opened!, head });
  });
  const detail = element(
    "div",
    { class: "detail", role: "region", hidden: "" },
    element("div", { class: "controls" }, back, layers, heads),
    panel.status,
    panel.columns,
  );
  const hint = element(
    "p",
    { class: "hint" },
    "Click a drawing, or walk with Tab and the arrow keys and press Enter, to enlarge it.",
  );
  back.addEventListener("click", close);
  detail.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  function paint(): void {
    canvases.forEach((row, layer) =>
      row.forEach((canvas, head) => {
        const weight = (query: number, key: number): number =>
          weightOf(layer, head, query, key);
        paintLinks(canvas, side, filter, weight, colors[head]!);
      })
    );
  }
  function enlarge(place: Place): void {
    opened = place;
    const { layer, head } = place;
    detail.setAttribute("aria-label", `Layer ${layer}, head ${head}`);
    layers.querySelector("select")!.value = String(layer);
    heads.querySelector("select")!.value = String(head);
    panel.showLinks({
      heads: [{ head, color: colors[head]! }],
      weight: (head, query, key) => weightOf(layer, head, query, key),
    });
  }
  function open(place: Place): void {
    panel.showTokens(filter);
    enlarge(place);
    grid.hidden = hint.hidden = true;
    detail.hidden = false;
    back.focus();
  }
  function close(): void {
    grid.hidden = hint.hidden = false;
    detail.hidden = true;
    if (opened !== undefined) focus(opened);
    opened = undefined;
  }

  paint();
  const choices = filterChoice(filters, (chosen) => {
    filter = chosen;
    paint();
    if (opened !== undefined) panel.showTokens(filter);
  });
  const controls = element("div", { class: "controls" }, ...choices);
  showView(root, css, data, [controls, hint], [grid, detail]);
}
