/**
 * Report page: executed notebooks as one HTML page that holds all it shows. No script,
 * style, font or picture comes from elsewhere, and the page's own policy forbids it.
 *
 * @module
 */

import { escapeHtml } from "../../lib/views/escape.ts";
import {
  type CodeCell,
  hasTag,
  isTooDeep,
  MAX_NESTING,
  type MimeBundle,
  type Notebook,
  type Output,
} from "./notebook.ts";
import {
  codeBlock,
  type Heading,
  type MarkdownContext,
  markdownToHtml,
  slug,
} from "./page_markdown.ts";

/** A number that the page shows first. */
export type KeyFigure = { label: string; value: string; note?: string };

/** Title and key figures of the page. */
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
  if (isTooDeep(notebook)) {
    throw new SyntaxError(
      `Cannot show "${name}": it must be nested at most ${MAX_NESTING} deep`,
    );
  }
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
      case "code":
        return codeCell(cell, context);
      default: // the clean-up is for the program that runs the notebook
        return hasTag(cell, "cleanup")
          ? ""
          : `<pre class="plain" tabindex="0">${escapeHtml(cell.source)}</pre>`;
    }
  });
  return {
    html: `<section id="${id}" aria-label="${escapeHtml(name)}">\n${
      cells.join("\n")
    }\n</section>`,
    contents: contentsEntry(id, name, headings),
  };
}

/** A code cell with its outputs; one without code in Jupyter has none here. */
function codeCell(cell: CodeCell, context: MarkdownContext): string {
  const { execution_count: count, metadata, source } = cell;
  const { source_hidden: isHidden } = Object(metadata["jupyter"]);
  const code = isHidden
    ? ""
    : `<span class="count">${count ?? ""}</span>${
      codeBlock(source, "typescript")
    }`;
  const outputs = hasTag(cell, "exercise")
    ? ['<p class="try">An exercise: try it in the notebook.</p>']
    : cell.outputs.map((each) => outputToHtml(each, context));
  const content = code + outputs.join("");
  return content && `<div class="cell">${content}</div>`;
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
 * @param context Its place in the page, for headings in markdown.
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
      return `<div class="output" tabindex="0">${
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
  if (data["image/svg+xml"] !== undefined) {
    // Before a PNG of the same drawing, which cannot follow the page into the dark;
    // as an image, so that no script in it runs.
    const bytes = new TextEncoder().encode(String(data["image/svg+xml"]));
    return image("image/svg+xml", bytes.toBase64(), plain);
  }
  const picture = ["image/png", "image/jpeg"].find((type) => data[type]);
  if (picture) {
    const bytes = String(data[picture]).replace(/\s/g, "");
    const size = sizeOf(picture, bytes, data, metadata);
    return image(picture, bytes, plain, size);
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

/** What a progress bar shows last: a carriage return goes back to the line's start. */
function lastShown(text: string): string {
  return text.split("\n").map((line) =>
    line.split("\r").findLast((part) => part !== "") ?? ""
  ).join("\n");
}

function pre(text: string, kind: string): string {
  const clean = lastShown(text.replace(TERMINAL_CODES, "")).replace(/\n$/, "");
  return `<pre class="output ${kind.trim()}" tabindex="0">${
    escapeHtml(clean)
  }</pre>\n`;
}

/**
 * The style of the page. The `--jp-` names are JupyterLab's: views made for notebooks
 * take their colours from them.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #14161a);
  --raised: light-dark(#f6f7f9, #1d2026);
  --line: light-dark(#dfe3e8, #343a43);
  --text: light-dark(#1d2430, #dfe3ea);
  --quiet: light-dark(#5b6675, #98a3b3);
  --accent: light-dark(#1f5fbf, #82b1ff);
  --wrong: light-dark(#b3261e, #ff8a80);
  --keyword: light-dark(#8a2fb0, #d6a2f5);
  --string: light-dark(#1d7a3c, #9fdc9f);
  --number: light-dark(#a24e00, #f5b878);
  --name: light-dark(#1f5fbf, #8ab8ff);
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --jp-content-font-color0: var(--text);
  --jp-content-font-color1: var(--text);
  --jp-content-font-color2: var(--quiet);
  --jp-content-font-color3: var(--quiet);
  --jp-ui-font-color0: var(--text);
  --jp-ui-font-color1: var(--text);
  --jp-ui-font-color2: var(--quiet);
  --jp-layout-color0: var(--ground);
  --jp-layout-color1: var(--ground);
  --jp-layout-color2: var(--raised);
  --jp-layout-color3: var(--line);
  --jp-border-color0: var(--line);
  --jp-border-color1: var(--line);
  --jp-border-color2: var(--line);
  --jp-border-color3: var(--line);
  --jp-brand-color1: var(--accent);
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 17px/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  display: grid; grid-template-columns: 17rem minmax(0, 1fr);
}
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
nav {
  position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem;
  background: var(--raised); border-right: 1px solid var(--line); font-size: 0.82rem; line-height: 1.4;
}
nav a { color: inherit; text-decoration: none; }
nav a:hover { color: var(--accent); }
nav .home { font-weight: 700; font-size: 0.95rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav > ol > li { margin-top: 1.1rem; font-weight: 600; }
nav li ol { margin: 0.3rem 0 0 0.1rem; padding-left: 0.7rem; border-left: 1px solid var(--line); font-weight: 400; color: var(--quiet); }
nav li li { margin: 0.3rem 0; }
main { width: 100%; max-width: 60rem; margin: 0 auto; padding: 2.5rem 2rem 6rem; }
header h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 1.25rem; letter-spacing: -0.01em; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 0.75rem; margin: 0; }
.figures div { background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 1rem; }
.figures dt { color: var(--quiet); font-size: 0.8rem; }
.figures dd { margin: 0; font-size: 1.1rem; font-weight: 650; line-height: 1.3; overflow-wrap: break-word; font-variant-numeric: tabular-nums; }
.figures small { display: block; margin-top: 0.15rem; color: var(--quiet); font-size: 0.78rem; font-weight: 400; line-height: 1.4; }
section { border-top: 1px solid var(--line); margin-top: 3.5rem; padding-top: 1rem; }
h1, h2, h3, h4 { break-after: avoid; line-height: 1.25; letter-spacing: -0.005em; }
section h1 { font-size: 1.8rem; margin: 1rem 0 0.75rem; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 0.6rem; }
h3 { font-size: 1.08rem; margin: 1.8rem 0 0.5rem; }
.anchor { color: var(--quiet); text-decoration: none; font-weight: 400; opacity: 0; }
:is(h1, h2, h3, h4, h5, h6):hover .anchor, .anchor:focus { opacity: 1; }
.prose { max-width: 46rem; }
.prose :is(p, ul, ol) { margin: 0.7rem 0; }
.prose li { margin: 0.2rem 0; }
blockquote { margin: 1rem 0; padding: 0.1rem 0 0.1rem 1rem; border-left: 3px solid var(--accent); color: var(--quiet); }
img { max-width: 100%; height: auto; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "Noto Sans Math", math, serif; font-size: 1.08em; }
:is(msqrt > :first-child, mfrac > :nth-child(2)) { padding-top: 0.15em; } /* without a math font lines touch */
.math { overflow-x: auto; overflow-y: hidden; text-align: center; padding: 0.5em 0; }
code, pre { font-family: var(--mono); font-size: 0.84em; }
:not(pre) > code { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: 0.08em 0.3em; }
pre { margin: 0.75rem 0; padding: 0.8rem 1rem; overflow-x: auto; line-height: 1.5; font-size: 0.8rem; tab-size: 2; }
pre code { font-size: inherit; }
.code { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; }
.cell { position: relative; margin: 1rem 0 1.5rem; }
.count { position: absolute; right: 0.7rem; top: 0.35rem; color: var(--quiet); font: 0.7rem var(--mono); }
.output { margin: 0.6rem 0; overflow-x: auto; }
.output > :is(pre, p) { margin: 0; }
pre.output { padding: 0.2rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 32rem; overflow-y: auto; }
pre.stderr { border-left-color: var(--number); }
pre.error { border-left-color: var(--wrong); color: var(--wrong); }
.try { margin: 0.4rem 0; color: var(--quiet); font-style: italic; }
details { margin: 0.4rem 0; padding: 0.35rem 0.9rem; border: 1px solid var(--line); border-radius: 8px; }
summary { cursor: pointer; }
:is(.scroll, .output, pre, .math):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; }
.output > img { display: block; background: #fff; border-radius: 8px; padding: 6px; }
@media (prefers-color-scheme: dark) { .output > img { filter: brightness(0.92); } }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
:is(th, td):not([align]) { text-align: left; }
th { font-weight: 600; border-bottom-width: 2px; }
caption { caption-side: top; text-align: left; color: var(--quiet); padding: 0.2rem 0; }
.hljs-comment { color: var(--quiet); font-style: italic; }
.hljs-keyword, .hljs-literal, .hljs-built_in { color: var(--keyword); }
.hljs-string, .hljs-regexp { color: var(--string); }
.hljs-number { color: var(--number); }
.hljs-title, .hljs-attr, .hljs-type { color: var(--name); }
.hljs-subst { color: var(--text); }
@media (max-width: 60rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  nav li ol { display: none; }
  main { padding: 1.5rem 1rem 4rem; }
}
@media (max-width: 40rem) {
  .output > img { max-width: none; }
  :is(.output, .scroll) > table { width: max-content; }
  :is(.output, .scroll) > table :is(th, td) { max-width: 20rem; overflow-wrap: normal; }
}
@media print { nav { display: none; } body { display: block; } pre, img, tr, details { break-inside: avoid; } }
`;
