/** Style sheet of the attention views. @module */

/** Rules for a view's shadow tree; `--row` is set inline. */
export const VIEW_CSS = `
:host { display: block; }
.view { font: 13px/1.4 "DejaVu Sans", Verdana, Arial, sans-serif; color: inherit; max-width: 760px; }
.title { font-weight: bold; margin-bottom: 6px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; }
select { font: inherit; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: 3px; padding: 2px 4px; }
option { color: #111; background: #fff; }
button { font: inherit; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: 3px; height: 24px; padding: 0 8px; cursor: pointer; }
.status { min-height: 2.8em; margin: 8px 0 4px; }
.long .top { position: sticky; top: 0; z-index: 1; padding-top: 6px; backdrop-filter: blur(14px); }
.columns { display: grid; grid-template-columns: minmax(min(130px, 30%), max-content) minmax(90px, 220px) minmax(min(130px, 30%), max-content); }
.name { opacity: 0.7; font-size: 12px; padding: 0 6px; }
.query { text-align: right; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; gap: 6px; height: var(--row); line-height: var(--row); padding: 0 6px; box-sizing: border-box; white-space: pre; cursor: default; border-radius: 3px; max-width: 230px; }
li bdi { overflow: hidden; text-overflow: ellipsis; }
ul.query li { flex-direction: row; justify-content: flex-end; }
ul.query .weight { order: -1; margin-right: auto; }
ul.key .weight { margin-left: auto; }
.weight { font-size: 11px; font-variant-numeric: tabular-nums; min-width: 2.6em; }
li[aria-selected="true"] { font-weight: bold; }
li.faint { opacity: 0.65; }
li.starts-b { border-top: 1px dashed; border-radius: 0; }
svg { display: block; overflow: visible; }
svg path { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
:focus-visible { outline: 2px solid currentColor; outline-offset: -1px; }
`.trim();
