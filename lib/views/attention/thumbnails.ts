/**
 * Thumbnails of all heads, one row a layer; they travel into the page as source text.
 *
 * @module
 */

import type { Filter } from "./columns.ts";
import {
  element,
  type HTMLCanvasElement,
  type HTMLElement,
} from "./elements.ts";
import { gatherLinks } from "./lines.ts";

/** Pixels of the screen for each unit of the page. */
declare const devicePixelRatio: number;

/** One head of one layer. */
export type Place = { layer: number; head: number };

/**
 * Draws the links of a head on a canvas.
 *
 * @param canvas Where to draw; cleared first.
 * @param side Width and height on the page, in pixels.
 * @param filter The tokens that look, and those looked at.
 * @param weight Weight of a query and a key.
 * @param color The colour of the head.
 */
export function paintLinks(
  canvas: HTMLCanvasElement,
  side: number,
  { queries, keys }: Filter,
  weight: (query: number, key: number) => number,
  color: string,
): void {
  const scale = devicePixelRatio;
  canvas.width = canvas.height = Math.round(side * scale); // clears
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  pen.strokeStyle = color;
  const rowHeight = side / Math.max(queries.length, keys.length);
  // Lines fainter than 2 % cannot be seen at this size.
  for (const { rows, opacity } of gatherLinks(queries, keys, weight, 0.02)) {
    pen.globalAlpha = opacity;
    pen.beginPath();
    for (let i = 0; i < rows.length; i += 2) {
      pen.moveTo(0, (rows[i]! + 0.5) * rowHeight);
      pen.lineTo(side, (rows[i + 1]! + 0.5) * rowHeight);
    }
    pen.stroke();
  }
}

/**
 * Makes the grid, its drawings empty at first.
 *
 * Tab stops once in the grid, the arrow keys walk in it, Enter opens.
 *
 * @param numLayers Its rows.
 * @param numHeads Its columns.
 * @param onOpen Told the head that is clicked.
 * @returns The grid, its canvases [L][H], and a function that moves the focus.
 */
export function thumbnailGrid(
  numLayers: number,
  numHeads: number,
  onOpen: (place: Place) => void,
): {
  grid: HTMLElement;
  canvases: HTMLCanvasElement[][];
  focus: (place: Place) => void;
} {
  const places = (make: (place: Place) => HTMLElement): HTMLElement[][] =>
    Array.from(
      { length: numLayers },
      (_, layer) =>
        Array.from({ length: numHeads }, (_, head) => make({ layer, head })),
    );
  const canvases: HTMLCanvasElement[][] = [];
  const cells = places(({ layer, head }) => {
    const canvas = element("canvas", { "aria-hidden": "true" });
    (canvases[layer] ??= [])[head] = canvas;
    const cell = element("button", {
      type: "button",
      class: "thumbnail",
      role: "gridcell",
      tabindex: layer + head === 0 ? "0" : "-1",
      title: `Layer ${layer}, head ${head}`,
      "aria-label": `Layer ${layer}, head ${head}: enlarge`,
    }, canvas);
    cell.addEventListener("click", () => onOpen({ layer, head }));
    cell.addEventListener("keydown", (event) => {
      const next = ({
        ArrowRight: cells[layer]![head + 1],
        ArrowLeft: cells[layer]![head - 1],
        ArrowDown: cells[layer + 1]?.[head],
        ArrowUp: cells[layer - 1]?.[head],
        Home: cells[layer]![0],
        End: cells[layer]!.at(-1),
      } as Record<string, HTMLElement | undefined>)[event.key];
      if (next === undefined) return;
      // The notebook around the view must not move its own selection.
      event.preventDefault();
      event.stopPropagation();
      move(next);
    });
    return cell;
  });
  function move(to: HTMLElement): void {
    for (const cell of cells.flat()) cell.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  const row = (
    name: HTMLElement,
    others: readonly HTMLElement[],
  ): HTMLElement => element("div", { role: "row" }, name, ...others);
  const header = row(
    element("span", { role: "columnheader" }, "head"),
    Array.from(
      { length: numHeads },
      (_, head) => element("span", { role: "columnheader" }, String(head)),
    ),
  );
  const rows = cells.map((others, layer) =>
    row(element("span", { role: "rowheader" }, `layer ${layer}`), others)
  );
  return {
    grid: element(
      "div",
      { class: "grid", role: "grid", "aria-label": "Heads of all layers" },
      header,
      ...rows,
    ),
    canvases,
    focus: ({ layer, head }) => move(cells[layer]![head]!),
  };
}
