/**
 * BertViz's neuron view: how the query of one token and the keys of all tokens make
 * the weights of one head, number by number.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.3.
 *
 * @module
 */

import { COLUMN_FUNCTIONS } from "./attention/page_functions.ts";
import { type HtmlView, viewHtml } from "./attention/interactive.ts";
import { VIEW_CSS } from "./attention/style.ts";
import {
  compareWithKeys,
  strongestNeuron,
  unpackVectors,
} from "./neuron_view/comparison.ts";
import {
  type NeuronInput,
  type NeuronOptions,
  packNeurons,
} from "./neuron_view/data.ts";
import { drawNeuronView } from "./neuron_view/page.ts";
import { comparisonTable, stillSvg } from "./neuron_view/still.ts";
import { paintStrips, stripColumn } from "./neuron_view/strips.ts";
import { NEURON_CSS } from "./neuron_view/style.ts";

export type { NeuronInput, NeuronOptions } from "./neuron_view/data.ts";

/**
 * Shows query, key, their product neuron by neuron, scaled dot product and softmax.
 *
 * Layers, heads, tokens and neurons count from 0.
 *
 * @example Of two keys the one that points the query's way gets the weight
 * ```ts
 * import { neuronView } from "bertbook/views/neuron_view.ts";
 * import assert from "node:assert/strict";
 *
 * const { text } = neuronView({
 *   tokens: ["dogs", "bark"],
 *   queries: [[[[2, 0], [0, 2]]]],
 *   keys: [[[[0, 2], [2, 0]]]],
 * });
 * assert.match(text, /bark \(1\) +2\.83 +0\.94/); // 4 / √2, and its softmax beside 0
 * ```
 *
 * @param input Tokens, segments, queries and keys, [L][H][T][K].
 * @param options The layer, the head and the query shown at first, and in the drawing.
 * @returns HTML that works offline and beside others of its kind, an SVG drawing of
 *   the chosen query, and plain text.
 * @throws {RangeError} If sizes differ, a value is not finite, or there is no such
 *   layer, head or token.
 */
export function neuronView(
  input: NeuronInput,
  options: NeuronOptions = {},
): HtmlView {
  const data = packNeurons(input, options);
  const { title, tokens, layer, head, query } = data;
  const svg = stillSvg(data);
  const { html: table, text } = comparisonTable(data);
  const which = `Query ${tokens[query]} in layer ${layer}, head ${head}`;
  const still = {
    svg,
    text,
    alt: `${title} ${which}`.trim(),
    summary: `${which}: its keys in numbers`,
    table,
  };
  const html = viewHtml(still, {
    kind: "neuron-view",
    data,
    css: `${VIEW_CSS}\n${NEURON_CSS}`,
    draw: drawNeuronView,
    helpers: [
      ...COLUMN_FUNCTIONS,
      unpackVectors,
      compareWithKeys,
      strongestNeuron,
      stripColumn,
      paintStrips,
    ],
  });
  return { title, html, svg, text };
}
