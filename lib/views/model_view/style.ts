/** How the grid of small drawings looks. @module */

/** Rules for the view's shadow tree. */
export const GRID_CSS = `
[hidden] { display: none !important; }
.detail .controls { margin-top: 8px; }
.hint { margin: 8px 0; opacity: 0.8; }
.grid { overflow-x: auto; padding: 2px; }
[role="row"] { display: flex; gap: 3px; align-items: center; margin-bottom: 3px; }
[role="row"] > * { flex: 1 1 52px; box-sizing: border-box; min-width: 24px; max-width: 52px; }
[role="row"] > span { text-align: center; font-size: 11px; opacity: 0.8; }
[role="row"] > span:first-child { flex: none; width: 52px; position: sticky; left: 0; z-index: 1; backdrop-filter: blur(14px); opacity: 1; }
button.thumbnail { aspect-ratio: 1; height: auto; padding: 0; border-color: rgb(128 128 128 / 45%); }
button.thumbnail:hover { border-color: currentColor; }
button.thumbnail:focus-visible { outline-width: 3px; outline-offset: 0; }
canvas { display: block; width: 100%; height: 100%; }
`.trim();
