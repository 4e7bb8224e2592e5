/**
 * Vectors as strips of colour, one cell a neuron; they travel into the page as
 * source text.
 *
 * @module
 */

import type { HTMLCanvasElement } from "../attention/dom.ts";
import { element } from "../attention/elements.ts";

/** Colours of positive and negative values, readable on white and on black. */
export type SignColors = { positive: string; negative: string };

/**
 * Makes a column of strips, empty at first.
 *
 * @param name What it shows, for its class.
 * @returns Its canvas.
 */
export function stripColumn(name: string): HTMLCanvasElement {
  return element("canvas", { class: `strips ${name}`, "aria-hidden": "true" });
}

/**
 * Draws vectors below one another.
 *
 * @param canvas Where to draw; cleared first. One pixel wide a neuron: the style
 *   sheet widens it.
 * @param vectors One a row, [R][K].
 * @param largest The absolute value of the strongest colour.
 * @param rowHeight Pixels of a row.
 * @param colors The colours of the two signs.
 */
export function paintStrips(
  canvas: HTMLCanvasElement,
  vectors: readonly (readonly number[])[],
  largest: number,
  rowHeight: number,
  colors: SignColors,
): void {
  canvas.width = vectors[0]?.length ?? 0;
  canvas.height = vectors.length * rowHeight;
  canvas.style.height = `${canvas.height}px`;
  const pen = canvas.getContext("2d")!;
  vectors.forEach((vector, row) =>
    vector.forEach((value, neuron) => {
      pen.globalAlpha = largest === 0 ? 0 : Math.abs(value) / largest;
      pen.fillStyle = value < 0 ? colors.negative : colors.positive;
      pen.fillRect(neuron, row * rowHeight + 2, 1, rowHeight - 4);
    })
  );
}
