/**
 * The neuron view as it lives in a page; travels there as source text.
 *
 * @module
 */

import type { SignColors } from "../theme.ts";
import {
  filterChoice,
  sentenceFilters,
  showWeights,
  tokenColumn,
} from "./columns.ts";
import {
  choice,
  element,
  type HTMLCanvasElement,
  type HTMLElement,
  rowHeightOf,
  showView,
} from "./elements.ts";
import {
  compareWithKeys,
  type Comparison,
  type NeuronData,
  strongestNeuron,
  unpackVectors,
} from "./neurons.ts";

/**
 * Draws the view in place of the still form.
 *
 * @param root The element that holds the still form.
 * @param data The view's data.
 * @param css The view's style sheet.
 */
export function drawNeuronView(
  root: HTMLElement,
  data: NeuronData,
  css: string,
): void {
  if (root.shadowRoot !== null) return;
  const { tokens, tokenTypeIds, attentionMask, numLayers, numHeads } = data;
  const rowHeight = rowHeightOf(tokens);
  const { signs } = data;
  const queryOf = unpackVectors(data.queries, data);
  const keyOf = unpackVectors(data.keys, data);
  const filters = sentenceFilters(tokenTypeIds);
  let filter = filters[0]!;
  let { layer, head, query } = data;
  let compared: Comparison[] = [];

  const count = (length: number): string[] =>
    Array.from({ length }, (_, i) => String(i));
  const layers = choice("Layer", count(numLayers), layer, (index) => {
    layer = index;
    compare();
  });
  const heads = choice("Head", count(numHeads), head, (index) => {
    head = index;
    compare();
  });
  const status = element("p", { class: "status", "aria-live": "polite" });
  const names = {
    query: tokenColumn("query", (chosen) => {
      if (chosen === undefined || chosen.token === query) return;
      query = chosen.token;
      compare();
    }, "focus"),
    key: tokenColumn("key", (chosen) => describe(chosen?.token)),
  };
  const strips = {
    query: stripColumn("q"),
    key: stripColumn("k"),
    products: stripColumn("qk"),
  };
  const scores = element("div", { class: "scores", "aria-hidden": "true" });

  function showTokens(): void {
    const { queries, keys } = filter;
    if (!queries.includes(query)) query = queries[0]!;
    names.query.fill(queries, tokens, tokenTypeIds, query);
    names.key.fill(keys, tokens, tokenTypeIds);
    compare();
  }
  function compare(): void {
    const vector = queryOf(layer, head, query);
    const vectors = tokens.map((_, token) => keyOf(layer, head, token));
    compared = compareWithKeys(vector, vectors, attentionMask);
    draw(vector, vectors);
    describe(undefined);
  }
  function draw(vector: number[], vectors: number[][]): void {
    const { queries, keys } = filter;
    const place = layer * numHeads + head;
    const products = keys.map((key) => compared[key]!.products);
    const strongest = products.flat().map(Math.abs)
      .reduce((a, b) => Math.max(a, b), 0);
    strips.query.style.marginTop = `${queries.indexOf(query) * rowHeight}px`;
    const shown: [HTMLCanvasElement, number[][], number][] = [
      [strips.query, [vector], data.queries.largest[place]!],
      [strips.key, keys.map((key) => vectors[key]!), data.keys.largest[place]!],
      [strips.products, products, strongest],
    ];
    for (const [canvas, rows, largest] of shown) {
      paintStrips(canvas, rows, largest, rowHeight, signs);
    }
    scores.replaceChildren(
      ...keys.map((key) => element("div", {}, compared[key]!.score.toFixed(2))),
    );
    const chosen = { side: "query", token: query } as const;
    const on = [{ head, color: signs.positive }];
    for (const side of ["query", "key"] as const) {
      showWeights(
        names[side].list,
        side,
        chosen,
        on,
        (_, other) => compared[other]!.weight,
      );
    }
    names.key.list.querySelectorAll("li").forEach((item, row) => {
      const key = keys[row]!;
      const { score, weight } = compared[key]!;
      item.ariaLabel = `${tokens[key]}: score ${score.toFixed(2)}, ` +
        `softmax ${weight.toFixed(2)}`;
    });
  }
  /** In words how the query compares with a key, the one with most weight if none. */
  function describe(pointedAt: number | undefined): void {
    const best = filter.keys.reduce((best, key) =>
      compared[key]!.weight > compared[best]!.weight ? key : best
    );
    const key = pointedAt ?? best;
    const { products, score, weight } = compared[key]!;
    const neuron = strongestNeuron(products);
    const [q, k] = [queryOf(layer, head, query), keyOf(layer, head, key)]
      .map((vector) => vector[neuron]!.toFixed(2));
    status.textContent = `${tokens[query]} looks at ${tokens[key]}: ` +
      `q · k / √${data.headSize} = ${score.toFixed(2)}, softmax ${
        weight.toFixed(2)
      }; neuron ${neuron} adds most, ${q} × ${k} = ${
        products[neuron]!.toFixed(2)
      }`;
  }

  showTokens();
  const controls = element(
    "div",
    { class: "controls" },
    layers,
    heads,
    ...filterChoice(filters, (chosen) => {
      filter = chosen;
      showTokens();
    }),
  );
  const legend = element(
    "p",
    { class: "legend" },
    element("span", { style: `color: ${signs.positive}` }, "■"),
    " positive ",
    element("span", { style: `color: ${signs.negative}` }, "■"),
    " negative. Choose a query by a click, or by Tab and the arrow keys.",
  );
  const titled = (name: string, what: HTMLElement): HTMLElement =>
    element("div", {}, element("div", { class: "name" }, name), what);
  const columns = element(
    "div",
    { class: "neurons" },
    titled("query", names.query.list),
    titled("q", strips.query),
    titled("k", strips.key),
    titled("q × k", strips.products),
    titled(`q · k / √${data.headSize}`, scores),
    titled("key, softmax", names.key.list),
  );
  showView(root, css, data, [controls, legend, status], [columns]);
}

/**
 * Makes a column of strips, empty at first.
 *
 * @param name What it shows, for its class.
 * @returns Its canvas.
 */
export function stripColumn(name: string): HTMLCanvasElement {
  return element("canvas", { class: `strips ${name}`, "aria-hidden": "true" });
}

/**
 * Draws vectors below one another.
 *
 * @param canvas Where to draw; cleared first. One pixel wide a neuron: the style
 *   sheet widens it.
 * @param vectors One a row, [R][K].
 * @param largest The absolute value of the strongest colour.
 * @param rowHeight Pixels of a row.
 * @param colors The colours of the two signs.
 */
export function paintStrips(
  canvas: HTMLCanvasElement,
  vectors: readonly (readonly number[])[],
  largest: number,
  rowHeight: number,
  colors: SignColors,
): void {
  canvas.width = vectors[0]?.length ?? 0;
  canvas.height = vectors.length * rowHeight;
  canvas.style.height = `${canvas.height}px`;
  const pen = canvas.getContext("2d")!;
  vectors.forEach((vector, row) =>
    vector.forEach((value, neuron) => {
      pen.globalAlpha = largest === 0 ? 0 : Math.abs(value) / largest;
      pen.fillStyle = value < 0 ? colors.negative : colors.positive;
      pen.fillRect(neuron, row * rowHeight + 2, 1, rowHeight - 4);
    })
  );
}
