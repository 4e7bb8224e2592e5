/**
 * Font files of our pictures, and the widths of their letters.
 *
 * A chart's margins depend on how wide its labels are. Without a browser, Vega
 * guesses 0.8 em a letter and leaves gaps or drops labels; the font's own
 * `hmtx` table (OpenType specification 1.9) gives the exact width.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
// Only a package that some module imports has files that can be found.
import fonts from "dejavu-fonts-ttf/package.json" with { type: "json" };

/** A font's letter widths. */
export type FontMetrics = {
  /** Width of `text` in pixels at `fontSize` pixels, without kerning. */
  widthOf(text: string, fontSize: number): number;
};

/**
 * Finds the file of a font.
 *
 * @param weight Which of the two fonts.
 * @returns Its path.
 */
export function fontFile(weight: "regular" | "bold"): string {
  const name = weight === "bold" ? "DejaVuSans-Bold" : "DejaVuSans";
  return fileURLToPath(import.meta.resolve(`${fonts.name}/ttf/${name}.ttf`));
}

/**
 * Reads the letter widths of the fonts that pictures are drawn with.
 *
 * @param weight Which of the two fonts.
 * @returns The font's metrics.
 */
export function pictureFont(weight: "regular" | "bold"): FontMetrics {
  const file = fontFile(weight);
  return metrics[weight] ??= readFontMetrics(readFileSync(file), file);
}

/** Each font is read once. */
const metrics: { regular?: FontMetrics; bold?: FontMetrics } = {};

/**
 * Reads the letter widths from the bytes of a TrueType font.
 *
 * @param bytes The font file.
 * @param file Its name, for errors.
 * @returns The font's metrics.
 * @throws {SyntaxError} If the file is no TrueType font with a Unicode map.
 */
export function readFontMetrics(
  bytes: Uint8Array,
  file: string,
): FontMetrics {
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = tableOffsets(font);
  const at = (name: string): number => {
    const offset = tables.get(name);
    if (offset !== undefined) return offset;
    throw new SyntaxError(
      `Cannot measure text with "${file}": it must be a TrueType font; ` +
        `found no "${name}" table`,
    );
  };
  const unitsPerEm = font.getUint16(at("head") + 18);
  const numWidths = font.getUint16(at("hhea") + 34);
  const widths = at("hmtx");
  const glyphOf = glyphFinder(font, at("cmap"), file);

  function advance(codePoint: number): number {
    const glyph = Math.min(glyphOf(codePoint), numWidths - 1);
    return font.getUint16(widths + 4 * glyph);
  }
  return {
    widthOf(text, fontSize): number {
      let units = 0;
      for (const letter of text) units += advance(letter.codePointAt(0)!);
      return units * fontSize / unitsPerEm;
    },
  };
}

/** Table name → offset, from the directory at the file's start. */
function tableOffsets(font: DataView): Map<string, number> {
  const offsets = new Map<string, number>();
  const numTables = font.byteLength < 12 ? 0 : font.getUint16(4);
  for (let table = 0; table < numTables; table++) {
    const entry = 12 + 16 * table;
    if (entry + 16 > font.byteLength) break;
    let name = "";
    for (let i = 0; i < 4; i++) {
      name += String.fromCharCode(font.getUint8(entry + i));
    }
    offsets.set(name, font.getUint32(entry + 8));
  }
  return offsets;
}

/** Code point → glyph, from the segments of a format 4 map; 0 if there is none. */
function glyphFinder(
  font: DataView,
  cmap: number,
  file: string,
): (codePoint: number) => number {
  const map = Array.from(
    { length: font.getUint16(cmap + 2) },
    (_, i) => cmap + font.getUint32(cmap + 4 + 8 * i + 4),
  ).find((offset) => font.getUint16(offset) === 4);
  if (map === undefined) {
    throw new SyntaxError(
      `Cannot measure text with "${file}": it must map Unicode to glyphs; ` +
        `found no map of format 4 in its "cmap" table`,
    );
  }
  const twice = font.getUint16(map + 6); // bytes in each array of segments
  const ends = map + 14;
  const starts = map + 16 + twice;
  const deltas = starts + twice;
  const ranges = deltas + twice;

  return (codePoint) => {
    if (codePoint > 0xffff) return 0;
    let segment = 0;
    while (font.getUint16(ends + segment) < codePoint) segment += 2;
    const start = font.getUint16(starts + segment);
    if (start > codePoint) return 0;
    const delta = font.getUint16(deltas + segment);
    const range = font.getUint16(ranges + segment);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = font.getUint16(
      ranges + segment + range + 2 * (codePoint - start),
    );
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  };
}
