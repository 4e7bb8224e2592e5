/** How the report looks, by day and by night. @module */

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
h1, h2, h3, h4 { line-height: 1.25; letter-spacing: -0.005em; }
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
math { font-size: 1.08em; }
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
@media print { nav { display: none; } body { display: block; } .cell { break-inside: avoid; } }
`;
