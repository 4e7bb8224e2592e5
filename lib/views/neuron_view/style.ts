/** How strips of neurons look. @module */

/** Rules for the view's shadow tree; `--row` is set inline. */
export const NEURON_CSS = `
.legend { margin: 8px 0 0; opacity: 0.8; }
.neurons { display: grid; grid-template-columns: minmax(64px, max-content) repeat(3, minmax(64px, 128px)) max-content minmax(96px, max-content); gap: 0 8px; overflow-x: auto; padding-bottom: 8px; }
.neurons .name { padding: 0 6px; white-space: nowrap; }
.neurons > :first-child .name { text-align: right; }
.neurons ul.query .weight { display: none; }
canvas.strips { display: block; width: 100%; image-rendering: pixelated; }
.scores > div { height: var(--row); line-height: var(--row); text-align: right; padding: 0 6px; font-variant-numeric: tabular-nums; font-size: 12px; }
`.trim();
