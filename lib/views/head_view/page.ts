/// <reference lib="dom" />
/**
 * The head view as it lives in a page; travels there as source text.
 *
 * What travels uses nothing but its arguments, the page's `document`, and the
 * functions that travel with it.
 *
 * @module
 */

import { type Chosen, showWeights, type Side, tokenColumn } from "./columns.ts";
import type { HeadViewData } from "./data.ts";
import { choice, element, headSwitches, svgElement } from "./elements.ts";
import { gatherLines, strongest, unpackWeights } from "./lines.ts";

/**
 * Draws the view into a shadow tree of `root`, which hides the still form.
 *
 * A shadow tree keeps the view's styles from the page and the page's from the
 * view; colours are inherited, so dark themes work.
 *
 * @param root The element that holds the still form.
 * @param data The view's data.
 * @param css The view's style sheet.
 */
export function drawHeadView(
  root: HTMLElement,
  data: HeadViewData,
  css: string,
): void {
  if (root.shadowRoot !== null) return;
  const { tokens, segments, numLayers, colors } = data;
  const weightOf = unpackWeights(data);
  const isLong = tokens.length > 40;
  const size = {
    width: 220,
    rowHeight: isLong ? 16 : 22,
    least: 0.004, // one step of a byte
  };
  const all = tokens.map((_, token) => token);
  const [a, b] = [0, 1].map((segment) =>
    all.filter((token) => segments[token] === segment)
  ) as [number[], number[]];
  const filters: [name: string, queries: number[], keys: number[]][] = [
    ["All", all, all],
    ["A → A", a, a],
    ["A → B", a, b],
    ["B → A", b, a],
    ["B → B", b, b],
  ];
  const on = new Set(data.heads);
  let layer = data.layer;
  let [, queries, keys] = filters[0]!;
  let chosen: Chosen | undefined;

  const layerChoice = choice(
    "Layer",
    Array.from({ length: numLayers }, (_, i) => String(i)),
    layer,
    (index) => {
      layer = index;
      draw();
    },
  );
  const names = filters.map(([name]) => name);
  const filterChoice = choice("Show", names, 0, (index) => {
    [, queries, keys] = filters[index]!;
    fillColumns();
    choose(undefined);
  });
  const switches = headSwitches(colors, on, draw);
  const status = element("p", { class: "status", "aria-live": "polite" });
  const columns = {
    query: tokenColumn("query", choose),
    key: tokenColumn("key", choose),
  };
  const drawing = svgElement("svg", {
    "aria-hidden": "true",
    width: String(size.width),
  });

  function choose(token: Chosen | undefined): void {
    chosen = token;
    draw();
  }
  function fillColumns(): void {
    columns.query.fill(queries, tokens, segments);
    columns.key.fill(keys, tokens, segments);
    const numRows = Math.max(queries.length, keys.length);
    drawing.setAttribute("height", String(numRows * size.rowHeight));
  }
  function isShown(query: number, key: number): boolean {
    return chosen === undefined ||
      chosen.token === (chosen.side === "query" ? query : key);
  }
  /** Weight of `head` between the chosen token and one of the other column. */
  function weightWith(head: number, other: number): number {
    const token = chosen?.token ?? other;
    return chosen?.side === "key"
      ? weightOf(layer, head, other, token)
      : weightOf(layer, head, token, other);
  }
  function draw(): void {
    const heads = [...on].sort((x, y) => x - y)
      .map((head) => ({ head, color: colors[head]! }));
    switches.mark();
    // Strong lines last, so that no faint one of another head covers them.
    const lines = heads.flatMap(({ head, color }) =>
      gatherLines(
        queries,
        keys,
        (query, key) =>
          isShown(query, key) ? weightOf(layer, head, query, key) : 0,
        size,
      ).map((line) => ({ ...line, head, color }))
    ).sort((x, y) => x.opacity - y.opacity);
    drawing.replaceChildren(
      ...lines.map(({ path, opacity, head, color }) =>
        svgElement("path", {
          d: path,
          "data-head": String(head),
          stroke: color,
          "stroke-opacity": String(opacity),
        })
      ),
    );
    for (const side of ["query", "key"] as Side[]) {
      showWeights(columns[side].list, side, chosen, heads, weightWith);
    }
    status.textContent = describe(heads.map(({ head }) => head));
  }
  function describe(heads: readonly number[]): string {
    if (heads.length === 0) return "No head is on.";
    if (chosen === undefined) {
      return "Point at a token, or walk with Tab and the arrow keys, to see only its lines.";
    }
    const mean = (other: number): number =>
      heads.reduce((sum, head) => sum + weightWith(head, other), 0) /
      heads.length;
    const others = strongest(chosen.side === "query" ? keys : queries, mean, 4)
      .map(({ token, weight }) => `${tokens[token]} ${weight.toFixed(2)}`);
    const verb = chosen.side === "query" ? "looks at" : "is looked at by";
    const over = heads.length === 1
      ? `head ${heads[0]}`
      : `mean of ${heads.length} heads`;
    return `${tokens[chosen.token]} ${verb} ${others.join(", ")} (${over})`;
  }

  fillColumns();
  draw();
  const hasPair = a.length > 0 && b.length > 0;
  const view = element(
    "div",
    {
      class: isLong ? "view long" : "view",
      style: `--row: ${size.rowHeight}px`,
    },
    element(
      "div",
      { class: "top" },
      element("div", { class: "title" }, data.title),
      element(
        "div",
        { class: "controls" },
        layerChoice,
        ...(hasPair ? [filterChoice] : []),
        switches.group,
      ),
      status,
    ),
    element(
      "div",
      { class: "columns" },
      element("div", { class: "query name" }, "query"),
      element("div"),
      element("div", { class: "key name" }, "key"),
      columns.query.list,
      drawing,
      columns.key.list,
    ),
  );
  root.attachShadow({ mode: "open" }).append(element("style", {}, css), view);
}
