/**
 * The interactive head view; its functions travel into the page as source text, so they
 * use nothing but their arguments, the page's `document`, and one another.
 *
 * @module
 */

import { filterChoice, sentenceFilters } from "./columns.ts";
import type { AttentionData } from "./data.ts";
import { choice, element, type HTMLElement, showView } from "./elements.ts";
import { unpackWeights } from "./lines.ts";
import { linkPanel } from "./panel.ts";

/**
 * Draws the view in place of the still form, which `root` holds.
 *
 * @param root The element.
 * @param data What is drawn.
 * @param css Rules for the view's shadow tree.
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

/**
 * Makes one coloured square a head; a double click, or a click with Shift,
 * leaves only that head on.
 *
 * @param colors The heads' colours.
 * @param on The heads that are on; the squares change it.
 * @param onChange Called after each change.
 * @returns The group of squares, and a function that marks those that are on.
 */
export function headSwitches(
  colors: readonly string[],
  on: Set<number>,
  onChange: () => void,
): { group: HTMLElement; mark: () => void } {
  const only = (head: number): void => {
    on.clear();
    on.add(head);
    onChange();
  };
  const squares = colors.map((color, head) => {
    const square = element("button", {
      type: "button",
      class: "head",
      style: `--head: ${color}`,
      title: `Head ${head}: click for on or off, double click for only this`,
      "aria-label": `Head ${head}`,
    }, String(head));
    square.addEventListener("click", (event) => {
      if (event.shiftKey) return only(head);
      if (!on.delete(head)) on.add(head);
      onChange();
    });
    square.addEventListener("dblclick", () => only(head));
    return square;
  });
  const everyone = element("button", { type: "button", class: "all" }, "all");
  everyone.addEventListener("click", () => {
    colors.forEach((_, head) => on.add(head));
    onChange();
  });
  return {
    group: element(
      "span",
      { class: "heads", role: "group", "aria-label": "Heads" },
      "Heads ",
      ...squares,
      everyone,
    ),
    mark: () =>
      squares.forEach((square, head) =>
        square.setAttribute("aria-pressed", String(on.has(head)))
      ),
  };
}

/** Rules for the view's shadow tree; `--head` is set inline. */
export const HEAD_VIEW_CSS = `
.heads { display: inline-flex; flex-wrap: wrap; gap: 3px; align-items: center; }
button.head { width: 24px; padding: 0; font-size: 11px; border: 2px solid var(--head); }
button.head[aria-pressed="true"] { background: var(--head); color: #000; font-weight: bold; }
button.head[aria-pressed="false"] { opacity: 0.65; }
button.all { margin-left: 4px; }
`.trim();
