/**
 * BertViz's neuron view: how the query of one token and the keys of all tokens make
 * the weights of one head, number by number.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.3.
 *
 * @module
 */

import { pictureFont } from "../font.ts";
import { svgDocument, svgText } from "../svg.ts";
import { table, type TableView } from "../table.ts";
import { COLORS, type SignColors } from "../theme.ts";
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
import { COLUMN_FUNCTIONS, type HtmlView, htmlView } from "./html_view.ts";
import { strongest } from "./lines.ts";
import {
  compareChosen,
  compareWithKeys,
  type Comparison,
  type NeuronData,
  type NeuronInput,
  type NeuronOptions,
  packNeurons,
  strongestNeuron,
  unpackVectors,
} from "./neurons.ts";

/**
 * Shows query, key, their product neuron by neuron, scaled dot product and softmax.
 *
 * Layers, heads, tokens and neurons count from 0.
 *
 * @example Of two keys the one that points the query's way gets the weight
 * ```ts
 * import { neuronView } from "bertbook";
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
 * @param input Tokens, token type ids, queries and keys, [L][H][T][K].
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
  const { tokens, layer, head, query } = data;
  const { html: table, text } = comparisonTable(data);
  const which = `Query ${tokens[query]} in layer ${layer}, head ${head}`;
  return htmlView({
    svg: stillSvg(data),
    text,
    alt: which,
    summary: `${which}: its keys in numbers`,
    table,
  }, {
    kind: "neuron-view",
    data,
    css: NEURON_CSS,
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
}

/** Draws the view in place of the still form, which `root` holds. */
function drawNeuronView(
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
      item.ariaDescription = `score ${score.toFixed(2)}, softmax ${
        weight.toFixed(2)
      }`;
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

/** Makes a column of strips, empty at first; its name is its class. */
function stripColumn(name: string): HTMLCanvasElement {
  return element("canvas", { class: `strips ${name}`, "aria-hidden": "true" });
}

/**
 * Draws vectors below one another, [R][K], one pixel wide a neuron: the style sheet
 * widens them. The strongest colour has the absolute value `largest`.
 */
function paintStrips(
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

/** Rules for the view's shadow tree; `--row` is set inline. */
const NEURON_CSS = `
.legend { margin: 8px 0 0; opacity: 0.8; }
.neurons { display: grid; grid-template-columns: minmax(64px, max-content) repeat(3, minmax(64px, 128px)) max-content minmax(96px, max-content); gap: 0 8px; overflow-x: auto; padding-bottom: 8px; }
.neurons .name { padding: 0 6px; white-space: nowrap; }
.neurons > :first-child .name { text-align: right; }
.neurons ul.query .weight { display: none; }
canvas.strips { display: block; width: 100%; image-rendering: pixelated; }
.scores > div { height: var(--row); line-height: var(--row); text-align: right; padding: 0 6px; font-variant-numeric: tabular-nums; font-size: 12px; }
`.trim();

const ROW_HEIGHT = 20;
const STRIP = 128;
const MARGIN = 16;
const FONT_SIZE = 13;
/** Shades of each sign. */
const LEVELS = 8;
/** Every eighth position of a vector has its number below the strips. */
const INDEX_STEP = 8;

/** Draws how the chosen query compares with every key. */
function stillSvg(data: NeuronData): string {
  const { tokens, title, layer, head, headSize, numHeads } = data;
  const { query, keys, rows } = compareChosen(data);
  const font = pictureFont("regular");
  const names = Math.max(
    60,
    ...tokens.map((token) => font.widthOf(token, FONT_SIZE)),
  );
  const top = 76;
  const lefts = [0, 1, 2].map((i) => MARGIN + names + 10 + i * (STRIP + 12));
  const scoreEnd = lefts[2]! + STRIP + 74;
  const keyStart = scoreEnd + 14;
  const weightEnd = keyStart + names + 50;
  const width = Math.ceil(weightEnd + MARGIN);
  const bottom = top + ROW_HEIGHT * tokens.length;
  const height = bottom + 2 * MARGIN;

  const at = layer * numHeads + head;
  const chosen = tokens.map((_, token) => token === data.query ? query : []);
  const products = rows.map(({ products }) => products);
  const strips = [
    stripPaths(chosen, data.queries.largest[at]!),
    stripPaths(keys, data.keys.largest[at]!),
    stripPaths(products, Math.max(...products.flat().map(Math.abs))),
  ].map((paths, i) =>
    `<g transform="translate(${lefts[i]} ${top}) scale(${
      STRIP / headSize
    } 1)" stroke-width="${ROW_HEIGHT - 4}">${paths}</g>`
  );
  const words = tokens.map((token, i) => {
    const { score, weight } = rows[i]!;
    const y = top + (i + 0.5) * ROW_HEIGHT + 4.5;
    const end = `text-anchor="end"`;
    const asks = i === data.query ? `font-weight="bold"` : `fill="#999"`;
    return [
      svgText(MARGIN + names, y, token, `${end} ${asks}`),
      svgText(scoreEnd, y, score.toFixed(2), end),
      `<rect x="${keyStart - 4}" y="${top + i * ROW_HEIGHT + 1}" `,
      `width="${weightEnd - keyStart + 8}" height="${ROW_HEIGHT - 2}" rx="3" `,
      `fill="${COLORS.blue}" fill-opacity="${(0.6 * weight).toFixed(3)}"/>`,
      svgText(keyStart, y, token),
      svgText(weightEnd, y, weight.toFixed(2), end),
    ].join("");
  });
  const headings: [number, string, string][] = [
    [MARGIN + names, "end", "query"],
    [lefts[0]!, "start", "q"],
    [lefts[1]!, "start", "k"],
    [lefts[2]!, "start", "q × k"],
    [scoreEnd, "end", `q · k / √${headSize}`],
    [keyStart, "start", "key"],
    [weightEnd, "end", "softmax"],
  ];
  const heading = [title, `Layer ${layer}, head ${head}`].filter(Boolean);
  const small = `font-size="11" fill="${COLORS.muted}"`;
  const legend =
    "Blue is positive, orange negative; the stronger the colour, the larger the value.";
  const positions = lefts.flatMap((left) =>
    query.flatMap((_, neuron) => {
      if (neuron % INDEX_STEP !== 0) return [];
      const x = left + (neuron + 0.5) * STRIP / headSize;
      return [svgText(x, bottom + 12, neuron, `text-anchor="middle" ${small}`)];
    })
  ).join("");
  const content = [
    svgText(MARGIN, 24, heading.join(" · "), `font-weight="bold"`),
    svgText(MARGIN, 44, legend, small),
    headings.map(([x, anchor, name]) =>
      svgText(x, top - 8, name, `text-anchor="${anchor}" ${small}`)
    ).join(""),
    ...strips,
    positions,
    ...words,
  ].join("\n");
  return svgDocument({ width, height, fontSize: FONT_SIZE }, content);
}

/** Cells of the same shade as one path, so that 64 tokens make a small file. */
function stripPaths(
  vectors: readonly (readonly number[])[],
  largest: number,
): string {
  const cells = new Map<number, string[]>();
  vectors.forEach((vector, row) =>
    vector.forEach((value, neuron) => {
      const level = largest === 0 ? 0 : Math.round(LEVELS * value / largest);
      if (level === 0) return;
      const paths = cells.get(level) ?? [];
      cells.set(level, paths);
      paths.push(`M${neuron} ${(row + 0.5) * ROW_HEIGHT}h1`);
    })
  );
  return [...cells].map(([level, paths]) => {
    const color = level < 0 ? COLORS.vermilion : COLORS.blue;
    const opacity = Math.abs(level) / LEVELS;
    return `<path d="${
      paths.join("")
    }" stroke="${color}" stroke-opacity="${opacity}"/>`;
  }).join("");
}

/** A longer table is no help to a reader. */
const MAX_ROWS = 24;

/** Lists the keys that the chosen query looks at most. */
function comparisonTable(data: NeuronData): TableView {
  const { tokens, layer, head, headSize } = data;
  const { rows } = compareChosen(data);
  const all = tokens.map((_, token) => token);
  const listed = strongest(all, (key) => rows[key]!.weight, MAX_ROWS);
  const title = data.title === "" ? "" : `${data.title}. `;
  return table(
    listed.map(({ token }) => ({
      key: `${tokens[token]} (${token})`,
      [`q · k / √${headSize}`]: rows[token]!.score.toFixed(2),
      softmax: rows[token]!.weight.toFixed(2),
    })),
    {
      caption: `${title}Layer ${layer}, head ${head}: what "${
        tokens[data.query]
      }" (${data.query}) looks at`,
    },
  );
}
