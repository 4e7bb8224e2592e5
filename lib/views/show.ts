/**
 * Shows any value below a notebook's cell: charts, tables, views, numbers, tensors.
 *
 * Always by an awaited call, never as a cell's last expression, which viewers
 * can lose. Each value is sent in every format that some viewer needs: a chart as
 * PNG for GitHub, as Vega-Lite for JupyterLab, in words for a terminal.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { setTimeout as delay } from "node:timers/promises";
import { describeValue, type ValueOptions } from "./any_value.ts";
import type { HtmlView } from "./attention/html_view.ts";
import {
  DEFAULT_SCALE,
  pngSize,
  rasterize,
  renderPng,
  renderSvg,
} from "./picture.ts";
import type { Drawing } from "./svg.ts";
import type { TableView } from "./table.ts";
import type { VegaLiteSpec } from "./charts/chart.ts";

/** One output in several formats; the viewer takes the best that it knows. */
export type MimeBundle = {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
};

/** Sends a message to all viewers of the kernel (Jupyter messaging, section IOPub). */
export type Broadcast = (
  type: "display_data" | "update_display_data",
  content: Record<string, unknown>,
) => Promise<void>;

/** Text with Markdown marks, made by {@linkcode markdown}. */
export type Markdown = { markdown: string };

/** How something is shown. */
export type ShowOptions = ValueOptions & {
  /** Shows a chart or a view as a drawing alone, for pages that will be printed. */
  format?: "svg";
  /** Where to; the running kernel if not given. */
  broadcast?: Broadcast;
};

const VEGA_LITE = "application/vnd.vegalite.v5+json";

/** Letters of a drawing whose picture stays small at double density. */
const SIMPLE = 60_000;

/**
 * The kernel publishes outputs up to 2 ms after it reports that a cell is done, and
 * viewers that stop listening then lose them. After a wait none was lost.
 */
const SETTLE_MS = 20;

/**
 * Shows a value below the running cell.
 *
 * @example Outside a kernel nothing is shown and nothing fails
 * ```ts
 * import { show } from "bertbook";
 *
 * await show([{ epoch: 1, loss: 0.5 }], { caption: "Training" });
 * ```
 *
 * @param value A chart, a view, a drawing, a table, Markdown or text; any other value
 *   becomes a table or a line of text.
 * @param options Caption, number of rows, and where to show.
 * @returns When the cell may end without losing the output.
 */
export async function show(
  value: unknown,
  options: ShowOptions = {},
): Promise<void> {
  const { broadcast = kernelBroadcast() } = options;
  await broadcast("display_data", {
    ...await mimeBundle(value, options),
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
 * Finds the kernel's way to its viewers.
 *
 * @returns The kernel's broadcast; outside a kernel, one that shows nothing, so
 *   that programs with `show` also run as tests and scripts.
 */
export function kernelBroadcast(): Broadcast {
  const kernel = runningKernel();
  return async (type, content) => {
    await kernel?.broadcast(type, content);
  };
}

function runningKernel(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch {
    return undefined; // without a kernel Deno throws, and Node has no Deno
  }
}

/**
 * Waits until what was broadcast has left the kernel.
 *
 * @returns When a cell may end without losing an output.
 */
export async function settle(): Promise<void> {
  await delay(SETTLE_MS);
}

/**
 * Writes a value in every format that it has.
 *
 * @param value What to show.
 * @param options Caption and number of rows, as for {@linkcode show}.
 * @returns Data and metadata by MIME type, `text/plain` always among them.
 * @throws {TypeError} If `format` is given and the value is no chart and no view.
 */
export async function mimeBundle(
  value: unknown,
  options: ShowOptions = {},
): Promise<MimeBundle> {
  if (
    hasTexts<VegaLiteSpec>(value, ["$schema"]) &&
    value.$schema.includes("vega-lite")
  ) {
    const words = value.description ?? "Chart"; // charts not ours may have none
    return options.format === "svg"
      ? drawingBundle(await renderSvg(value), words)
      : await chartBundle(value, words);
  }
  if (hasTexts<HtmlView>(value, ["html", "svg", "text"])) {
    return options.format === "svg"
      ? drawingBundle(value.svg, value.text)
      : await viewBundle(value);
  }
  if (hasTexts<Drawing>(value, ["svg", "text"])) {
    const drawing = drawingBundle(value.svg, value.text);
    if (options.format === "svg") return drawing;
    const { data, metadata } = pngBundle(
      await rasterize(value.svg),
      DEFAULT_SCALE,
    );
    return { data: { ...drawing.data, ...data }, metadata };
  }
  if (options.format === "svg") {
    throw new TypeError(
      `Cannot show a value as "svg": it must be a chart or a view; ` +
        `found ${typeof value}; leave out the format`,
    );
  }
  if (hasTexts<Markdown>(value, ["markdown"])) {
    return plain({
      "text/markdown": value.markdown,
      "text/plain": value.markdown,
    });
  }
  const described = hasTexts<TableView>(value, ["html", "text"])
    ? value
    : await describeValue(value, options);
  return typeof described === "string"
    ? plain({ "text/plain": described })
    : plain({ "text/html": described.html, "text/plain": described.text });
}

/** Whether a value is an object with these texts, by which views are known. */
function hasTexts<T>(value: unknown, names: readonly string[]): value is T {
  return typeof value === "object" && value !== null &&
    names.every((name) =>
      typeof (value as Record<string, unknown>)[name] === "string"
    );
}

async function chartBundle(
  chart: VegaLiteSpec,
  words: string,
): Promise<MimeBundle> {
  const picture = pngBundle(await renderPng(chart), DEFAULT_SCALE);
  return {
    data: {
      [VEGA_LITE]: chart,
      ...picture.data,
      "text/plain": words,
    },
    metadata: picture.metadata,
  };
}

async function viewBundle(view: HtmlView): Promise<MimeBundle> {
  // The HTML holds the drawing itself, and hundreds of crossing lines make a large
  // PNG, so only the one of a simple drawing is doubled.
  const scale = view.svg.length < SIMPLE ? DEFAULT_SCALE : 1;
  const picture = pngBundle(await rasterize(view.svg, { scale }), scale);
  return {
    data: { "text/html": view.html, ...picture.data, "text/plain": view.text },
    metadata: picture.metadata,
  };
}

/** A chart or a view as a drawing that stays sharp at any size. */
function drawingBundle(svg: string, text: string): MimeBundle {
  return plain({ "image/svg+xml": svg, "text/plain": text });
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
