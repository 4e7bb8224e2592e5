/**
 * What surrounds every view of attention; travels into the page as source text.
 *
 * @module
 */

import type { HTMLElement } from "./dom.ts";
import { element } from "./elements.ts";

/** Pixels of a row of tokens: long texts stand closer together. */
export function rowHeightOf(tokens: readonly string[]): number {
  return tokens.length > 40 ? 16 : 22;
}

/**
 * Puts a view into a shadow tree of `root`, which hides the still form.
 *
 * A shadow tree keeps the view's styles from the page and the page's from the
 * view; colours are inherited, so dark themes work.
 *
 * @param root The element that holds the still form.
 * @param css The view's style sheet.
 * @param data The view's title and tokens.
 * @param top Controls and status, which stay in sight while tokens scroll.
 * @param rest What is below them.
 */
export function showView(
  root: HTMLElement,
  css: string,
  data: { title: string; tokens: readonly string[] },
  top: readonly HTMLElement[],
  rest: readonly HTMLElement[],
): void {
  const rowHeight = rowHeightOf(data.tokens);
  const view = element(
    "div",
    {
      class: rowHeight < 22 ? "view long" : "view",
      style: `--row: ${rowHeight}px`,
    },
    element(
      "div",
      { class: "top" },
      element("div", { class: "title" }, data.title),
      ...top,
    ),
    ...rest,
  );
  root.attachShadow({ mode: "open" }).append(element("style", {}, css), view);
}
