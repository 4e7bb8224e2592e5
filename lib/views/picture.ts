/**
 * Charts and SVG drawings turned into pictures, the same ones on every machine.
 *
 * Vega-Lite (Satyanarayan et al., 2017) compiles to Vega, Vega draws SVG without
 * a canvas, resvg turns SVG into pixels. Only the DejaVu fonts of the npm package
 * are used, never the machine's. Everything heavy is imported at the first
 * picture, so a notebook that draws nothing pays nothing.
 *
 * @module
 */

import { replaceNonXml } from "./escape.ts";
import { fontFile, pictureFont } from "./font.ts";
import type { VegaLiteSpec } from "./charts/chart.ts";

/** Pixels of the picture for each unit of the drawing: sharp on dense screens. */
export const DEFAULT_SCALE = 2;

/**
 * Draws a chart as SVG.
 *
 * @param spec The chart.
 * @returns An SVG document.
 */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([
    importVega(),
    import("vega-lite"),
  ]);
  const { spec: program } = vegaLite.compile(spec);
  const view = new vega.View(vega.parse(program), { renderer: "none" });
  try {
    return replaceNonXml(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/**
 * Draws a chart as PNG.
 *
 * @example A chart of 560 × 300 and its margins, twice as many pixels
 * ```ts
 * import { lossCurves } from "bertbook/views/charts/training.ts";
 * import { pngSize, renderPng } from "bertbook/views/picture.ts";
 * import assert from "node:assert/strict";
 *
 * const png = await renderPng(lossCurves([
 *   { epoch: 1, trainingLoss: 0.6, validationLoss: 0.5 },
 * ]));
 * assert.ok(pngSize(png).width > 2 * 560);
 * ```
 *
 * @param spec The chart.
 * @param options `scale`: pixels for each unit of the drawing.
 * @returns The bytes of a PNG file.
 */
export async function renderPng(
  spec: VegaLiteSpec,
  options: { scale?: number } = {},
): Promise<Uint8Array> {
  return rasterize(await renderSvg(spec), options);
}

/**
 * Turns an SVG document into PNG.
 *
 * @param svg The document.
 * @param options `scale`: pixels for each unit of the drawing.
 * @returns The bytes of a PNG file.
 */
export async function rasterize(
  svg: string,
  options: { scale?: number } = {},
): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: options.scale ?? DEFAULT_SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontFile("regular"), fontFile("bold")],
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  });
  return new Uint8Array(image.render().asPng());
}

/**
 * Reads a PNG file's size from its header (PNG specification, section 11.2.1).
 *
 * @param png The bytes of a PNG file.
 * @returns Width and height in pixels.
 */
export function pngSize(png: Uint8Array): { width: number; height: number } {
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: header.getUint32(16), height: header.getUint32(20) };
}

/** Imports Vega, and has it measure text with our fonts instead of guessing. */
let vegaImport: Promise<typeof import("vega")> | undefined;
function importVega(): Promise<typeof import("vega")> {
  vegaImport ??= import("vega").then((vega) => {
    const [regular, bold] = [pictureFont("regular"), pictureFont("bold")];
    const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
    textMetrics.width = (item, text) =>
      (item.fontWeight === "bold" ? bold : regular)
        .widthOf(String(text ?? ""), item.fontSize ?? 11);
    return vega;
  });
  return vegaImport;
}

/** Vega's measure of text, which its types leave out. */
type TextMetrics = {
  width: (
    item: { fontSize?: number; fontWeight?: string | number },
    text: unknown,
  ) => number;
};
