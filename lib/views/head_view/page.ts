/**
 * The head view as it lives in a page; travels there as source text.
 *
 * What travels uses nothing but its arguments, the page's `document`, and the
 * functions that travel with it.
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
import { headSwitches } from "./switches.ts";

/**
 * Draws the view in place of the still form.
 *
 * @param root The element that holds the still form.
 * @param data The view's data.
 * @param css The view's style sheet.
 */
export function drawHeadView(
  root: HTMLElement,
  data: AttentionData,
  css: string,
): void {
  if (root.shadowRoot !== null) return;
  const { tokens, tokenTypeIds, numLayers, colors } = data;
  const weightOf = unpackWeights(data);
  const filters = sentenceFilters(tokenTypeIds);
  const on = new Set(data.heads);
  let layer = data.layer;

  const panel = linkPanel(tokens, tokenTypeIds);
  const layers = Array.from({ length: numLayers }, (_, i) => String(i));
  const layerChoice = choice("Layer", layers, layer, (index) => {
    layer = index;
    draw();
  });
  const switches = headSwitches(colors, on, draw);
  function draw(): void {
    switches.mark();
    panel.showLinks({
      heads: [...on].sort((x, y) => x - y)
        .map((head) => ({ head, color: colors[head]! })),
      weight: (head, query, key) => weightOf(layer, head, query, key),
    });
  }

  panel.showTokens(filters[0]!);
  draw();
  const controls = element(
    "div",
    { class: "controls" },
    layerChoice,
    ...filterChoice(filters, panel.showTokens),
    switches.group,
  );
  showView(root, css, data, [controls, panel.status], [panel.columns]);
}
