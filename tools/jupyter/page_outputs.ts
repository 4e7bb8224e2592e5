/** The outputs of a cell as HTML. @module */

import type { MimeBundle, Output } from "./notebook.ts";
import { escapeHtml } from "../../lib/views/escape.ts";
import { type MarkdownContext, markdownToHtml } from "./page_markdown.ts";

/** Charts are drawn with two pixels for each pixel of CSS. */
const CHART_SCALE = 2;

// deno-lint-ignore no-control-regex -- terminal codes begin with the escape character
const TERMINAL_CODES = /\x1b\[[0-9;]*[A-Za-z]/g;

/**
 * An output as HTML, in the richest form that a page can show.
 *
 * HTML is taken as it is, for views bring their scripts; everything else is escaped.
 *
 * @param output The output.
 * @param context Where it stands, for headings in markdown.
 * @returns The HTML.
 */
export function outputToHtml(output: Output, context: MarkdownContext): string {
  switch (output.output_type) {
    case "stream":
      return pre(
        output.text,
        `stream ${output.name === "stderr" ? "stderr" : ""}`,
      );
    case "error":
      return pre(
        output.traceback.join("\n") || `${output.ename}: ${output.evalue}`,
        "error",
      );
    default:
      return `<div class="output">${
        dataToHtml(output.data, output.metadata, context)
      }</div>\n`;
  }
}

function dataToHtml(
  data: MimeBundle,
  metadata: Record<string, unknown>,
  context: MarkdownContext,
): string {
  const plain = String(data["text/plain"] ?? "");
  if (data["text/html"] !== undefined) return String(data["text/html"]);
  const picture = ["image/png", "image/jpeg"].find((type) => data[type]);
  if (picture) {
    const bytes = String(data[picture]).replace(/\s/g, "");
    const size = sizeOf(picture, bytes, data, metadata);
    return image(picture, bytes, plain, size);
  }
  if (data["image/svg+xml"] !== undefined) {
    // As an image, so that no script in it runs.
    const bytes = new TextEncoder().encode(String(data["image/svg+xml"]));
    return image("image/svg+xml", bytes.toBase64(), plain);
  }
  if (data["text/markdown"] !== undefined) {
    return markdownToHtml(String(data["text/markdown"]), context);
  }
  const json = data["application/json"];
  return pre(
    plain || JSON.stringify(json ?? Object.keys(data), null, 2),
    "plain",
  );
}

/** A picture within the page. */
function image(type: string, base64: string, alt: string, size = ""): string {
  const address = `data:${type};base64,${base64}`;
  return `<img src="${escapeHtml(address)}" alt="${escapeHtml(alt)}"${size}>`;
}

/** The width that the cell asks for, else that of a chart, else the picture's own. */
function sizeOf(
  type: string,
  base64: string,
  data: MimeBundle,
  metadata: Record<string, unknown>,
): string {
  const asked = metadata[type] as { width?: unknown } | undefined;
  const isChart = Object.keys(data).some((key) => key.includes("vegalite"));
  const width = Number(asked?.width) ||
    (isChart ? pngWidth(base64) / CHART_SCALE : 0);
  return width > 0 ? ` width="${Math.round(width)}"` : "";
}

/** The width in a PNG's header, at bytes 16 to 19; 0 if it is no PNG. */
function pngWidth(base64: string): number {
  const header = Uint8Array.fromBase64(base64.slice(0, 32));
  const isPng = header[1] === 0x50 && header[2] === 0x4e && header[3] === 0x47;
  return isPng ? new DataView(header.buffer).getUint32(16) : 0;
}

function pre(text: string, kind: string): string {
  const clean = text.replace(TERMINAL_CODES, "").replace(/\n$/, "");
  return `<pre class="output ${kind.trim()}">${escapeHtml(clean)}</pre>\n`;
}
