/**
 * The report: executed notebooks as one page that holds all it shows. No script, style,
 * font or picture comes from elsewhere, and the page's own policy forbids it.
 *
 * @module
 */

import type { Notebook } from "./notebook.ts";
import { highlight } from "./page_code.ts";
import { escapeHtml } from "../../lib/views/escape.ts";
import { type Heading, markdownToHtml, slug } from "./page_markdown.ts";
import { outputToHtml } from "./page_outputs.ts";
import { PAGE_STYLE } from "./page_style.ts";

/** A number that the page shows first. */
export type KeyFigure = { label: string; value: string; note?: string };

/** What stands at the head of the page. */
export type PageSummary = { title: string; figures: KeyFigure[] };

/** A notebook with its name, the file's without its ending. */
export type NamedNotebook = { name: string; notebook: Notebook };

/** Nothing is fetched: scripts and styles stand in the page, pictures in data URLs. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** Headings deeper than this are not listed. */
const CONTENTS_LEVEL = 2;

/**
 * Executed notebooks as one self-contained HTML page.
 *
 * @example A page of one notebook
 * ```ts
 * import { reportPage } from "./page.ts";
 * import assert from "node:assert/strict";
 *
 * const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 } as const;
 * const figures = [{ label: "MCC", value: "0.42" }];
 * const page = reportPage(
 *   [{ name: "01_load", notebook: { ...notebook, cells: [] } }],
 *   { title: "Report", figures },
 * );
 * assert.match(page, /<title>Report<\/title>/);
 * ```
 *
 * @param notebooks The notebooks in reading order.
 * @param summary The title, and the figures to show as tiles.
 * @returns The page.
 */
export function reportPage(
  notebooks: NamedNotebook[],
  summary: PageSummary,
): string {
  const addresses = new Map(
    notebooks.map(({ name }) => [`${name}.ipynb`, `#${slug(name)}`]),
  );
  const sections = notebooks.map((each) => section(each, addresses));
  const title = escapeHtml(summary.title);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<nav aria-label="Contents">
<a class="home" href="#top">${title}</a>
<ol>
${sections.map(({ contents }) => contents).join("\n")}
</ol>
</nav>
<main id="top">
<header>
<h1>${title}</h1>
<dl class="figures">
${summary.figures.map(tile).join("\n")}
</dl>
</header>
${sections.map(({ html }) => html).join("\n")}
</main>
</body>
</html>
`;
}

function tile({ label, value, note }: KeyFigure): string {
  return `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${
    note ? `<small>${escapeHtml(note)}</small>` : ""
  }</dd></div>`;
}

/** One notebook: its part of the page, and its entry in the contents. */
function section(
  { name, notebook }: NamedNotebook,
  addresses: ReadonlyMap<string, string>,
): { html: string; contents: string } {
  const id = slug(name);
  const headings: Heading[] = [];
  const addressOf = (file: string): string | undefined => addresses.get(file);
  const cells = notebook.cells.map((cell) => {
    const context = { prefix: id, headings, addressOf };
    switch (cell.cell_type) {
      case "markdown": {
        const { attachments = {} } = cell;
        const html = markdownToHtml(cell.source, { ...context, attachments });
        return `<div class="prose">${html}</div>`;
      }
      case "code": {
        const code = highlight(cell.source, "typescript");
        const outputs = cell.outputs.map((each) => outputToHtml(each, context));
        return `<div class="cell"><span class="count">${
          cell.execution_count ?? ""
        }</span><pre class="code"><code>${code}</code></pre>${
          outputs.join("")
        }</div>`;
      }
      default:
        return `<pre class="plain">${escapeHtml(cell.source)}</pre>`;
    }
  });
  return {
    html: `<section id="${id}" aria-label="${escapeHtml(name)}">\n${
      cells.join("\n")
    }\n</section>`,
    contents: contentsEntry(id, name, headings),
  };
}

/** A notebook's title with its headings below. */
function contentsEntry(id: string, name: string, headings: Heading[]): string {
  const title = headings.find(({ level }) => level === 1)?.text ?? name;
  const items = headings
    .filter(({ level }) => level > 1 && level <= CONTENTS_LEVEL)
    .map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  const list = items.length > 0 ? `<ol>${items.join("")}</ol>` : "";
  return `<li><a href="#${id}">${escapeHtml(title)}</a>${list}</li>`;
}
