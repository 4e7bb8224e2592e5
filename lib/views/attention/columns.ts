/**
 * Token columns of the attention views, and the choice of which sentence looks at
 * which; they travel into the page as source text.
 *
 * @module
 */

import { choice, element, type HTMLElement } from "./elements.ts";

/** The left column asks, the right one is asked. */
export type Side = "query" | "key";

/** A token of one column. */
export type Chosen = { side: Side; token: number };

/**
 * Makes a column of tokens, empty at first.
 *
 * Tab stops once in a column, the arrow keys walk along it.
 *
 * @param side Which column.
 * @param onChoose Told the token under the pointer or with the focus, and
 *   `undefined` when it is left.
 * @param by Whether the pointer alone chooses a token, or only a click and the keys.
 * @returns The list, and a function that fills it; of its tokens, the first or the
 *   one that is named is where Tab stops.
 */
export function tokenColumn(
  side: Side,
  onChoose: (chosen: Chosen | undefined) => void,
  by: "pointer" | "focus" = "pointer",
): {
  list: HTMLElement;
  fill: (
    shown: readonly number[],
    tokens: readonly string[],
    tokenTypeIds: readonly number[],
    first?: number,
  ) => void;
} {
  const list = element("ul", {
    class: side,
    role: "listbox",
    "aria-label": side === "query" ? "Query tokens" : "Key tokens",
  });
  list.addEventListener("keydown", (event) => {
    const items = [...list.children] as HTMLElement[];
    const current = items.indexOf(event.target as HTMLElement);
    const next = ({
      ArrowDown: items[current + 1],
      ArrowUp: items[current - 1],
      Home: items.at(0),
      End: items.at(-1),
    } as Record<string, HTMLElement | undefined>)[event.key];
    if (next === undefined) return;
    // The notebook around the view must not move its own selection.
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  });
  list.addEventListener("focusin", (event) => {
    for (const item of [...list.children] as HTMLElement[]) {
      item.tabIndex = item === event.target ? 0 : -1;
    }
  });
  return {
    list,
    fill: (shown, tokens, tokenTypeIds, first = shown[0]) => {
      list.replaceChildren(...shown.map((token, row) => {
        const startsB = row > 0 &&
          tokenTypeIds[token] !== tokenTypeIds[token - 1];
        const item = element(
          "li",
          {
            role: "option",
            tabindex: token === first ? "0" : "-1",
            "data-token": String(token),
            title: `${token} ${tokens[token]}`,
            ...(startsB ? { class: "starts-b" } : {}),
          },
          element("bdi", {}, tokens[token]!),
          element("span", { class: "weight" }),
        );
        const [enter, leave] = by === "focus"
          ? [["focus"], []]
          : [["pointerenter", "focus"], ["pointerleave", "blur"]];
        for (const type of enter) {
          item.addEventListener(type, () => onChoose({ side, token }));
        }
        for (const type of leave) {
          item.addEventListener(type, () => onChoose(undefined));
        }
        return item;
      }));
    },
  };
}

/**
 * Shows beside each token of a column how much the chosen token of the other
 * column has to do with it, and marks the chosen one.
 *
 * @param list The column.
 * @param side Which column it is.
 * @param chosen The chosen token, if any.
 * @param heads The heads that are on, with their colours.
 * @param weight Weight of a head between the chosen token and another.
 */
export function showWeights(
  list: HTMLElement,
  side: Side,
  chosen: Chosen | undefined,
  heads: readonly { head: number; color: string }[],
  weight: (head: number, other: number) => number,
): void {
  const isOther = chosen !== undefined && chosen.side !== side;
  for (const item of [...list.children] as HTMLElement[]) {
    const token = Number(item.getAttribute("data-token"));
    const isChosen = chosen?.side === side && chosen.token === token;
    item.setAttribute("aria-selected", String(isChosen));
    item.classList.toggle("faint", chosen?.side === side && !isChosen);
    const weights = isOther ? heads.map(({ head }) => weight(head, token)) : [];
    const mean = weights.reduce((sum, w) => sum + w, 0) /
      Math.max(1, weights.length);
    item.lastElementChild!.textContent = mean < 0.005 ? "" : mean.toFixed(2);
    // One stripe a head, as opaque as its weight.
    const stripes = weights.map((w, i) => {
      const alpha = Math.round(255 * w).toString(16).padStart(2, "0");
      const ends = [i, i + 1].map((n) => `${100 * n / weights.length}%`);
      return `${heads[i]!.color}${alpha} ${ends.join(" ")}`;
    });
    item.style.backgroundImage = stripes.length === 0
      ? ""
      : `linear-gradient(90deg, ${stripes.join(", ")})`;
  }
}

/** The tokens that look and the tokens looked at. */
export type Filter = {
  name: string;
  queries: readonly number[];
  keys: readonly number[];
};

/**
 * Lists the filters of BertViz: all tokens, and each sentence by each.
 *
 * @param tokenTypeIds 0 for a token of sentence A, 1 for one of B, [T].
 * @returns Only "All" if there is a single sentence.
 */
export function sentenceFilters(tokenTypeIds: readonly number[]): Filter[] {
  const all = tokenTypeIds.map((_, token) => token);
  const everything = { name: "All", queries: all, keys: all };
  const [a, b] = [0, 1].map((segment) =>
    all.filter((token) => tokenTypeIds[token] === segment)
  ) as [number[], number[]];
  if (a.length === 0 || b.length === 0) return [everything];
  return [
    everything,
    { name: "A → A", queries: a, keys: a },
    { name: "A → B", queries: a, keys: b },
    { name: "B → A", queries: b, keys: a },
    { name: "B → B", queries: b, keys: b },
  ];
}

/**
 * Makes the choice among filters.
 *
 * @param filters The filters, the first one chosen.
 * @param onChange Told the filter of each later choice.
 * @returns The labelled choice; empty if there is nothing to choose.
 */
export function filterChoice(
  filters: readonly Filter[],
  onChange: (filter: Filter) => void,
): HTMLElement[] {
  if (filters.length === 1) return [];
  const names = filters.map(({ name }) => name);
  return [choice("Show", names, 0, (index) => onChange(filters[index]!))];
}
