/**
 * Tokenized files: the rows of table files in a token cache, and what is known of all of
 * them.
 *
 * The state is written after each file. A process that is killed leaves the state of the
 * file before; what the cache has behind it is written again.
 *
 * @module
 */

import { basename, join } from "node:path";
import {
  type CachedExample,
  type CacheSize,
  TokenCacheWriter,
} from "../batches/token_cache.ts";
import { hashFile } from "../download/checksum.ts";
import { randomStream } from "../engine/random/stream.ts";
import { quoted } from "../printable.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Oddity } from "./dataset.ts";
import { malformed } from "./read_table.ts";
import { tableBlocks } from "./stream_rows.ts";
import {
  cellOf,
  checkColumn,
  chooseColumns,
  type ChosenColumns,
  type TableColumns,
} from "./table_columns.ts";
import {
  chooseTask,
  hasFixedLabels,
  readRow,
  type TableTask,
  type TaskChoice,
  usedColumns,
} from "./table_dataset.ts";
import type { TableRecord, TableRowsOptions } from "./table_rows.ts";

/** How files are tokenized. */
export type Tokenizing = {
  readonly named: TableColumns;
  readonly task: TableTask | "auto";
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  readonly form: TableRowsOptions;
  readonly onProgress: ((progress: TokenizingProgress) => void) | undefined;
};

/** How far the files are tokenized. */
export type TokenizingProgress = {
  /** The file, from 1, and how many there are. */
  readonly file: number;
  readonly numFiles: number;
  /** Examples so far. */
  readonly rows: number;
};

/** A row whose text is kept. */
type SampledRow = TableRecord & {
  /** Random: the rows with the lowest draws are kept. */
  readonly draw: number;
};

/** What is known of all rows: the state of a cache. */
export type TokenizedFiles = {
  files: FileLook[];
  size: CacheSize;
  columns?: ChosenColumns;
  choice?: TaskChoice;
  /** In the order in which they first occurred; answers in the cache are their numbers. */
  labels: string[];
  labelCounts: number[];
  /** A row of each label. */
  labelRows: number[];
  tokenIds: number[];
  /** The longest row, that with the highest id, and that with the highest token type. */
  extremes: { readonly row: number; readonly size: number }[];
  /** A random sample, numbered by the rows of the cache; the lowest draw first. */
  sample: SampledRow[];
  /** Of many rows: each has the first of them. */
  oddities: (Omit<Oddity, "rows"> & {
    readonly file: string;
    readonly rows: number[];
    count: number;
  })[];
};

/** A file, and what tells whether it was changed since it was hashed. */
type FileLook = {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  readonly modified: number;
  readonly changed: number;
};

const STATE_FILE = "state.json";
/** Rows whose texts are kept. */
const SAMPLE_ROWS = 10_000;
/** The sample is the same for all seeds of a user; the parts are drawn from it. */
const SAMPLE_SEED = 1;
/** More are no labels: the wrong column was chosen. */
const MAX_LABELS = 100_000;
/** Odd rows of a file whose numbers are kept. */
const LISTED_ROWS = 100;

/**
 * Tokenizes the files that a cache lacks; all of them if one of the others has changed.
 *
 * @param folder The folder of the cache, which only one process at a time may write.
 * @param paths The files, in order.
 * @param how Columns, task, tokenizer, length.
 * @returns What is known of all rows; and what a user must know, in sentences.
 * @throws {RangeError} If columns or task are not clear, or the cache cannot be written.
 * @throws {SyntaxError} If a file is malformed; with the line or the row.
 */
export async function tokenizeFiles(
  folder: string,
  paths: readonly string[],
  how: Tokenizing,
): Promise<{ found: Required<TokenizedFiles>; notes: string[] }> {
  let found = await readState(folder);
  const looks = JSON.stringify(found.files);
  const difference = await differenceOf(found.files, paths);
  const isTouched = JSON.stringify(found.files) !== looks;
  const notes = difference === undefined
    ? []
    : [`All files were tokenized again: ${difference}.`];
  if (difference !== undefined) found = newState();
  const numDone = found.files.length, numFiles = paths.length;
  if (numDone === 0) {
    for await (const { name } of Deno.readDir(folder)) {
      // A process that still reads the old files keeps them.
      if (name !== "lock") await Deno.remove(join(folder, name));
    }
  }
  const all = found as Required<TokenizedFiles>;
  if (numDone === numFiles && !isTouched) return { found: all, notes };
  const numIds = how.tokenizer.vocabulary.pieces.length;
  using writer = new TokenCacheWriter(folder, numIds, found.size);
  if (isTouched) writer.save(STATE_FILE, JSON.stringify(found));
  for (let file = numDone + 1; file <= numFiles; file++) {
    await tokenizeFile(
      paths[file - 1]!,
      found,
      writer,
      how,
      (rows) => how.onProgress?.({ file, numFiles, rows }),
    );
    writer.save(STATE_FILE, JSON.stringify(found));
  }
  return { found: all, notes };
}

function newState(): TokenizedFiles {
  const labels = { labels: [], labelCounts: [], labelRows: [] };
  const rows = { tokenIds: [], extremes: [], sample: [], oddities: [] };
  return { files: [], size: { rows: 0, bytes: 0 }, ...labels, ...rows };
}

/** The state of a cache, or that of an empty one. */
async function readState(folder: string): Promise<TokenizedFiles> {
  try {
    return JSON.parse(await Deno.readTextFile(join(folder, STATE_FILE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return newState();
    throw error;
  }
}

/**
 * Which of the files that are in the cache is another one, and how; one that looks
 * different but has the same content gets its new look, not to be hashed once more.
 */
async function differenceOf(
  files: FileLook[],
  paths: readonly string[],
): Promise<string | undefined> {
  for (const [i, { name, sha256, ...look }] of files.entries()) {
    const path = paths[i];
    const next = path === undefined ? "none" : quoted(basename(path));
    if (next !== quoted(name)) {
      return `file ${i + 1} was ${quoted(name)} and is ${next}`;
    }
    const now = await lookOf(path!);
    if (JSON.stringify(now) === JSON.stringify(look)) continue;
    const { sha256: hash } = await hashFile(path!, now.size);
    if (hash !== sha256) return `${quoted(name)} has changed`;
    // The system tells seconds: in the same one, another change would look as this.
    if (Date.now() >= now.changed + 1000) files[i] = { name, sha256, ...now };
  }
  return undefined;
}

async function lookOf(
  path: string,
): Promise<Omit<FileLook, "name" | "sha256">> {
  const { size, mtime, ctime } = await Deno.stat(path);
  return { size, modified: Number(mtime), changed: Number(ctime) };
}

/** Appends the rows of a file to the cache, and what is known of them to the state. */
async function tokenizeFile(
  path: string,
  found: TokenizedFiles,
  writer: TokenCacheWriter,
  { named, task, tokenizer, maxLength, form }: Tokenizing,
  report: (rows: number) => void,
): Promise<void> {
  const name = basename(path);
  const look = await lookOf(path);
  const { sha256 } = await hashFile(path, look.size);
  const tally = new Tally(found, name);
  let isFirst = true;
  for await (const table of tableBlocks(path, name, form)) {
    const columns = found.columns ??= chooseColumns(table, named);
    const choice = found.choice ??= chooseTask([table], columns, named, task);
    const { text, pair, labels } = columns;
    for (const column of [text, pair, ...labels]) {
      if (isFirst && column !== undefined) checkColumn(table, column);
    }
    isFirst = false;
    const isRegression = choice.task === "regression";
    if (hasFixedLabels(choice.task, named)) labels.forEach(tally.numberOf);
    const used = usedColumns(columns, named, choice.separator);
    tally.note(table.oddities);
    for (const record of table.records) {
      const read = readRow(table, record, columns, used, choice.task);
      if (typeof read === "string") {
        tally.note([{ what: read, action: "left out", rows: [record.row] }]);
        continue;
      }
      const { texts: { text, pair = "" }, answer } = read;
      const encoding = tokenizer.encode(text, { maxLength, pair });
      const answers = isRegression
        ? answer.map(Number)
        : answer.map((label) => tally.numberOf(String(label)));
      tally.count(encoding, isRegression ? [] : answers, writer.size.rows);
      tally.draw(record, columns, writer.size.rows);
      writer.append({ ...encoding, answers });
    }
    report(writer.size.rows);
  }
  if (JSON.stringify(await lookOf(path)) !== JSON.stringify(look)) {
    const rule = "it must stay as it is while it is read";
    throw malformed(name, rule, "another size or time; stream it again");
  }
  found.size = writer.complete();
  if (found.size.rows === 0) {
    throw malformed(name, "it must have a row with text and label", "none");
  }
  found.files.push({ name, sha256, ...look });
  tally.finish();
}

/** Counts what is to be known of all rows, in the state. */
class Tally {
  readonly #numbers: Map<string, number>;
  readonly #occurring: Set<number>;
  /** A row with a higher draw is not in the sample. */
  #highest = 1;

  constructor(
    private readonly found: TokenizedFiles,
    private readonly file: string,
  ) {
    this.#numbers = new Map(found.labels.map((label, i) => [label, i]));
    this.#occurring = new Set(found.tokenIds);
  }

  /** The number of a label, new or known. */
  readonly numberOf = (label: string): number => {
    const { labels, labelCounts, labelRows } = this.found;
    const known = this.#numbers.get(label);
    if (known !== undefined) return known;
    if (labels.length === MAX_LABELS) {
      throw new RangeError(
        `Cannot stream ${
          quoted(this.file)
        }: there must be at most ${MAX_LABELS} ` +
          `labels; found one more, ${
            quoted(label)
          }; name another column of labels`,
      );
    }
    labelCounts.push(0);
    labelRows.push(-1);
    labels.push(copyOf(label));
    this.#numbers.set(labels.at(-1)!, labels.length - 1);
    return labels.length - 1;
  };

  /** Counts a row and its labels. */
  count(
    { inputIds, tokenTypeIds }: Pick<
      CachedExample,
      "inputIds" | "tokenTypeIds"
    >,
    labels: readonly number[],
    row: number,
  ): void {
    const { extremes, labelCounts, labelRows } = this.found;
    let highest = 0;
    for (const id of inputIds) {
      this.#occurring.add(id);
      if (id > highest) highest = id;
    }
    const sizes = [inputIds.length, highest, tokenTypeIds.at(-1)!];
    for (const [i, size] of sizes.entries()) {
      if (size > (extremes[i]?.size ?? -1)) extremes[i] = { row, size };
    }
    for (const label of labels) {
      if (labelCounts[label]!++ === 0) labelRows[label] = row;
    }
  }

  /** Keeps the text of a row if its draw is low. */
  draw(
    record: TableRecord,
    { text, pair, labels }: ChosenColumns,
    row: number,
  ): void {
    const [low, high] = [row % 2 ** 32, Math.floor(row / 2 ** 32)];
    const draw = randomStream(SAMPLE_SEED, low, high).uniform();
    if (draw > this.#highest) return;
    const values = Object.fromEntries(
      [text, ...pair === undefined ? [] : [pair], ...labels]
        .map((column) => [column, cellOf(record, column)]),
    );
    this.found.sample.push(copyOf({ row, draw, values }));
    if (this.found.sample.length === 2 * SAMPLE_ROWS) this.finish();
  }

  /** Notes odd rows of the file. */
  note(odd: readonly Omit<Oddity, "part">[]): void {
    const { file, found: { oddities } } = this;
    for (const { what, action, rows } of odd) {
      let all = oddities.find((each) =>
        each.file === file && each.what === what
      );
      if (all === undefined) {
        all = { part: "train", file, what, action, rows: [], count: 0 };
        oddities.push(all);
      }
      all.rows.push(...rows.slice(0, LISTED_ROWS - all.rows.length));
      all.count += rows.length;
    }
  }

  /** Writes to the state what is not yet there. */
  finish(): void {
    this.found.tokenIds = [...this.#occurring].sort((a, b) => a - b);
    this.found.sample.sort((a, b) => a.draw - b.draw).splice(SAMPLE_ROWS);
    if (this.found.sample.length === SAMPLE_ROWS) {
      this.#highest = this.found.sample.at(-1)!.draw;
    }
  }
}

/** Values whose texts are no slices of a block of the file, which would stay in memory. */
function copyOf<T>(value: T): T {
  const text = JSON.stringify(
    value,
    (_, each) => typeof each === "bigint" ? Number(each) : each,
  );
  return JSON.parse(text);
}
