/**
 * Lines of columns, without quoting: a quote is a character like any other, and a
 * row is a line.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** How the bytes of a file stand for characters. */
export type Encoding = "utf-8" | "iso-8859-1";

/** What the file must look like. */
export type DelimitedOptions = {
  /** The file's name, for errors. */
  file: string;
  /** Columns in every line. */
  columns: number;
  /** What stands between columns; a tab unless told. */
  separator?: string;
};

/**
 * Splits a file into rows.
 *
 * Lines end with LF or CRLF; the last one needs no end; a byte order mark is
 * dropped. A lone CR, U+2028 and U+2029 are text: many readers break lines at
 * them and so tear a sentence in two.
 *
 * @example Quotes are text
 * ```ts
 * import { parseDelimited } from "bertbook/datasets/delimited.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode('1\t"No\n0\tno"');
 * const rows = parseDelimited(bytes, { file: "x.tsv", columns: 2 });
 * assert.deepEqual(rows, [["1", '"No'], ["0", 'no"']]);
 * ```
 *
 * @param bytes The file's content, UTF-8.
 * @param options Name, number of columns, separator.
 * @returns One array of columns for each line.
 * @throws {SyntaxError} If a line has another number of columns, holds a NUL or
 * is not UTF-8; the message has the file and the line.
 */
export function parseDelimited(
  bytes: Uint8Array,
  options: DelimitedOptions,
): string[][] {
  const { file, columns, separator = "\t" } = options;
  return textLines(bytes, file).map((line, index) => {
    const row = line.split(separator);
    if (row.length === columns) return row;
    throw new SyntaxError(
      `Cannot parse "${file}" as line ${index + 1} must have ${columns} ` +
        `columns: found ${row.length}`,
    );
  });
}

/**
 * Splits a file into lines, with the rules of {@linkcode parseDelimited}.
 *
 * @param bytes The file's content.
 * @param file The file's name, for errors.
 * @param encoding UTF-8 unless told; in ISO-8859-1 each byte is a character.
 * @returns The lines without their ends.
 * @throws {SyntaxError} If a line holds a NUL or is not in the encoding.
 */
export function textLines(
  bytes: Uint8Array,
  file: string,
  encoding: Encoding = "utf-8",
): string[] {
  const text = encoding === "utf-8"
    ? decodeText(bytes, file)
    : Buffer.from(bytes).toString("latin1");
  if (text === "") return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const binary = lines.findIndex((line) => line.includes("\0"));
  if (binary >= 0) {
    throw new SyntaxError(
      `Cannot parse "${file}" as text must hold no NUL: line ${binary + 1} ` +
        `does; is it a UTF-16 or a binary file?`,
    );
  }
  return lines;
}

/** Decodes UTF-8 and drops its byte order mark; never guesses at a character. */
function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new SyntaxError(
      `Cannot parse "${file}" as it must be UTF-8: line ` +
        `${firstBadLine(bytes)} is not; save it as UTF-8`,
      { cause: error },
    );
  }
}

/** The first line that does not decode, counted from 1. */
function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let line = 1, start = 0;; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    // Bad bytes cannot hide in a line end: LF is whole in UTF-8.
    if (found < 0) return line;
    start = end + 1;
  }
}
