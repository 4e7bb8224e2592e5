/**
 * Named entities in texts: each underlined in the colour of its type, the type after it.
 *
 * Letters keep the page's own colour and every type is written, so the texts read on
 * light and on dark ground, and for those who cannot tell the colours apart.
 *
 * @module
 */

import { quoted, visibleControls } from "../printable.ts";
import type { HtmlView } from "./attention/html_view.ts";
import { escapeHtml } from "./escape.ts";
import { pictureFont } from "./font.ts";
import { svgDocument, svgText } from "./svg.ts";
import { HEAD_COLORS } from "./theme.ts";

/** A text and its entities, as `findEntities` gives them. */
export type MarkedText = {
  readonly text: string;
  readonly entities: readonly {
    /** What it is, such as `"PER"`. */
    readonly type: string;
    /** Its characters are `start` … `end` − 1, as `slice` counts them. */
    readonly start: number;
    readonly end: number;
  }[];
  /** What to write before the text, such as `"predicted"`. */
  readonly note?: string;
};

/** A part of a text; one with a type is an entity. */
type Stretch = { readonly text: string; readonly type?: string };

type Row = { readonly note: string; readonly stretches: readonly Stretch[] };

type ColorOf = (type: string) => string;

const WIDTH = 720, MARGIN = 16;
const FONT_SIZE = 14, NOTE_SIZE = 12, LABEL_SIZE = 11;
const LINE_HEIGHT = 26, ROW_HEIGHT = 32, LABEL_GAP = 4;

/**
 * Marks the entities of texts, a line for each text.
 *
 * @example Plain text says it with brackets
 * ```ts
 * import { entityText } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const entities = [{ type: "PER", start: 0, end: 7 }];
 * const view = entityText([{ text: "Ada Poe slept.", entities }], { title: "Found" });
 * assert.equal(view.text, "Found\n[Ada Poe PER] slept.");
 * ```
 *
 * @param texts The texts with their entities.
 * @param options The title, and `types`: all types in an order, so that several views
 * give a type the same colour; default those that occur, sorted.
 * @returns HTML without a script, an SVG drawing on white, and plain text.
 * @throws {RangeError} If an entity is not in its text, or two overlap.
 */
export function entityText(
  texts: readonly MarkedText[],
  options: { readonly title: string; readonly types?: readonly string[] },
): HtmlView {
  const { title, types = [] } = options;
  const found = texts.flatMap(({ entities }) => entities)
    .map(({ type }) => type).sort();
  const order = [...new Set([...types, ...found])];
  const colorOf: ColorOf = (type) =>
    HEAD_COLORS[order.indexOf(type) % HEAD_COLORS.length]!;
  const rows = texts.map((each): Row => ({
    note: each.note === undefined ? "" : `${each.note}: `,
    stretches: stretchesOf(each),
  }));
  const longest = Math.max(0, ...rows.map(({ note }) => note.length));
  const lines = rows.map(({ note, stretches }) =>
    note.padEnd(longest) +
    stretches.map(({ text, type }) =>
      type === undefined ? text : `[${text} ${type}]`
    ).join("")
  );
  return {
    title,
    html: htmlOf(title, rows, colorOf),
    svg: svgOf(title, rows, colorOf),
    text: [title, ...lines].map(visibleControls).join("\n"),
  };
}

function stretchesOf({ text, entities }: MarkedText): Stretch[] {
  let at = 0;
  const stretches: Stretch[] = [];
  const inOrder = entities.toSorted((a, b) => a.start - b.start);
  for (const { type, start, end } of inOrder) {
    if (!(start >= at && end > start && end <= text.length)) {
      throw new RangeError(
        `Cannot mark entities: each must be in the text, after the one before; ` +
          `found ${type} from ${start} to ${end} in ${quoted(text)}`,
      );
    }
    stretches.push({ text: text.slice(at, start) });
    stretches.push({ text: text.slice(start, end), type });
    at = end;
  }
  return [...stretches, { text: text.slice(at) }];
}

/** Pixels of the longest note. */
function noteWidth(rows: readonly Row[]): number {
  const font = pictureFont("regular");
  return Math.max(0, ...rows.map(({ note }) => font.widthOf(note, NOTE_SIZE)));
}

function htmlOf(title: string, rows: readonly Row[], colorOf: ColorOf): string {
  const mark = ({ text, type }: Stretch): string =>
    type === undefined
      ? escapeHtml(text)
      : `<span style="background: ${
        colorOf(type)
      }33; border-bottom: 2px solid ${colorOf(type)}; padding: 1px 2px;">${
        escapeHtml(text)
      } <small><b>${escapeHtml(type)}</b></small></span>`;
  const width = Math.ceil(noteWidth(rows));
  const style = `display: inline-block; min-width: ${width}px; ` +
    `font-size: ${NOTE_SIZE}px;`;
  const body = rows.map(({ note, stretches }) =>
    `<p style="margin: 6px 0;">${
      width === 0 ? "" : `<i style="${style}">${escapeHtml(note)}</i>`
    }${stretches.map(mark).join("")}</p>`
  );
  return `<div style="max-width: ${WIDTH}px; line-height: 1.8; font-size: 14px;">
<strong>${escapeHtml(title)}</strong>
${body.join("\n")}
</div>`;
}

function svgOf(title: string, rows: readonly Row[], colorOf: ColorOf): string {
  const regular = pictureFont("regular"), bold = pictureFont("bold");
  const grounds: string[] = [];
  const letters = [svgText(MARGIN, 24, title, `font-weight="bold"`)];
  const left = MARGIN + noteWidth(rows);
  let y = 24;
  for (const { note, stretches } of rows) {
    let x = left;
    y += ROW_HEIGHT;
    letters.push(svgText(MARGIN, y, note, `font-size="${NOTE_SIZE}"`));
    for (const { text, type } of stretches) {
      let from = x;
      const addGround = (): void => {
        if (type === undefined || x === from) return;
        grounds.push(ground(from, y, x - from, colorOf(type)));
      };
      const pieces = text.match(/\s+|\S+/g) ?? [];
      for (const [i, piece] of pieces.entries()) {
        const label = i === pieces.length - 1 ? type : undefined;
        const size = regular.widthOf(piece, FONT_SIZE);
        const width = label === undefined
          ? size
          : size + LABEL_GAP + bold.widthOf(label, LABEL_SIZE);
        if (x + width > WIDTH - MARGIN && x > left) {
          addGround();
          [x, y, from] = [left, y + LINE_HEIGHT, left];
          if (piece.trim() === "") continue;
        }
        letters.push(svgText(x.toFixed(1), y, piece));
        if (label !== undefined) {
          const at = (x + size + LABEL_GAP).toFixed(1);
          const style = `font-size="${LABEL_SIZE}" font-weight="bold"`;
          letters.push(svgText(at, y, label, style));
        }
        x += width;
      }
      addGround();
    }
  }
  const size = { width: WIDTH, height: y + MARGIN, fontSize: FONT_SIZE };
  return svgDocument(size, [...grounds, ...letters].join("\n"));
}

/** The tinted ground of an entity, or of its part in a line, and the line below. */
function ground(x: number, y: number, width: number, color: string): string {
  const rect = (top: number, height: number, opacity: number): string =>
    `<rect x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" ` +
    `height="${height}" fill="${color}" fill-opacity="${opacity}"/>`;
  return rect(y - 15, 19, 0.2) + rect(y + 4, 2, 1);
}
