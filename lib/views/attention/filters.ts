/**
 * Which sentence looks at which; travels into the page as source text.
 *
 * @module
 */

import type { HTMLElement } from "./dom.ts";
import { choice } from "./elements.ts";

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
 * @returns All tokens alone where there is only one sentence.
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
 * @returns The labelled choice; nothing where there is nothing to choose.
 */
export function filterChoice(
  filters: readonly Filter[],
  onChange: (filter: Filter) => void,
): HTMLElement[] {
  if (filters.length === 1) return [];
  const names = filters.map(({ name }) => name);
  return [choice("Show", names, 0, (index) => onChange(filters[index]!))];
}
