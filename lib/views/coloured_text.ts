/**
 * Coloured text: each word by its score, blue for, vermilion against.
 *
 * The colours are laid under letters of the page's own colour, so the text reads
 * on light and on dark ground; words against are underlined as well, for those who
 * cannot tell the colours apart.
 *
 * @module
 */

import { visibleControls } from "../printable.ts";
import { escapeHtml } from "./escape.ts";
import type { HtmlView } from "./attention/html_view.ts";
import { pictureFont } from "./font.ts";
import { svgDocument, svgText } from "./svg.ts";
import { COLORS } from "./theme.ts";

/** A word and how far it speaks for something, above 0, or against it. */
export type ScoredWord = { readonly text: string; readonly score: number };

/** What to write around the text. */
export type ColouredTextOptions = {
  readonly title: string;
  /** What words above 0 speak for, and what those below 0 do. */
  readonly poles: { readonly above: string; readonly below: string };
  /** The score of the strongest colour: the largest one if not given. */
  readonly maxScore?: number;
  /** The index of the first word after a cut, if words were omitted there. */
  readonly seam?: number;
};

/** The strongest word's colour is this opaque; letters upon it stay readable. */
const MOST_OPAQUE = 0.55;
/** Fainter colours cannot be seen. */
const LEAST_OPAQUE = 0.03;
/** Plain text marks a word from this share of the largest score on. */
const MARKED_SHARE = 0.25;
const WIDTH = 720, MARGIN = 16, LINE_HEIGHT = 24, FONT_SIZE = 14;
const TEXT_WIDTH = 78;
/** Marks that stand close to the word before them. */
const CLOSE = /^[.,;:!?)\]%]+$/;

/**
 * Colours each word by its score, with a scale; the largest has the strongest colour.
 *
 * Give two texts the same `maxScore` to compare their colours.
 *
 * @example Plain text says it with signs
 * ```ts
 * import { colouredText } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const words = [
 *   { text: "a", score: 0 },
 *   { text: "clever", score: 2 },
 *   { text: "mess", score: -1 },
 *   { text: ".", score: 0 },
 * ];
 * const poles = { above: "positive", below: "negative" };
 * const { text } = colouredText(words, { title: "Words", poles });
 * assert.match(text, /a clever\[\+2\.00\] mess\[-1\.00\]\./);
 * ```
 *
 * @param words The words in their order.
 * @param options Title, what the signs mean, the scale, and where words are omitted.
 * @returns HTML without a script, an SVG drawing on white, and plain text.
 * @throws {RangeError} If a score is not finite.
 */
export function colouredText(
  words: readonly ScoredWord[],
  options: ColouredTextOptions,
): HtmlView {
  const wrong = words.find(({ score }) => !Number.isFinite(score));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot colour words: every score must be finite; ` +
        `found ${wrong.score} for "${wrong.text}"`,
    );
  }
  const largest = options.maxScore ??
    Math.max(0, ...words.map(({ score }) => Math.abs(score)));
  const { seam = words.length } = options;
  const cut = seam < words.length ? [{ text: "[…]", score: 0 }] : [];
  const view = {
    ...options,
    largest,
    words: [...words.slice(0, seam), ...cut, ...words.slice(seam)],
  };
  return {
    title: options.title,
    html: htmlOf(view),
    svg: svgOf(view),
    text: textOf(view),
  };
}

/** The scale: the poles with the scores of the strongest colours, and between them. */
function scaleOf({ largest, poles }: TextView): ScoredWord[] {
  const names = [poles.above, "", "", "", poles.below];
  return names.map((name, i) => {
    const score = largest * (1 - i / 2);
    const number = score === 0 ? "0" : signed(score, largest);
    return { text: `${name} ${number}`.trim(), score };
  });
}

type TextView = ColouredTextOptions & {
  readonly words: readonly ScoredWord[];
  readonly largest: number;
};

/** The colour and opacity under a word. */
function shade(
  score: number,
  largest: number,
): { color: string; opacity: number } {
  const opacity = largest === 0
    ? 0
    : MOST_OPAQUE * Math.min(1, Math.abs(score) / largest);
  return {
    color: score < 0 ? COLORS.vermilion : COLORS.blue,
    opacity: opacity < LEAST_OPAQUE ? 0 : Number(opacity.toFixed(2)),
  };
}

/** Whether a space precedes a word. */
function spaced(words: readonly ScoredWord[], index: number): boolean {
  return index > 0 && !CLOSE.test(words[index]!.text);
}

function htmlOf(view: TextView): string {
  const { words, largest, title } = view;
  const span = (text: string, score: number, tip: string): string => {
    const { color, opacity } = shade(score, largest);
    const background = opacity === 0
      ? ""
      : `background: rgba(${
        rgbOf(color)
      }, ${opacity}); border-radius: 3px; padding: 1px 0;`;
    const line = score < 0 && opacity > 0
      ? ` text-decoration: underline dotted;`
      : "";
    return `<span title="${escapeHtml(tip)}" style="${background}${line}">${
      escapeHtml(text)
    }</span>`;
  };
  const body = words.map(({ text, score }, index) =>
    (spaced(words, index) ? " " : "") +
    span(text, score, signed(score, largest))
  ).join("");
  const legend = scaleOf(view).map(({ text, score }) =>
    span(text, score, "scale")
  ).join(" ");
  return `<div style="max-width: ${WIDTH}px; line-height: 1.8; font-size: 14px;">
<strong>${escapeHtml(title)}</strong><br>${legend}
<p style="margin: 6px 0;">${body}</p>
</div>`;
}

function svgOf(view: TextView): string {
  const { words, largest, title } = view;
  const font = pictureFont("regular");
  const space = font.widthOf(" ", FONT_SIZE);
  let x = MARGIN, y = 84;
  const drawn = words.map(({ text, score }, index) => {
    const width = font.widthOf(text, FONT_SIZE);
    if (spaced(words, index)) x += space + 2;
    if (x + width > WIDTH - MARGIN && x > MARGIN) {
      x = MARGIN;
      y += LINE_HEIGHT;
    }
    const word = svgWord(text, x, y, width, shade(score, largest), score < 0);
    x += width;
    return word;
  });
  let end = MARGIN;
  const legend = scaleOf(view).map(({ text, score }) => {
    const start = end;
    const width = font.widthOf(text, FONT_SIZE);
    end += width + 14;
    return svgWord(text, start, 50, width, shade(score, largest), score < 0);
  });
  const height = y + MARGIN;
  const content = [
    svgText(MARGIN, 24, title, `font-weight="bold"`),
    ...legend,
    ...drawn,
  ].join("\n");
  return svgDocument({ width: WIDTH, height, fontSize: FONT_SIZE }, content);
}

function svgWord(
  text: string,
  x: number,
  y: number,
  width: number,
  { color, opacity }: { color: string; opacity: number },
  isBelow: boolean,
): string {
  const [left, wide] = [(x - 2).toFixed(1), (width + 4).toFixed(1)];
  const ground = opacity === 0
    ? ""
    : `<rect x="${left}" y="${
      y - 15
    }" width="${wide}" height="20" rx="3" fill="${color}" fill-opacity="${opacity}"/>`;
  const line = isBelow && opacity > 0
    ? `<path d="M${x.toFixed(1)} ${y + 3.5}h${
      width.toFixed(1)
    }" stroke="${COLORS.ink}" stroke-dasharray="1.5 2"/>`
    : "";
  return ground + line + svgText(x.toFixed(1), y, text);
}

function textOf({ words, largest, title, poles }: TextView): string {
  const lines = [
    visibleControls(
      `${title} ([+] ${poles.above}, [-] ${poles.below}, the strongest ` +
        `colour: ${signed(largest, largest).slice(1)})`,
    ),
    "",
  ];
  for (const [index, { text, score }] of words.entries()) {
    const isMarked = largest > 0 && Math.abs(score) >= MARKED_SHARE * largest;
    const word = visibleControls(text) +
      (isMarked ? `[${signed(score, largest)}]` : "");
    const joined = lines.at(-1)! + (spaced(words, index) ? " " : "") + word;
    if (joined.length <= TEXT_WIDTH || lines.at(-1) === "") {
      lines[lines.length - 1] = joined;
    } else lines.push(word);
  }
  return lines.join("\n");
}

/** Such as "+0.52", or "+0.0052" where the largest score is as small as that. */
function signed(score: number, largest: number): string {
  const size = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  const digits = Math.min(100, Math.max(2, 1 - size));
  return (score < 0 ? "-" : "+") + Math.abs(score).toFixed(digits);
}

/** "#0072b2" as "0, 114, 178". */
function rgbOf(color: string): string {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
    .join(", ");
}
