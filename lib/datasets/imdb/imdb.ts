/**
 * Film reviews with their verdict: Maas et al. (2011), "Learning Word Vectors for
 * Sentiment Analysis", ACL.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import { CsvError, parse } from "csv-parse/sync";

/** A review with its verdict. */
export type ImdbExample = {
  /** The review as it stands, with its HTML line breaks. */
  review: string;
  /** 1 positive, 0 negative. */
  label: 0 | 1;
};

/** Most bytes that a compressed file may unpack to; the real ones have 33 MB. */
const MAX_BYTES = 1 << 29;

/** The spellings of the two verdicts. */
const LABELS: ReadonlyMap<string, 0 | 1> = new Map([
  ["0", 0],
  ["1", 1],
  ["negative", 0],
  ["positive", 1],
]);

/**
 * Reads a CSV file (RFC 4180) with the columns `review,sentiment` or
 * `text,label`, plain or compressed with gzip.
 *
 * Reviews hold commas, quotes and line breaks, so quoting is real here.
 *
 * @example
 * ```ts
 * import { parseImdb } from "bertbook/datasets/imdb/imdb.ts";
 * import assert from "node:assert/strict";
 *
 * const text = 'review,sentiment\n"Good, ""really"".",positive\n';
 * assert.deepEqual(parseImdb(new TextEncoder().encode(text), "x.csv"), [
 *   { review: 'Good, "really".', label: 1 },
 * ]);
 * ```
 *
 * @param bytes The file's content; gzip is told from its first two bytes.
 * @param file Its name, for errors.
 * @returns One example for each record, in order. The official files are sorted
 * by class: shuffle before training.
 * @throws {SyntaxError} If the file is damaged, not UTF-8, has other columns or no
 * review, or a record has another verdict or no review.
 */
export function parseImdb(bytes: Uint8Array, file: string): ImdbExample[] {
  const records = parseRecords(unpack(bytes, file), file);
  const [header = [], ...rows] = records.map(({ record }) => record);
  const names = header.join(",");
  if (names !== "review,sentiment" && names !== "text,label") {
    throw new SyntaxError(
      `Cannot parse "${file}" as its columns must be review,sentiment or ` +
        `text,label: found ${JSON.stringify(names.slice(0, 80))}`,
    );
  }
  if (rows.length === 0) {
    throw new SyntaxError(
      `Cannot parse "${file}" as it must have at least one review: it has none`,
    );
  }
  return rows.map(([review = "", verdict = ""], index) => {
    const label = LABELS.get(verdict);
    if (label !== undefined && review.trim() !== "") return { review, label };
    throw new SyntaxError(
      `Cannot parse "${file}" as the record that ends in line ` +
        `${records[index + 1]!.line} must have a review and a verdict of ` +
        `${[...LABELS.keys()].join(", ")}: ` +
        `found ${JSON.stringify(verdict.slice(0, 40))}`,
    );
  });
}

/** Undoes gzip, within bounds. */
function unpack(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw damaged(file, "it must be whole gzip", error);
  }
}

/** Splits CSV into records of two columns, each with its last line. */
function parseRecords(
  bytes: Uint8Array,
  file: string,
): { record: string[]; line: number }[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw damaged(file, "it must be UTF-8", error);
  }
  const records: { record: string[]; line: number }[] = [];
  try {
    parse(text, {
      // Told, not guessed from the first line: files with both ends exist.
      record_delimiter: ["\r\n", "\n"],
      onRecord: (record: string[], { lines }) => {
        records.push({ record, line: lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw damaged(file, "it must be CSV with equal columns", error);
  }
  return records;
}

/** A file that cannot be read at all. */
function damaged(file: string, must: string, error: unknown): SyntaxError {
  const { message } = error as Error;
  return new SyntaxError(`Cannot parse "${file}" as ${must}: ${message}`, {
    cause: error,
  });
}
