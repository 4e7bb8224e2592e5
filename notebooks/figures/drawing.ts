/**
 * The parts of every figure: boxes, rows of cells, arrows, labels; one width, one font,
 * one set of colours with a light and a dark variant.
 *
 * A colour says the same in all figures: blue is data that flows (tokens, vectors),
 * green computes with parameters, orange is what comes out, vermilion is what is masked
 * or lost, grey is what does not count.
 *
 * @module
 */

import { escapeHtml } from "../../lib/views/escape.ts";
import { pictureFont } from "../../lib/views/font.ts";
import { CHART_FONT, COLORS } from "../../lib/views/theme.ts";

/** Narrow, so that letters of 13 pixels are still 9.7 on a phone of 390. */
export const WIDTH = 520;
/** The margin on each side. */
export const MARGIN = 16;
/** Letters of notes; nothing is smaller. */
export const SMALL = 13;
const NORMAL = 14, TITLE = 16, LINE_HEIGHT = 1.3;

/** The colour of a box. */
export type Tone =
  | "plain"
  | "blue"
  | "green"
  | "orange"
  | "vermilion"
  | "grey";

/** A place in pixels. */
export type Spot = readonly [x: number, y: number];

/** Fill and outline of each tone, and the colours of letters, ground and lines. */
type Palette = Readonly<Record<Tone, readonly [fill: string, line: string]>> & {
  readonly ink: string;
  readonly muted: string;
  readonly ground: string;
  readonly arrow: string;
};

/** The two variants. */
export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    plain: [COLORS.ground, COLORS.grey],
    blue: ["#d6e6f2", COLORS.blue],
    green: ["#d3efe5", COLORS.green],
    orange: ["#fbe8bf", COLORS.orange],
    vermilion: ["#f9dcc8", COLORS.vermilion],
    grey: ["#ececec", COLORS.grey],
    ink: COLORS.ink,
    muted: COLORS.muted,
    ground: COLORS.ground,
    arrow: COLORS.muted,
  },
  dark: {
    plain: ["#1b1e23", "#9aa0a6"],
    blue: ["#143a56", COLORS.skyBlue],
    green: ["#0f4335", "#2fbf94"],
    orange: ["#53400f", COLORS.orange],
    vermilion: ["#5e2f12", "#ee7f35"],
    grey: ["#383c42", "#9aa0a6"],
    ink: "#f1f1f1",
    muted: "#bcc1c7",
    ground: "#1b1e23",
    arrow: "#bcc1c7",
  },
};

const TONES: readonly Tone[] = [
  "plain",
  "blue",
  "green",
  "orange",
  "vermilion",
  "grey",
];

/** How letters look. */
export type TextStyle = {
  readonly size?: number;
  readonly bold?: boolean;
  readonly muted?: boolean;
  readonly anchor?: "start" | "middle" | "end";
};

/**
 * Measures a text in the font of the pictures.
 *
 * @param text The text.
 * @param style Its size and weight.
 * @returns Its width in pixels.
 */
export function widthOf(
  text: string,
  { size = NORMAL, bold = false }: TextStyle = {},
): number {
  return pictureFont(bold ? "bold" : "regular").widthOf(text, size);
}

/**
 * Writes one or several lines.
 *
 * @param x Where they begin, or their middle or end, as `anchor` says.
 * @param y The baseline of the first line.
 * @param text The lines.
 * @param style Their look.
 * @returns SVG.
 */
export function label(
  x: number,
  y: number,
  text: string | readonly string[],
  style: TextStyle = {},
): string {
  const { size = NORMAL, bold = false, muted = false } = style;
  const weight = bold ? ` font-weight="bold"` : "";
  return [text].flat().map((line, i) =>
    `<text x="${round(x)}" y="${round(y + i * size * LINE_HEIGHT)}" ` +
    `font-size="${size}"${weight} text-anchor="${style.anchor ?? "start"}" ` +
    `class="fig-${muted ? "muted" : "ink"}">${escapeHtml(line)}</text>`
  ).join("");
}

/**
 * Writes a note beside what it explains, in small muted letters.
 *
 * @param x Where it begins.
 * @param y The baseline of the first line.
 * @param text The lines.
 * @param style Their look, where it differs.
 * @returns SVG.
 */
export function note(
  x: number,
  y: number,
  text: string | readonly string[],
  style: TextStyle = {},
): string {
  return label(x, y, text, { size: SMALL, muted: true, ...style });
}

/** The place of a box. */
export type Area = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/**
 * Draws a box with its text in the middle.
 *
 * @param area Where it is.
 * @param text Its lines.
 * @param tone Its colour.
 * @param style The look of its letters.
 * @returns SVG.
 * @throws {RangeError} If the text is larger than the box.
 */
export function box(
  { x, y, width, height }: Area,
  text: string | readonly string[],
  tone: Tone = "plain",
  style: TextStyle = {},
): string {
  const lines = [text].flat().filter((line) => line !== "");
  const { size = NORMAL } = style;
  const widest = Math.max(0, ...lines.map((line) => widthOf(line, style)));
  const tall = size + (lines.length - 1) * size * LINE_HEIGHT;
  if (lines.length > 0 && (widest > width - 4 || tall > height - 2)) {
    throw new RangeError(
      `Cannot draw "${lines.join(" ")}": its box must hold it; found ` +
        `${Math.ceil(widest)} × ${Math.ceil(tall)} in ${width} × ${height}`,
    );
  }
  const first = y + (height - tall) / 2 + 0.86 * size;
  return `<g><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" ` +
    `height="${round(height)}" rx="4" class="fig-${tone}"/>` +
    label(x + width / 2, first, lines, { ...style, anchor: "middle" }) + `</g>`;
}

/** Cells side by side: their drawing and the middle of each. */
export type Cells = {
  readonly svg: string;
  readonly centers: readonly number[];
};

/**
 * Draws a row of cells over the whole width between two margins.
 *
 * @param texts One for each cell.
 * @param options Place, height, gap and colours.
 * @returns The row.
 */
export function cells(
  texts: readonly string[],
  options: {
    readonly y: number;
    readonly x?: number;
    readonly width?: number;
    readonly height?: number;
    readonly gap?: number;
    readonly tone?: Tone | ((index: number) => Tone);
    readonly style?: TextStyle;
  },
): Cells {
  const {
    x = MARGIN,
    width = WIDTH - 2 * MARGIN,
    height = 28,
    gap = 4,
    tone = "blue",
    style = { size: SMALL },
  } = options;
  const each = (width - gap * (texts.length - 1)) / texts.length;
  const left = (index: number): number => x + index * (each + gap);
  return {
    svg: texts.map((text, i) =>
      box(
        { x: left(i), y: options.y, width: each, height },
        text,
        typeof tone === "string" ? tone : tone(i),
        style,
      )
    ).join(""),
    centers: texts.map((_, i) => left(i) + each / 2),
  };
}

/**
 * Draws a line through several points; its end has an arrow head.
 *
 * @param points The points.
 * @param options `dashed`; `head`: false for a line without a head.
 * @returns SVG.
 */
export function arrow(
  points: readonly Spot[],
  options: { readonly dashed?: boolean; readonly head?: boolean } = {},
): string {
  const [from, to] = points.slice(-2) as [Spot, Spot];
  const { dashed = false, head = true } = options;
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const back = (along: number, across: number): string =>
    `${round(to[0] - along * ux - across * uy)} ` +
    `${round(to[1] - along * uy + across * ux)}`;
  const path = [
    ...points.slice(0, -1).map(([x, y]) => `${round(x)} ${round(y)}`),
  ]
    .concat(back(head ? 6 : 0, 0)).join("L");
  return `<path d="M${path}" class="fig-arrow"${
    dashed ? ` stroke-dasharray="5 4"` : ""
  }/>` + (head
    ? `<path d="M${back(8, -4.5)}L${back(0, 0)}L${
      back(8, 4.5)
    }Z" class="fig-tip"/>`
    : "");
}

/**
 * Draws a short arrow that points down.
 *
 * @param x Its middle.
 * @param from Its start.
 * @param to Its tip.
 * @returns SVG.
 */
export function down(x: number, from: number, to: number): string {
  return arrow([[x, from], [x, to]]);
}

/**
 * Draws a circle with a sign, such as the plus of a residual connection.
 *
 * @param x Its middle.
 * @param y Its middle.
 * @param sign One letter.
 * @returns SVG.
 */
export function sign(x: number, y: number, sign: string): string {
  return `<circle cx="${x}" cy="${y}" r="10" class="fig-plain"/>` +
    label(x, y + 5.5, sign, { bold: true, anchor: "middle", size: 16 });
}

/** A drawing, and what it shows in one or two sentences. */
export type Figure = { readonly svg: string; readonly text: string };

/**
 * Puts a figure together.
 *
 * @param parts Title, height, content, and `text`: what the figure shows.
 * @param variant `"dark"` for its dark colours whatever the reader prefers.
 * @returns The figure.
 */
export function compose(
  { title, height, text, content }: {
    readonly title: string;
    readonly height: number;
    readonly text: string;
    readonly content: readonly string[];
  },
  variant: "both" | "light" | "dark" = "both",
): Figure {
  const palette = PALETTES[variant === "dark" ? "dark" : "light"];
  const looks = looksOf(palette);
  // A viewer that removes style sheets, or knows no colour scheme, shows the colours
  // that are attributes.
  const drawn = [
    `<rect width="${WIDTH}" height="${height}" rx="6" class="fig-ground"/>`,
    label(MARGIN, 30, title, { size: TITLE, bold: true }),
    ...content,
  ].join("\n").replace(
    /class="(fig-\w+)"/g,
    (whole, name: string) =>
      whole + Object.entries(looks[name]!)
        .map(([key, value]) => ` ${key}="${value}"`).join(""),
  );
  const style = variant === "both"
    ? `<style>\n@media (prefers-color-scheme: dark) {\n${
      rules(looksOf(PALETTES.dark))
    }\n}\n</style>\n`
    : "";
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${
      escapeHtml(text)
    }" style="max-width: 100%; height: auto" font-family="${CHART_FONT}">\n` +
    `${style}${drawn}\n</svg>`;
  return { svg, text };
}

/** The attributes of each class of elements, which are properties in CSS as well. */
type Looks = Readonly<Record<string, Readonly<Record<string, string>>>>;

function looksOf(palette: Palette): Looks {
  const { ground, ink, muted, arrow } = palette;
  return {
    "fig-ground": { fill: ground },
    "fig-ink": { fill: ink },
    "fig-muted": { fill: muted },
    "fig-arrow": { fill: "none", stroke: arrow, "stroke-width": "1.5" },
    "fig-tip": { fill: arrow },
    ...Object.fromEntries(
      TONES.map((tone) => [`fig-${tone}`, {
        fill: palette[tone][0],
        stroke: palette[tone][1],
      }]),
    ),
  };
}

function rules(looks: Looks): string {
  return Object.entries(looks).map(([name, look]) =>
    `.${name} { ${
      Object.entries(look).map(([key, value]) => `${key}: ${value};`).join(" ")
    } }`
  ).join("\n");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
