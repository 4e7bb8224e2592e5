/**
 * BertViz's model view: every head of every layer as a small drawing, any of
 * which can be enlarged.
 *
 * Vig (2019), "A Multiscale Visualization of Attention in the Transformer
 * Model", section 2.2.
 *
 * @module
 */

import { visibleControls } from "../../printable.ts";
import { pictureFont } from "../font.ts";
import { type Drawing, svgDocument, svgText } from "../svg.ts";
import { table, type TableView } from "../table.ts";
import { COLORS } from "../theme.ts";
import { type Filter, filterChoice, sentenceFilters } from "./columns.ts";
import {
  type AttentionData,
  type AttentionInput,
  packAttention,
} from "./data.ts";
import {
  choice,
  element,
  type HTMLCanvasElement,
  type HTMLElement,
  showView,
} from "./elements.ts";
import { type HtmlView, htmlView, LINK_FUNCTIONS } from "./html_view.ts";
import {
  gatherLines,
  gatherLinks,
  strongest,
  unpackWeights,
  type WeightOf,
} from "./lines.ts";
import { linkPanel } from "./panel.ts";

/**
 * Shows where every head of every layer looks, all at once.
 *
 * Layers and heads count from 0, as in `attentions[layer][head]`.
 *
 * @example Two tokens that look at each other
 * ```ts
 * import { modelView } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { text } = modelView({
 *   tokens: ["dogs", "bark"],
 *   attentions: [[[[0.2, 0.8], [0.4, 0.6]]]],
 * });
 * assert.match(text, /bark 0\.70/);
 * ```
 *
 * @param input Tokens, token type ids and weights, [L][H][T][T].
 * @returns HTML that works offline and beside others of its kind, an SVG drawing of
 *   all heads, and as plain text the token that each head looks at most.
 * @throws {RangeError} If sizes differ or a weight is outside [0, 1].
 */
export function modelView(input: AttentionInput): HtmlView {
  const data = packAttention(input);
  const { html: table, text } = favourites(data);
  return htmlView({
    svg: gridSvg(data, [{
      weightOf: unpackWeights(data),
      colorOf: (head) => data.colors[head]!,
    }]),
    text,
    alt: `Attention of ${data.numLayers} layers of ${data.numHeads} heads`,
    summary: "The token that each head looks at most",
    table,
  }, {
    kind: "model-view",
    data,
    css: GRID_CSS,
    draw: drawModelView,
    helpers: [...LINK_FUNCTIONS, paintLinks, thumbnailGrid],
  });
}

/** Pixels of the screen for each unit of the page. */
declare const devicePixelRatio: number;

/** One head of one layer. */
type Place = { layer: number; head: number };

/** Draws the view in place of the still form, which `root` holds. */
function drawModelView(
  root: HTMLElement,
  data: AttentionData,
  css: string,
): void {
  if (root.shadowRoot !== null) return;
  const { tokens, tokenTypeIds, numLayers, numHeads, colors } = data;
  const side = 50;
  const weightOf = unpackWeights(data);
  const filters = sentenceFilters(tokenTypeIds);
  let filter = filters[0]!;
  let opened: Place | undefined;

  const { grid, canvases, focus } = thumbnailGrid(numLayers, numHeads, open);
  const panel = linkPanel(tokens, tokenTypeIds);
  const back = element(
    "button",
    { type: "button", class: "back" },
    "← all heads",
  );
  const count = (length: number): string[] =>
    Array.from({ length }, (_, i) => String(i));
  const layers = choice("Layer", count(numLayers), 0, (layer) => {
    enlarge({ ...opened!, layer });
  });
  const heads = choice("Head", count(numHeads), 0, (head) => {
    enlarge({ ...opened!, head });
  });
  const detail = element(
    "div",
    { class: "detail", role: "region", hidden: "" },
    element("div", { class: "controls" }, back, layers, heads),
    panel.status,
    panel.columns,
  );
  const hint = element(
    "p",
    { class: "hint" },
    "Click a drawing, or walk with Tab and the arrow keys and press Enter, to enlarge it.",
  );
  back.addEventListener("click", close);
  detail.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  function paint(): void {
    canvases.forEach((row, layer) =>
      row.forEach((canvas, head) => {
        const weight = (query: number, key: number): number =>
          weightOf(layer, head, query, key);
        paintLinks(canvas, side, filter, weight, colors[head]!);
      })
    );
  }
  function enlarge(place: Place): void {
    opened = place;
    const { layer, head } = place;
    detail.setAttribute("aria-label", `Layer ${layer}, head ${head}`);
    layers.querySelector("select")!.value = String(layer);
    heads.querySelector("select")!.value = String(head);
    panel.showLinks({
      heads: [{ head, color: colors[head]! }],
      weight: (head, query, key) => weightOf(layer, head, query, key),
    });
  }
  function open(place: Place): void {
    panel.showTokens(filter);
    enlarge(place);
    grid.hidden = hint.hidden = true;
    detail.hidden = false;
    back.focus();
  }
  function close(): void {
    grid.hidden = hint.hidden = false;
    detail.hidden = true;
    if (opened !== undefined) focus(opened);
    opened = undefined;
  }

  paint();
  const choices = filterChoice(filters, (chosen) => {
    filter = chosen;
    paint();
    if (opened !== undefined) panel.showTokens(filter);
  });
  const controls = element("div", { class: "controls" }, ...choices);
  showView(root, css, data, [controls, hint], [grid, detail]);
}

/** Draws the links of a head on a canvas, which is `side` pixels wide and high. */
function paintLinks(
  canvas: HTMLCanvasElement,
  side: number,
  { queries, keys }: Filter,
  weight: (query: number, key: number) => number,
  color: string,
): void {
  const scale = devicePixelRatio;
  canvas.width = canvas.height = Math.round(side * scale); // clears
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  pen.strokeStyle = color;
  const rowHeight = side / Math.max(queries.length, keys.length);
  // Lines fainter than 2 % cannot be seen at this size.
  for (const { rows, opacity } of gatherLinks(queries, keys, weight, 0.02)) {
    pen.globalAlpha = opacity;
    pen.beginPath();
    for (let i = 0; i < rows.length; i += 2) {
      pen.moveTo(0, (rows[i]! + 0.5) * rowHeight);
      pen.lineTo(side, (rows[i + 1]! + 0.5) * rowHeight);
    }
    pen.stroke();
  }
}

/**
 * Makes the grid of thumbnails, empty at first: its canvases are [L][H], and `focus`
 * moves the focus.
 *
 * Tab stops once in the grid, the arrow keys walk in it, Enter opens.
 */
function thumbnailGrid(
  numLayers: number,
  numHeads: number,
  onOpen: (place: Place) => void,
): {
  grid: HTMLElement;
  canvases: HTMLCanvasElement[][];
  focus: (place: Place) => void;
} {
  const places = (make: (place: Place) => HTMLElement): HTMLElement[][] =>
    Array.from(
      { length: numLayers },
      (_, layer) =>
        Array.from({ length: numHeads }, (_, head) => make({ layer, head })),
    );
  const canvases: HTMLCanvasElement[][] = [];
  const cells = places(({ layer, head }) => {
    const canvas = element("canvas", { "aria-hidden": "true" });
    (canvases[layer] ??= [])[head] = canvas;
    const cell = element("button", {
      type: "button",
      class: "thumbnail",
      role: "gridcell",
      tabindex: layer + head === 0 ? "0" : "-1",
      title: `Layer ${layer}, head ${head}`,
      "aria-label": `Layer ${layer}, head ${head}: enlarge`,
    }, canvas);
    cell.addEventListener("click", () => onOpen({ layer, head }));
    cell.addEventListener("keydown", (event) => {
      const next = ({
        ArrowRight: cells[layer]![head + 1],
        ArrowLeft: cells[layer]![head - 1],
        ArrowDown: cells[layer + 1]?.[head],
        ArrowUp: cells[layer - 1]?.[head],
        Home: cells[layer]![0],
        End: cells[layer]!.at(-1),
      } as Record<string, HTMLElement | undefined>)[event.key];
      if (next === undefined) return;
      // The notebook around the view must not move its own selection.
      event.preventDefault();
      event.stopPropagation();
      move(next);
    });
    return cell;
  });
  function move(to: HTMLElement): void {
    for (const cell of cells.flat()) cell.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  const row = (
    name: HTMLElement,
    others: readonly HTMLElement[],
  ): HTMLElement => element("div", { role: "row" }, name, ...others);
  const header = row(
    element("span", { role: "columnheader" }, "head"),
    Array.from(
      { length: numHeads },
      (_, head) => element("span", { role: "columnheader" }, String(head)),
    ),
  );
  const rows = cells.map((others, layer) =>
    row(element("span", { role: "rowheader" }, `layer ${layer}`), others)
  );
  return {
    grid: element(
      "div",
      { class: "grid", role: "grid", "aria-label": "Heads of all layers" },
      header,
      ...rows,
    ),
    canvases,
    focus: ({ layer, head }) => move(cells[layer]![head]!),
  };
}

/** Rules for the view's shadow tree. */
const GRID_CSS = `
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

const SIDE = 54;
const STEP = SIDE + 6;
const MARGIN = 16;
const NAMES = 56;
/** Fainter lines cannot be seen at this size and would only make the file large. */
const LEAST_WEIGHT = 0.1;

/** Strengths of links, and the colour in which a head's are drawn. */
type Links = { weightOf: WeightOf; colorOf: (head: number) => string };

/** Draws every head with all of its links, the last ones on top. */
function gridSvg(
  data: AttentionData,
  links: readonly Links[],
  subtitle = "",
): string {
  const { tokens, numLayers, numHeads, colors } = data;
  const all = tokens.map((_, token) => token);
  const left = MARGIN + NAMES;
  const top = (data.title === "" ? 44 : 68) + (subtitle === "" ? 0 : 18);
  const width = Math.ceil(Math.max(
    left + STEP * numHeads,
    MARGIN + pictureFont("regular").widthOf(subtitle, 11),
  )) + MARGIN;
  const height = top + STEP * numLayers + MARGIN;
  const size = {
    width: SIDE,
    rowHeight: SIDE / tokens.length,
    least: LEAST_WEIGHT,
  };
  const thumbnail = (layer: number, head: number): string => {
    const lines = links.flatMap(({ weightOf, colorOf }) =>
      gatherLines(all, all, (q, k) => weightOf(layer, head, q, k), size).map((
        { path, opacity },
      ) =>
        `<path d="${shortened(path)}" stroke="${
          colorOf(head)
        }" stroke-opacity="${opacity}"/>`
      )
    );
    const x = left + STEP * head, y = top + STEP * layer;
    return `<g transform="translate(${x} ${y})"><rect width="${SIDE}" height="${SIDE}" stroke="#cccccc"/>${
      lines.join("")
    }</g>`;
  };
  const heads = colors.map((_, head) => {
    const x = left + STEP * head + SIDE / 2;
    return svgText(x, top - 8, head, `text-anchor="middle"`);
  });
  const layers = Array.from({ length: numLayers }, (_, layer) => layer);
  const names = layers.map((layer) => {
    const y = top + STEP * layer + SIDE / 2 + 4;
    return svgText(left - 8, y, `layer ${layer}`, `text-anchor="end"`);
  });
  const drawings = layers.flatMap((layer) =>
    colors.map((_, head) => thumbnail(layer, head))
  );
  const content = [
    svgText(MARGIN, 26, data.title, `font-size="13" font-weight="bold"`),
    svgText(MARGIN, top - 42, subtitle),
    svgText(left - 8, top - 8, "head", `text-anchor="end"`),
    heads.join(""),
    names.join(""),
    `<g fill="none">`,
    ...drawings,
    `</g>`,
  ].join("\n");
  return svgDocument({ width, height, fontSize: 11 }, content);
}

/**
 * Draws what changed in every head of every layer, such as by fine-tuning: blue lines
 * for links that became stronger, vermilion lines for those that became weaker.
 *
 * @example One head that turned from itself to the other token
 * ```ts
 * import { modelDifference } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const { text } = modelDifference({
 *   tokens: ["dogs", "bark"],
 *   before: [[[[1, 0], [0, 1]]]],
 *   after: [[[[0.4, 0.6], [0, 1]]]],
 * });
 * assert.match(text, /dogs → dogs −0\.60/);
 * ```
 *
 * @param input Tokens, and the weights before and after, [L][H][T][T].
 * @returns A drawing of all heads, and in words the five largest changes.
 * @throws {RangeError} If sizes differ or a weight is outside [0, 1].
 */
export function modelDifference(
  { before, after, ...input }: Omit<AttentionInput, "attentions"> & {
    before: AttentionInput["attentions"];
    after: AttentionInput["attentions"];
  },
): Drawing {
  const data = packAttention({ ...input, attentions: after });
  const old = packAttention({ ...input, attentions: before });
  const sizes = [old, data].map((each) => [each.numLayers, each.numHeads]);
  if (String(sizes[0]) !== String(sizes[1])) {
    throw new RangeError(
      `Cannot draw a difference: both models must have the same layers and heads; ` +
        `found [${sizes[0]}] before, [${sizes[1]}] after`,
    );
  }
  const links = after.flatMap((heads, layer) =>
    heads.flatMap((rows, head) =>
      rows.flatMap((row, query) =>
        row.map((weight, key) => {
          const change = weight - before[layer]![head]![query]![key]!;
          return { layer, head, query, key, change, size: Math.abs(change) };
        })
      )
    )
  ).sort((a, b) => b.size - a.size);
  const most = Math.max(0.01, links[0]?.size ?? 0);
  const grown = (sign: number): WeightOf => (layer, head, query, key) =>
    sign * (after[layer]![head]![query]![key]! -
      before[layer]![head]![query]![key]!) /
    most;
  const named = links.slice(0, 5).map((link) =>
    `layer ${link.layer}, head ${link.head}: ` +
    `${data.tokens[link.query]} → ${data.tokens[link.key]} ` +
    `${link.change < 0 ? "−" : "+"}${link.size.toFixed(2)}`
  );
  const title = data.title === "" ? "" : `${data.title}. `;
  return {
    svg: gridSvg(
      data,
      [
        { weightOf: grown(-1), colorOf: () => COLORS.vermilion },
        { weightOf: grown(1), colorOf: () => COLORS.blue },
      ],
      `Blue: stronger than before; orange: weaker. ` +
        `The strongest line is a change of ${most.toFixed(2)}.`,
    ),
    text: visibleControls(
      `${title}The largest changes of a weight: ${named.join("; ")}.`,
    ),
  };
}

/** One decimal of a pixel is enough. */
function shortened(path: string): string {
  return path.replace(/\d+\.\d+/g, (number) => String(+(+number).toFixed(1)));
}

/**
 * Names the token that each head looks at most, with its mean weight: one row a layer,
 * one column a head.
 */
function favourites(data: AttentionData): TableView {
  const { tokens, numLayers, numHeads } = data;
  const weightOf = unpackWeights(data);
  const all = tokens.map((_, token) => token);
  const rows = Array.from({ length: numLayers }, (_, layer) => {
    const heads = Array.from({ length: numHeads }, (_, head) => {
      const mean = (key: number): number =>
        all.reduce((sum, query) => sum + weightOf(layer, head, query, key), 0) /
        tokens.length;
      const [best] = strongest(all, mean, 1);
      const name = best === undefined
        ? ""
        : `${tokens[best.token]} ${best.weight.toFixed(2)}`;
      return [`head ${head}`, name];
    });
    return { layer: String(layer), ...Object.fromEntries(heads) };
  });
  const title = data.title === "" ? "" : `${data.title}. `;
  return table(rows, {
    caption:
      `${title}The token that each head looks at most, and its mean weight`,
  });
}
