/**
 * The squares that turn heads on and off; they travel into the page as source
 * text.
 *
 * @module
 */

import type { HTMLElement } from "../attention/dom.ts";
import { element } from "../attention/elements.ts";

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
