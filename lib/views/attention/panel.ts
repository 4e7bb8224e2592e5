/**
 * Attention panel: two columns of tokens with the lines of some heads between them;
 * travels into the page as source text.
 *
 * @module
 */

import {
  element,
  type HTMLElement,
  rowHeightOf,
  svgElement,
} from "./elements.ts";
import {
  type Chosen,
  type Filter,
  showWeights,
  type Side,
  tokenColumn,
} from "./columns.ts";
import { gatherLines, strongest } from "./lines.ts";

/** A head that is on, and how its lines are drawn. */
export type ShownHead = { head: number; color: string };

/** What the lines of a panel show. */
export type Links = {
  heads: readonly ShownHead[];
  /** Weight of a head from a query to a key. */
  weight: (head: number, query: number, key: number) => number;
};

/** The panel's two elements, and how to change what they show. */
export type LinkPanel = {
  /** A sentence about the token that is pointed at. */
  status: HTMLElement;
  columns: HTMLElement;
  showTokens: (filter: Filter) => void;
  showLinks: (links: Links) => void;
};

/**
 * Makes a panel, empty at first.
 *
 * @param tokens The tokens, [T].
 * @param tokenTypeIds Their token type ids, [T].
 * @returns The panel.
 */
export function linkPanel(
  tokens: readonly string[],
  tokenTypeIds: readonly number[],
): LinkPanel {
  const size = {
    width: 220,
    rowHeight: rowHeightOf(tokens),
    least: 0.004, // one step of a byte
  };
  let queries: readonly number[] = [], keys: readonly number[] = [];
  let links: Links = { heads: [], weight: () => 0 };
  let chosen: Chosen | undefined;

  const status = element("p", { class: "status", "aria-live": "polite" });
  const columns = {
    query: tokenColumn("query", choose),
    key: tokenColumn("key", choose),
  };
  const drawing = svgElement("svg", {
    "aria-hidden": "true",
    width: "100%",
    preserveAspectRatio: "none", // in a narrow page the lines are only steeper
  });

  function choose(token: Chosen | undefined): void {
    chosen = token;
    draw();
  }
  function isShown(query: number, key: number): boolean {
    return chosen === undefined ||
      chosen.token === (chosen.side === "query" ? query : key);
  }
  /** Weight of `head` between the chosen token and one of the other column. */
  function weightWith(head: number, other: number): number {
    const token = chosen?.token ?? other;
    return chosen?.side === "key"
      ? links.weight(head, other, token)
      : links.weight(head, token, other);
  }
  function draw(): void {
    // Strong lines last, so that no faint one of another head covers them.
    const lines = links.heads.flatMap(({ head, color }) =>
      gatherLines(
        queries,
        keys,
        (query, key) =>
          isShown(query, key) ? links.weight(head, query, key) : 0,
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
      showWeights(columns[side].list, side, chosen, links.heads, weightWith);
    }
    status.textContent = describe();
  }
  function describe(): string {
    const { heads } = links;
    if (heads.length === 0) return "No head is on.";
    if (chosen === undefined) {
      return "Point at a token, or walk with Tab and the arrow keys, to see only its lines.";
    }
    const mean = (other: number): number =>
      heads.reduce((sum, { head }) => sum + weightWith(head, other), 0) /
      heads.length;
    const others = strongest(chosen.side === "query" ? keys : queries, mean, 4)
      .map(({ token, weight }) => `${tokens[token]} ${weight.toFixed(2)}`);
    const verb = chosen.side === "query" ? "looks at" : "is looked at by";
    const over = heads.length === 1
      ? `head ${heads[0]!.head}`
      : `mean of ${heads.length} heads`;
    return `${tokens[chosen.token]} ${verb} ${others.join(", ")} (${over})`;
  }

  return {
    status,
    columns: element(
      "div",
      { class: "columns" },
      element("div", { class: "query name" }, "query"),
      element("div"),
      element("div", { class: "key name" }, "key"),
      columns.query.list,
      drawing,
      columns.key.list,
    ),
    showTokens: (filter) => {
      ({ queries, keys } = filter);
      chosen = undefined;
      columns.query.fill(queries, tokens, tokenTypeIds);
      columns.key.fill(keys, tokens, tokenTypeIds);
      const numRows = Math.max(queries.length, keys.length);
      const height = numRows * size.rowHeight;
      drawing.setAttribute("height", String(height));
      drawing.setAttribute("viewBox", `0 0 ${size.width} ${height}`);
      draw();
    },
    showLinks: (next) => {
      links = next;
      draw();
    },
  };
}
