/** How the browser tests handle the views of attention. */

import assert from "node:assert/strict";
import { RUNS_ALL } from "../_tiers.ts";
import { BrowserPage, findChromium } from "./_chromium.ts";

const chromium = findChromium();
const reason = !RUNS_ALL
  ? " (skipped: only in test --all)"
  : chromium === undefined
  ? " (skipped: no Chromium in BERTBOOK_CHROMIUM or on PATH)"
  : "";

/** Opens a page of `html`, or a file, and checks that no token ran in it. */
export function inBrowser(
  name: string,
  html: () => string | URL,
  run: (page: BrowserPage) => Promise<void>,
): void {
  Deno.test({
    name: name + reason,
    ignore: chromium === undefined || !RUNS_ALL,
    fn: async () => {
      await using page = await BrowserPage.open(chromium!, html());
      await run(page);
      assert.equal(await page.evaluate("typeof window.pwned"), "undefined");
    },
  });
}

/** The shadow tree of a view, as an expression of the page. */
export const view = (index: number): string =>
  `document.querySelectorAll("[data-view]")[${index}].shadowRoot`;
/** All elements of a view that match. */
export const all = (selector: string, index = 0): string =>
  `[...${view(index)}.querySelectorAll(${JSON.stringify(selector)})]`;
/** Chooses an option of the first view, as a user does. */
export function choose(
  page: BrowserPage,
  name: "layer" | "head" | "show",
  value: number,
): Promise<void> {
  return page.evaluate(`{
    const select = ${view(0)}.querySelector("select.${name}");
    select.value = "${value}";
    select.dispatchEvent(new Event("change"));
  }`);
}

/** The tokens of a column of the first view. */
export function tokensOf(page: BrowserPage, side: string): Promise<string[]> {
  return page.evaluate(`${all(`ul.${side} bdi`)}.map((n) => n.textContent)`);
}
