/** How the squares of the heads look. @module */

/** Rules for the view's shadow tree; `--head` is set inline. */
export const SWITCHES_CSS = `
.heads { display: inline-flex; flex-wrap: wrap; gap: 3px; align-items: center; }
button.head { width: 24px; padding: 0; font-size: 11px; border: 2px solid var(--head); }
button.head[aria-pressed="true"] { background: var(--head); color: #000; font-weight: bold; }
button.head[aria-pressed="false"] { opacity: 0.6; }
button.all { margin-left: 4px; }
`.trim();
