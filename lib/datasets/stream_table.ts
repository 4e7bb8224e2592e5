/**
 * Tables that do not fit into memory: files are tokenized once into a cache, from which
 * a training reads one example at a time.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { EncodedExample } from "../batches/batches.ts";
import type { StreamedExamples } from "../batches/example_source.ts";
import type { EncodedTargets } from "../batches/head_batches.ts";
import { TokenCache } from "../batches/token_cache.ts";
import { cacheFolder, withLock } from "../download/cache.ts";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "../options.ts";
import { quoted } from "../printable.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { partSizes } from "./dataset.ts";
import { readTableRows, type TableSource } from "./load_table.ts";
import type { TableColumns } from "./table_columns.ts";
import {
  describeTable,
  type TableDataset,
  tableDataset,
  type TableTask,
  usedColumns,
} from "./table_dataset.ts";
import {
  isTableFile,
  type TableRecords,
  type TableRowsOptions,
} from "./table_rows.ts";
import {
  type TokenizedFiles,
  tokenizeFiles,
  type TokenizingProgress,
} from "./tokenized_files.ts";

/** How to stream a table. */
export type StreamTableOptions<T = TableTask | "auto"> = TableRowsOptions & {
  /** That of the model which will be trained. */
  readonly tokenizer: Tokenizer;
  /** Longer texts are cut after this many tokens. */
  readonly maxLength: number;
  /** What to learn; `"auto"` guesses it from the first labels. Default one label. */
  readonly task?: T;
  /** A table, or the share to draw of 10,000 random rows, or of all if fewer; default 0.1. */
  readonly validation?: number | TableSource;
  /** Likewise; default 0.1, or 0 if `validation` is a table. */
  readonly test?: number | TableSource;
  /** Chooses the parts; default 42. */
  readonly seed?: number;
  /** Default: the name of the file, of the folder, or the pattern. */
  readonly title?: string;
  /** Holds the caches; default: `tables` in the user's cache folder. */
  readonly cacheFolder?: string;
  /** Called while files are tokenized. */
  readonly onProgress?: (progress: TokenizingProgress) => void;
};

/**
 * A table whose training examples are on the disk; its owner disposes it, which closes
 * the cache.
 */
export type StreamedTable<T extends TableTask = TableTask> =
  & Omit<TableDataset<T>, "train">
  & Disposable
  & {
    /** Encoded, and read when they are needed. */
    readonly train: StreamedExamples<
      T extends "single-label" ? EncodedExample : EncodedTargets
    >;
    /** Texts of `train`, drawn at random: all, or some thousands. */
    readonly sample: TableDataset<T>["train"];
    /** What a user must know, in sentences, such as why files were tokenized again. */
    readonly notes: readonly string[];
  };

/** A cache of another version is not used. */
const VERSION = 1;
const TASKS = ["auto", "single-label", "multi-label", "regression"] as const;
const COLUMN_NAMES = ["text", "pair", "label", "separator"];
const OPTIONS = [
  ...["tokenizer", "maxLength", "task", "validation", "test", "seed", "title"],
  ...["cacheFolder", "onProgress", "encoding", "quotes", "header"],
];

/**
 * Streams a table: its files are tokenized once into a cache on the disk, and a training
 * reads each example when it needs it, so memory does not grow with the number of rows.
 *
 * The files are those of `loadTable`; several are one table. The cache is made again if a
 * file, the tokenizer or an option is another one; files that come after the known ones
 * are added. If the process is killed, the next call continues after the last whole
 * file.
 *
 * @example
 * ```ts ignore
 * const tokenizer = await readTokenizer("bert-base-uncased");
 * const columns = { text: "review", label: "stars" };
 * const options = { tokenizer, maxLength: 128 };
 * using table = await streamTable("reviews/*.jsonl.gz", columns, options);
 * const { labels } = table;
 * const head = "sequence-classification";
 * const model = await loadModel("bert-base-uncased", { head, labels });
 * const validation = encodeExamples(tokenizer, table.validation, options);
 * const data = { train: table.train, validation };
 * for await (const event of fineTune(model, data, recipe)) show(event);
 * ```
 *
 * @param source A file; a folder of files; a pattern with `*` or `?` in the name of the
 * file; or a list of files. Those of folders and patterns are sorted by name.
 * @param columns Which columns to use; others are guessed from the first rows.
 * @param options The tokenizer, the length, the parts, the cache.
 * @returns The table. Rows without text or label are left out and counted.
 * @throws {RangeError} If there is no such file, columns or task are not clear, a part
 * would be empty, or the cache cannot be written.
 * @throws {SyntaxError} If a file is malformed; with the line or the row.
 */
export async function streamTable<
  T extends TableTask | "auto" = "single-label",
>(
  source: string | readonly string[],
  columns: TableColumns,
  options: StreamTableOptions<T>,
): Promise<StreamedTable<T extends TableTask ? T : TableTask>> {
  checkKnownOptions("choose columns", columns, COLUMN_NAMES);
  checkKnownOptions("stream a table", options, OPTIONS);
  const { tokenizer, maxLength, encoding, quotes, header } = options;
  const { task = "single-label", onProgress } = options;
  checkChoice("task", task, TASKS);
  checkOption("maxLength", maxLength, RULES.count);
  const paths = tableFiles(source);
  const place = typeof source === "string" ? source : paths[0]!;
  const title = options.title ?? basename(resolve(place));
  const form = { encoding, quotes, header };
  const decisive = { VERSION, tokenizer, maxLength, task, columns, form };
  const key = sha256Of(JSON.stringify(decisive));
  const name = title.replace(/[^\w.-]/g, "_").slice(0, 40);
  const folder = join(
    options.cacheFolder ?? join(cacheFolder(), "tables"),
    `${name}-${sha256Of(`${key} ${resolve(place)}`).slice(0, 16)}`,
  );
  await Deno.mkdir(folder, { recursive: true });
  // Processes that train together tokenize once.
  const { found, notes } = await withLock(
    join(folder, "lock"),
    () =>
      tokenizeFiles(folder, paths, {
        named: columns,
        task,
        tokenizer,
        maxLength,
        form,
        onProgress,
      }),
  );
  const cache = new TokenCache(
    folder,
    tokenizer.vocabulary.pieces.length,
    found.size.rows,
  );
  try {
    const readPart = async (
      part: number | TableSource | undefined,
    ): Promise<number | TableRecords | undefined> =>
      typeof part === "number" || part === undefined
        ? part
        : await readTableRows(part, form);
    const { validation, test, seed = 42 } = options;
    const used = usedColumns(found.columns, columns, found.choice.separator);
    const sample = {
      name: title,
      unit: "row",
      columns: Object.keys(found.sample[0]!.values),
      records: found.sample.toSorted((a, b) => a.row - b.row),
      oddities: [],
    } as const;
    const parts = tableDataset(
      {
        train: sample,
        validation: await readPart(validation),
        test: await readPart(test),
      },
      used,
      {
        task: found.choice.task,
        seed,
        title,
        labels: found.labels,
        origin: "folder",
        folder: dirname(resolve(place)),
      },
    );
    const table = openTable(cache, found, parts, key);
    // The task is the one that was asked for.
    return { ...table, notes } as unknown as Awaited<
      ReturnType<typeof streamTable<T>>
    >;
  } catch (error) {
    cache[Symbol.dispose]();
    throw error;
  }
}

/**
 * The files of a table that may have several.
 *
 * @param source As that of {@linkcode streamTable}.
 * @returns The files, in order.
 * @throws {RangeError} If there is none.
 */
export function tableFiles(source: string | readonly string[]): string[] {
  const isList = typeof source !== "string";
  if (isList && source.length > 0) return source.flatMap(tableFiles);
  const path = isList ? "" : source;
  const isThere = path !== "" && existsSync(path);
  if (isThere && Deno.statSync(path).isFile) return [path];
  const folder = isThere ? path : dirname(path);
  const pattern = (isThere ? "*" : basename(path))
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".");
  const entries = existsSync(folder) ? [...Deno.readDirSync(folder)] : [];
  const files = entries
    .filter(({ name, isDirectory }) =>
      !isDirectory && !name.startsWith(".") && isTableFile(name) &&
      new RegExp(`^${pattern}$`).test(name)
    )
    .map(({ name }) => join(folder, name)).sort();
  if (files.length > 0) return files;
  throw new RangeError(
    `Cannot stream ${
      quoted(source)
    }: it must be a table, a folder of tables, or a ` +
      `pattern such as "rows-*.jsonl"; found no table there; name one that is there`,
  );
}

/** What is known of all rows, once there are some. */
type Found = Required<TokenizedFiles>;

/** A dataset of the sample, whose training examples are those of the cache instead. */
function openTable(
  cache: TokenCache,
  found: Found,
  { dataset, rows }: ReturnType<typeof tableDataset>,
  key: string,
): Omit<StreamedTable, "notes"> {
  const { columns, choice, files, oddities } = found;
  const { task, labels, title } = dataset;
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const numberOf = found.labels.map((label) => numbers.get(label)!);
  const exampleAt = (row: number): EncodedExample & EncodedTargets => {
    const { answers, ...input } = cache.at(row)!;
    const of = answers.map((answer) => numberOf[answer]!);
    const targets = task === "regression"
      ? answers
      : labels.map((_, label) => Number(of.includes(label)));
    const answer = task === "single-label" ? { label: of[0] } : { targets };
    // One of the two, as the task has it.
    return { ...input, ...answer } as unknown as
      & EncodedExample
      & EncodedTargets;
  };
  const kept = new Set(rows.train.map(({ row }) => row));
  const drawn = found.sample.map(({ row }) => row)
    .filter((row) => !kept.has(row)).sort((a, b) => a - b);
  const labelCounts = labels.map(() => 0);
  found.labelCounts.forEach((count, i) => labelCounts[numberOf[i]!] = count);
  for (const row of task === "regression" ? [] : drawn) {
    for (const i of cache.at(row)!.answers) labelCounts[numberOf[i]!]!--;
  }
  const length = found.size.rows - drawn.length;
  const lastLabel = found.labelRows[numberOf.indexOf(labels.length - 1)] ?? -1;
  const extremes = [...found.extremes.map(({ row }) => row), lastLabel]
    .filter((row) => row >= 0).map((row) => {
      const index = row - drawn.filter((each) => each < row).length;
      return [index, exampleAt(row)] as [number, ReturnType<typeof exampleAt>];
    });
  const hashes = files.map(({ sha256 }) => sha256);
  const train: StreamedExamples<EncodedExample & EncodedTargets> = {
    length,
    at(index): EncodedExample & EncodedTargets | undefined {
      if (!(index >= 0 && index < length)) return undefined;
      let row = index;
      for (const each of drawn) if (each <= row) row++;
      return exampleAt(row);
    },
    sha256: sha256Of([key, ...hashes, ...drawn].join()),
    tokenIds: found.tokenIds,
    labelCounts,
    extremes: { length: extremes.length, entries: () => extremes },
  };
  const numLeftOut = oddities.reduce(
    (sum, { action, count }) => action === "kept" ? sum : sum + count,
    0,
  );
  const from = files.length === 1 ? "a file" : `${files.length} files`;
  return {
    ...dataset,
    train,
    sample: dataset.train,
    description: `${title}: ${partSizes({ ...dataset, train })} examples, ` +
      `streamed from ${from}; ` +
      describeTable(columns, choice, labels, numLeftOut),
    oddities: oddities.map(({ file, count, what, ...odd }) => ({
      ...odd,
      what: `${what}: ${count} in ${quoted(file)}`,
    })),
    report: {
      ...dataset.report,
      train: { ...dataset.report.train, rows: length, labelCounts },
    },
    [Symbol.dispose]: () => cache[Symbol.dispose](),
  } as Omit<StreamedTable, "notes">;
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
