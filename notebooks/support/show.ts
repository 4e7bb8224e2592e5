/**
 * Shows charts, tables, views and text below a notebook's cell.
 *
 * Always by an awaited call, never as a cell's last expression, which viewers
 * can lose. Each thing is sent in every format that some viewer needs: a chart as
 * PNG for GitHub, as Vega-Lite for JupyterLab, in words for a terminal.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { HtmlView } from "../../lib/views/head_view.ts";
import {
  DEFAULT_SCALE,
  pngSize,
  rasterize,
  renderPng,
  renderSvg,
} from "../../lib/views/picture.ts";
import { table, type TableView } from "../../lib/views/table.ts";
import type { VegaLiteSpec } from "../../lib/views/theme.ts";
import {
  type Broadcast,
  kernelBroadcast,
  type MimeBundle,
  settle,
} from "./display.ts";

/** A data frame of nodejs-polars, as far as it is shown. */
export type Frame = {
  readonly shape: { height: number; width: number };
  head(length: number): { toRecords(): Record<string, unknown>[] };
};

/** Text with Markdown marks, made by {@linkcode markdown}. */
export type Markdown = { markdown: string };

/** Whatever can be shown; a string is plain text. */
export type View =
  | VegaLiteSpec
  | HtmlView
  | TableView
  | Frame
  | readonly Record<string, unknown>[]
  | Markdown
  | string;

/** How something is shown. */
export type ShowOptions = {
  /** A line above a table. */
  caption?: string;
  /** How many rows of a data frame to show. */
  rows?: number;
  /** Shows a chart or a view as a drawing alone, for pages that will be printed. */
  format?: "svg";
  /** Where to; the running kernel if not given. */
  broadcast?: Broadcast;
};

const VEGA_LITE = "application/vnd.vegalite.v5+json";

/**
 * Shows `view` below the running cell.
 *
 * @example Outside a kernel nothing is shown and nothing fails
 * ```ts
 * import { show } from "./show.ts";
 *
 * await show([{ epoch: 1, loss: 0.5 }], { caption: "Training" });
 * ```
 *
 * @param view A chart, rows, a data frame, an HTML view, Markdown or text.
 * @param options Caption, rows, and where to show.
 * @returns When the cell may end without losing the output.
 */
export async function show(
  view: View,
  options: ShowOptions = {},
): Promise<void> {
  const { broadcast = kernelBroadcast() } = options;
  await broadcast("display_data", {
    ...await mimeBundle(view, options),
    transient: {},
  });
  await settle();
}

/**
 * Marks `text` as Markdown.
 *
 * @param text Text with Markdown marks, formulas between dollar signs.
 * @returns What {@linkcode show} takes.
 */
export function markdown(text: string): Markdown {
  return { markdown: text };
}

/**
 * Writes `view` in every format that it has.
 *
 * @param view What to show.
 * @param options Caption and rows, as for {@linkcode show}.
 * @returns Data and metadata by MIME type, `text/plain` always among them.
 */
export async function mimeBundle(
  view: View,
  options: ShowOptions = {},
): Promise<MimeBundle> {
  if (typeof view === "string") return plain({ "text/plain": view });
  if ("markdown" in view) {
    return plain({
      "text/markdown": view.markdown,
      "text/plain": view.markdown,
    });
  }
  if (options.format === "svg") return await svgBundle(view);
  if ("$schema" in view) {
    const picture = pngBundle(await renderPng(view), DEFAULT_SCALE);
    return {
      data: {
        [VEGA_LITE]: view,
        ...picture.data,
        "text/plain": view.description,
      },
      metadata: picture.metadata,
    };
  }
  if ("svg" in view) {
    // The HTML holds the drawing itself, and hundreds of crossing lines make a
    // large PNG, so the one beside it is not doubled.
    const picture = pngBundle(await rasterize(view.svg, { scale: 1 }), 1);
    return {
      data: {
        "text/html": view.html,
        ...picture.data,
        "text/plain": view.text,
      },
      metadata: picture.metadata,
    };
  }
  const { html, text } = asTable(view, options);
  return plain({ "text/html": html, "text/plain": text });
}

/** A chart or a view as a drawing that stays sharp at any size. */
async function svgBundle(
  view: Exclude<View, string | Markdown>,
): Promise<MimeBundle> {
  if ("$schema" in view) {
    const svg = await renderSvg(view);
    return plain({ "image/svg+xml": svg, "text/plain": view.description });
  }
  if ("svg" in view) {
    return plain({ "image/svg+xml": view.svg, "text/plain": view.text });
  }
  throw new TypeError(
    `Cannot show a table as "svg" as only charts and views are drawn: ` +
      `leave out the format`,
  );
}

function asTable(
  view: TableView | Frame | readonly Record<string, unknown>[],
  options: ShowOptions,
): TableView {
  if ("html" in view) return view;
  if (isRows(view)) return table(view, options);
  const { height, width } = view.shape;
  const shown = Math.min(height, options.rows ?? 10);
  const size = `${height} rows × ${width} columns` +
    (shown < height ? `, the first ${shown}` : "");
  const caption = options.caption === undefined
    ? size
    : `${options.caption} (${size})`;
  return table(view.head(shown).toRecords(), { caption });
}

function isRows(
  view: Frame | readonly Record<string, unknown>[],
): view is readonly Record<string, unknown>[] {
  return Array.isArray(view);
}

function plain(data: Record<string, string>): MimeBundle {
  return { data, metadata: {} };
}

/** A picture with its size on the page, which is not its size in pixels. */
function pngBundle(png: Uint8Array, scale: number): MimeBundle {
  const { width, height } = pngSize(png);
  const onPage = {
    width: Math.round(width / scale),
    height: Math.round(height / scale),
  };
  return {
    data: { "image/png": Buffer.from(png).toString("base64") },
    metadata: { "image/png": onPage },
  };
}
