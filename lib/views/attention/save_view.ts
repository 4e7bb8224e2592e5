/**
 * A view saved as a separate HTML page, to keep or to send: it opens by a double click
 * and needs nothing else.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { escapeHtml } from "../escape.ts";
import type { HtmlView } from "./html_view.ts";

/** How a view becomes a page. */
export type PageOptions = {
  /** Shown by the browser; the view's own title if not given. */
  title?: string;
  /** Of the tokens, a BCP 47 tag; `en` if not given. */
  language?: string;
};

/**
 * Writes a view as a whole page.
 *
 * The page's own policy forbids it to reach the network, and to run any script but
 * the view's, which it knows by hash (Content Security Policy Level 3, section 2.3.1).
 * It is light or dark as the reader's system is.
 *
 * @example
 * ```ts
 * import { headView, viewPage } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const view = headView({ tokens: ["hi"], attentions: [[[[1]]]], title: "Hi" });
 * assert.match(viewPage(view), /^<!DOCTYPE html>\n<html lang="en">[^]*<title>Hi</);
 * ```
 *
 * @param view Any view of attention.
 * @param options Title and language.
 * @returns The page.
 */
export function viewPage(view: HtmlView, options: PageOptions = {}): string {
  const { title = view.title || "Attention", language = "en" } = options;
  const scripts = [...view.html.matchAll(/<script>([^]*?)<\/script>/g)]
    .map(([, script]) => createHash("sha256").update(script!).digest("base64"));
  const policy = [
    "default-src 'none'",
    "img-src data:",
    "style-src 'unsafe-inline'",
    `script-src ${scripts.map((hash) => `'sha256-${hash}'`).join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 24px; background: Canvas; color: CanvasText; }
</style>
</head>
<body>
${view.html}
</body>
</html>
`;
}

/**
 * Saves a view as a page.
 *
 * @param view Any view of attention.
 * @param file Where to; a file that is there is replaced.
 * @param options Title and language.
 * @returns The file and its size in bytes.
 */
export async function saveView(
  view: HtmlView,
  file: string,
  options: PageOptions = {},
): Promise<{ file: string; bytes: number }> {
  const bytes = new TextEncoder().encode(viewPage(view, options));
  await writeFile(file, bytes);
  return { file, bytes: bytes.length };
}
