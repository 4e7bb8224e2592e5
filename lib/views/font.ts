/**
 * Widths of letters, read from the font file that our pictures are drawn with.
 *
 * A chart's margins depend on how wide its labels are. Without a browser, Vega
 * guesses 0.8 em a letter and leaves gaps or drops labels; the font's own
 * `hmtx` table (OpenType specification 1.9) gives the exact width.
 *
 * @module
 */

/** A font's letter widths. */
export type FontMetrics = {
  /** Width of `text` in pixels at `fontSize` pixels, without kerning. */
  widthOf(text: string, fontSize: number): number;
};

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
      `Cannot measure text as "${file}" must be a TrueType font: ` +
        `it has no "${name}" table`,
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
    const name = String.fromCharCode(
      ...[0, 1, 2, 3].map((i) => font.getUint8(entry + i)),
    );
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
      `Cannot measure text as "${file}" must map Unicode to glyphs: ` +
        `its "cmap" table has no map of format 4`,
    );
  }
  const twice = font.getUint16(map + 6); // bytes in each array of segments
  const [ends, starts, deltas, ranges] = [
    14,
    16 + twice,
    16 + 2 * twice,
    16 + 3 * twice,
  ]
    .map((offset) => map + offset) as [number, number, number, number];

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
