/**
 * A dataset: labelled texts in three parts, and the record of where they are from.
 *
 * @module
 */

import type { Asset } from "../download/asset.ts";

/** A text with its class. */
export type Example = {
  readonly text: string;
  /** The second text of a pair. */
  readonly pair?: string;
  /** Index into the dataset's labels. */
  readonly label: number;
};

/** A text with a number for each class (0 or 1), or with the numbers to predict. */
export type TargetsExample = {
  readonly text: string;
  /** The second text of a pair. */
  readonly pair?: string;
  /** In the order of the dataset's labels. */
  readonly targets: readonly number[];
};

/** A part of a dataset. */
export type Part = "train" | "validation" | "test";

/** The parts in the order in which they are listed. */
export const PARTS: readonly Part[] = ["train", "validation", "test"];

/**
 * A value for each part.
 *
 * @param make Makes it.
 */
export function eachPart<T>(make: (part: Part) => T): Record<Part, T> {
  const [train, validation, test] = PARTS.map(make) as [T, T, T];
  return { train, validation, test };
}

/** The examples of each part; a part that a dataset lacks is empty. */
export type DatasetParts<E = Example> = Record<Part, E[]>;

/** What is odd about one part of a dataset. */
export type PartReport = {
  /** Examples in all. */
  rows: number;
  /** Examples of each label, by label number; absent labels count 0. */
  labelCounts: number[];
  /** Examples whose text already occurred in an earlier one. */
  duplicates: number;
  /** Texts that occur with different labels. */
  conflicting: string[];
  /** Examples whose text, letter for letter, also occurs in `train`; 0 for `train`. */
  inTrain: number;
};

/** What is odd about a dataset. */
export type DatasetReport = {
  train: PartReport;
  validation: PartReport;
  test: PartReport;
};

/** Something odd in the rows of a file, and what was done about it. */
export type Oddity = {
  readonly part: Part;
  /** What is odd, such as "the text is empty". */
  readonly what: string;
  readonly action: "kept" | "left out";
  /** The rows of the file, as lines or records counted from 1. */
  readonly rows: readonly number[];
  /** The names of these rows, if the file names them. */
  readonly ids?: readonly string[];
};

/** Where a dataset was found; `"memory"`: in rows of the program. */
export type Origin = "folder" | "download" | "embedded" | "memory";

/** A loaded dataset. The files may be sorted by class: shuffle before training. */
export type Dataset<E = Example> = DatasetParts<E> & {
  /** Its name, for headings and chart titles. */
  readonly title: string;
  readonly origin: Origin;
  /** The folder of this machine that holds its files; of rows in memory "". */
  readonly folder: string;
  /** What it is, how large, and why this one; without paths of the machine. */
  readonly description: string;
  /** The classes in the order of the label numbers. */
  readonly labels: readonly string[];
  /** The meaning of codes in the examples, or of the labels. */
  readonly legend: Readonly<Record<string, string>>;
  /** Duplicates, contradictions and leaks; nothing is corrected. */
  readonly report: DatasetReport;
  /** Rows that are odd; published datasets have none. */
  readonly oddities?: readonly Oddity[];
};

/** One way in which a folder may hold a dataset: a file for each part. */
export type FileLayout<E extends Example = Example> = {
  readonly files: Readonly<{ train: string } & Partial<Record<Part, string>>>;
  /** Reads a file's content (decompressed); the name is for its errors. */
  readonly parse: (bytes: Uint8Array, file: string) => E[];
  /** A part without a file, drawn from `train` with the classes in proportion. */
  readonly holdOut?: {
    readonly part: "validation" | "test";
    /** Share of the file's examples. */
    readonly fraction: number;
    readonly seed: number;
  };
};

/** Another way: a gzipped tar file with a file for each example. */
export type ArchiveLayout<E extends Example = Example> = {
  readonly archive: string;
  /** The names of the members to read. */
  readonly members: RegExp;
  /** The part and the example of such a member. */
  readonly parseMember: (name: string, text: string) => [Part, E];
};

/**
 * What a dataset is, where its files may be, and how they are read.
 *
 * @example A table with its own columns
 * ```ts
 * import { type DatasetSource, readTable } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const labels = ["ham", "spam"];
 * function parse(bytes: Uint8Array, file: string) {
 *   return readTable(bytes, { file, format: "tsv", columns: 3 })
 *     .map(({ cells: [_date, label = "", text = ""] }) => ({
 *       text,
 *       label: labels.indexOf(label),
 *     }));
 * }
 * const holdOut = { part: "validation", fraction: 0.1, seed: 1 } as const;
 * const MAILS: DatasetSource = {
 *   name: "mails",
 *   title: "Mails",
 *   paper: "our own, 2026",
 *   unit: "mails",
 *   labels,
 *   layouts: [{ files: { train: "mails.tsv" }, parse, holdOut }],
 * };
 * const bytes = new TextEncoder().encode("1 May\tspam\tBuy now!");
 * assert.deepEqual(parse(bytes, "mails.tsv"), [{ text: "Buy now!", label: 1 }]);
 * assert.equal(MAILS.embedded, undefined);
 * ```
 */
export type DatasetSource<E extends Example = Example> = {
  /** Its folder in `BERTBOOK_DATA`. */
  readonly name: string;
  readonly title: string;
  /** Authors and year. */
  readonly paper: string;
  /** What the examples are, in the plural. */
  readonly unit: string;
  readonly labels: readonly string[];
  readonly legend?: Readonly<Record<string, string>>;
  /** How the description calls the parts; default: their own names. */
  readonly partNames?: Partial<Record<Part, string>>;
  /** The forms that a folder may have; the first one that is there is read. */
  readonly layouts: readonly (FileLayout<E> | ArchiveLayout<E>)[];
  /** The official files. */
  readonly asset?: Asset;
  /** The sha256 of the files of its other forms, by their names. */
  readonly otherForms?: Readonly<Record<string, string>>;
  /** The small dataset of this project that is used in its place, if it has one. */
  readonly embedded?: {
    readonly title: string;
    /** What is in it. */
    readonly content: string;
    /** Its folder in `data/`. */
    readonly folder: string;
    readonly layout: FileLayout<E>;
    /** A JSON file of `{ code: { title } }`, if its codes are others. */
    readonly legend?: string;
  };
};

/**
 * Says which dataset was found, how large it is, and why this one.
 *
 * @param source What it is.
 * @param parts Its examples.
 * @param found Where it was found; `reason`: why it is only the embedded one; `title`:
 * that of the source, unless the files are other ones.
 * @returns One sentence without a full stop.
 */
export function describeDataset(
  source: DatasetSource,
  parts: DatasetParts,
  { origin, reason, title: found }: {
    origin: Origin;
    reason: string;
    title: string;
  },
): string {
  const sizes = `${partSizes(parts, source.partNames)} ${source.unit}`;
  if (origin === "embedded") {
    const { title, content } = source.embedded!;
    return `${title}, ${content} that this project generates: ${sizes}. ` +
      `Not real ${source.title}: ${reason}`;
  }
  const from = origin === "folder" ? "a local folder" : "its home page";
  const what = found === source.title
    ? `${found} (${source.paper})`
    : `${found} in the form of ${source.title}`;
  return `${what}, from ${from}: ${sizes}`;
}

/** The sizes of the parts in words, such as "80 train, 10 validation and 10 test". */
export function partSizes(
  parts: Readonly<Record<Part, { readonly length: number }>>,
  names: Partial<Record<Part, string>> = {},
): string {
  const counts = PARTS.filter((part) => parts[part].length > 0).map((part) =>
    `${parts[part].length.toLocaleString("en-US")} ${names[part] ?? part}`
  );
  return [counts.slice(0, -1).join(", "), counts.at(-1)]
    .filter((words) => words !== "").join(" and ");
}
