/**
 * Table files in blocks of rows, so that a file of any size is read in little memory.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { readAt } from "../batches/token_cache.ts";
import { readDataFile } from "./load_dataset.ts";
import { malformed } from "./read_table.ts";
import {
  delimiterOf,
  formatOf,
  parquetBlocks,
  parseTableRows,
  type TableRecords,
  type TableRowsOptions,
  textRecords,
} from "./table_rows.ts";

/** Bytes of text in a block, and of the longest row. */
const BLOCK_BYTES = 1 << 22, MAX_ROW_BYTES = 1 << 26;
const LINE_FEED = 0x0a, QUOTE = 0x22, BRACKET = 0x5b;

/** Whole rows of a text file. */
type TextBlock = { readonly bytes: Uint8Array; readonly firstLine: number };

/**
 * Reads a table file: of text some megabytes at a time, of Parquet one row group. What
 * cannot be read in parts, a JSON array and compressed Parquet, is read at once.
 *
 * @param path The file.
 * @param file Its name, for errors.
 * @param options Encoding, quotes, header.
 * @yields Rows, in order, with their numbers in the file.
 * @throws {SyntaxError} If the file is malformed; with the line or the row.
 */
export async function* tableBlocks(
  path: string,
  file: string,
  options: TableRowsOptions = {},
): AsyncGenerator<TableRecords> {
  const format = formatOf(file);
  if (format === "parquet") {
    if (/\.gz$/i.test(file)) {
      yield await parseTableRows(await readDataFile(path, file), file);
      return;
    }
    using content = await Deno.open(path);
    const { size } = await content.stat();
    yield* parquetBlocks({
      byteLength: size,
      slice: (start, end = size) =>
        readAt(content, start, new Uint8Array(end - start)).buffer,
    }, file);
    return;
  }
  const isDelimited = /^(csv|tsv|tab)$/.test(format);
  const mayBeQuoted = isDelimited && options.quotes !== false;
  let { header } = options, delimiter: string | undefined, isFirst = true;
  for await (
    const { bytes, firstLine } of textBlocks(path, file, mayBeQuoted)
  ) {
    if (isFirst && isReadAtOnce(bytes, isDelimited, file)) {
      yield await parseTableRows(await readDataFile(path, file), file, options);
      return;
    }
    isFirst = false;
    if (format === "csv") {
      delimiter ??= delimiterOf(new TextDecoder().decode(bytes));
    }
    const part = { firstLine, ...delimiter !== undefined && { delimiter } };
    const table = textRecords(bytes, file, { ...options, header, ...part });
    if (isDelimited && table.columns.length > 0) header = table.columns;
    yield table;
  }
}

/** Whether a text file is a JSON array; UTF-16 is refused. */
function isReadAtOnce(
  bytes: Uint8Array,
  isDelimited: boolean,
  file: string,
): boolean {
  const mark = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
  if (mark === 0xfffe || mark === 0xfeff) {
    const rule = "it must be UTF-8 to be streamed";
    throw malformed(file, rule, "UTF-16; save it as UTF-8");
  }
  const first = bytes.find((byte) => byte > 0x20 && byte < 0x80);
  return !isDelimited && first === BRACKET;
}

/** Cuts a text file, decompressed if it is gzip, behind rows. */
async function* textBlocks(
  path: string,
  file: string,
  mayBeQuoted: boolean,
): AsyncGenerator<TextBlock> {
  let pending: Uint8Array[] = [], size = 0, end = 0;
  let isInQuotes = false, firstLine = 1, lines = 0, linesToEnd = 0;
  for await (const chunk of contentOf(path, file)) {
    for (let i = 0; i < chunk.length; i++) { // an iterator is several times slower
      const byte = chunk[i];
      // A quote within a quoted cell is doubled, so whether the number is odd decides.
      if (byte === QUOTE) isInQuotes = mayBeQuoted && !isInQuotes;
      if (byte !== LINE_FEED) continue;
      lines++;
      if (isInQuotes) continue;
      end = size + i + 1;
      linesToEnd = lines;
    }
    pending.push(chunk);
    size += chunk.length;
    if (size < BLOCK_BYTES) continue;
    if (end === 0) {
      if (size < MAX_ROW_BYTES) continue;
      const rule = `a row must have at most ${MAX_ROW_BYTES} bytes`;
      const hint = isInQuotes ? "; is it a quote that never closes?" : "";
      throw malformed(file, rule, `more from line ${firstLine} on${hint}`);
    }
    const bytes = Buffer.concat(pending);
    yield { bytes: bytes.subarray(0, end), firstLine };
    pending = [bytes.subarray(end)];
    size -= end;
    firstLine += linesToEnd;
    lines -= linesToEnd;
    end = 0;
  }
  if (size > 0 || firstLine === 1) {
    yield { bytes: Buffer.concat(pending), firstLine };
  }
}

/** The bytes of a file; gzip, known by its first two bytes, may have several members. */
async function* contentOf(
  path: string,
  file: string,
): AsyncGenerator<Uint8Array> {
  using opened = await Deno.open(path);
  const head = new Uint8Array(2);
  await opened.read(head);
  const bytes = createReadStream(path, { highWaterMark: 1 << 20 });
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* bytes;
    return;
  }
  const content = pipeline(bytes, createGunzip(), () => {}); // errors come below
  try {
    yield* content;
  } catch (error) {
    const { message } = error as Error;
    throw malformed(file, "it must be a whole gzip file", message, error);
  }
}
