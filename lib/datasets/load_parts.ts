/**
 * Loading the parts of a dataset from one's own files: read, or drawn from that of `train`.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import { quoted } from "../printable.ts";
import {
  type Dataset,
  type DatasetParts,
  eachPart,
  type Oddity,
  type Part,
  PARTS,
  partSizes,
} from "./dataset.ts";
import { embeddedPath, readDataFile } from "./load_dataset.ts";
import { malformed } from "./read_table.ts";
import { split } from "./split.ts";

/** A file for each part, perhaps compressed by gzip; parts without one are drawn. */
export type PartFiles = Readonly<
  { train: string } & Partial<Record<Exclude<Part, "train">, string>>
>;

/** How the parts that have no file are drawn. */
export type PartOptions = {
  /** Share of the train file that becomes `validation` if it has no file; default 0.1. */
  readonly validation?: number;
  /** Likewise for `test`; default 0.1. */
  readonly test?: number;
  /** Chooses them; default 42. */
  readonly seed?: number;
};

/** The content of a file. */
export type ParsedFile<E> = {
  readonly examples: readonly E[];
  readonly oddities: readonly Omit<Oddity, "part">[];
};

/** Examples of one kind, and this project's own of them. */
export type PartSource<E> = {
  /** What they are, in the plural, such as "entities". */
  readonly unit: string;
  /** What is drawn as a whole, in the plural, such as "sentences". */
  readonly drawnUnit: string;
  readonly parse: (
    bytes: Uint8Array,
    file: string,
    part: Part,
  ) => ParsedFile<E>;
  /** Examples with the same value are drawn together; default: each is alone. */
  readonly groupOf?: (example: E) => unknown;
  readonly embedded: {
    readonly title: string;
    /** What is in it. */
    readonly content: string;
    /** Its folder in `data/`, and its files. */
    readonly folder: string;
    readonly files: Readonly<Record<Part, string>>;
  };
};

/** The examples of each part, and where they are from. */
export type LoadedParts<E> =
  & DatasetParts<E>
  & Pick<Dataset, "title" | "origin" | "folder" | "oddities" | "description">;

/**
 * Reads the file of each part, and draws the parts that have none.
 *
 * @param source What the examples are.
 * @param files A file for each part, or that of `train`; default the embedded ones.
 * @param options Shares and seed.
 * @returns The parts, and the beginning of a description; equal files give equal lists.
 * @throws {RangeError} If there is no such file, an option is out of range, or a part
 * would be empty.
 * @throws {TypeError} If there is no file for `train`.
 * @throws As `parse` does.
 */
export async function loadParts<E>(
  {
    unit,
    drawnUnit,
    parse,
    groupOf = (example) => example,
    embedded,
  }: PartSource<E>,
  files: string | PartFiles | undefined,
  { validation = 0.1, test = 0.1, seed = 42 }: PartOptions,
): Promise<LoadedParts<E>> {
  const shares = { validation, test };
  checkOption("validation", validation, RULES.belowOne);
  checkOption("test", test, RULES.belowOne);
  checkOption("seed", seed, RULES.seed);
  const paths: PartFiles = typeof files === "string"
    ? { train: files }
    : files ??
      eachPart((part) => embeddedPath(embedded.folder, embedded.files[part]));
  checkKnownOptions(`load ${unit}`, paths, PARTS);
  if (typeof paths.train !== "string") {
    throw new TypeError(
      `Cannot load ${unit}: there must be a file for train; found ${
        quoted(paths)
      }`,
    );
  }
  const drawn = (["test", "validation"] as const)
    .filter((part) => paths[part] === undefined && shares[part] > 0);
  const total = drawn.reduce((sum, part) => sum + shares[part], 0);
  checkOption("test + validation", total, RULES.belowOne);
  const parts = eachPart((): E[] => []);
  const oddities: Oddity[] = [];
  for (const part of PARTS) {
    const path = paths[part];
    if (path === undefined) continue;
    if (!existsSync(path)) {
      throw new RangeError(
        `Cannot load "${path}": it must be a file; found none in the folder ` +
          `"${resolve(dirname(path))}"`,
      );
    }
    const file = basename(path);
    const parsed = parse(await readDataFile(path, file), file, part);
    parts[part].push(...parsed.examples);
    oddities.push(...parsed.oddities.map((each) => ({ part, ...each })));
    if (parsed.examples.length > 0) continue;
    const rule = `it must have ${unit} that can be used`;
    const reason = parsed.oddities.map(({ what }) => `: ${what}`)[0] ?? "";
    throw malformed(file, rule, `none${reason}`);
  }
  const numGroups = new Set(parts.train.map(groupOf)).size;
  if (numGroups <= drawn.length) {
    throw new RangeError(
      `Cannot split ${quoted(basename(paths.train))}: each part must have ` +
        `${drawnUnit} of its own; found ${numGroups} that can be drawn, for ` +
        `${drawn.length + 1} parts; pass a file for each part, or ` +
        `{ ${drawn.map((part) => `${part}: 0`).join(", ")} }`,
    );
  }
  for (const [index, part] of drawn.entries()) {
    const groups = [...new Set(parts.train.map(groupOf))];
    // A share of the whole file, though `test` may have been taken out of it; one group
    // at least remains for each part that follows, and for `train`.
    const most = groups.length - (drawn.length - index);
    const fraction = Math.min(shares[part] * numGroups, most) / groups.length;
    const { validation } = split(groups.length, { fraction, seed });
    const taken = new Set(validation.map((index) => groups[index]));
    const isTaken = (example: E): boolean => taken.has(groupOf(example));
    parts[part] = parts.train.filter(isTaken);
    parts.train = parts.train.filter((example) => !isTaken(example));
  }
  const isOwn = files !== undefined;
  const title = isOwn ? basename(paths.train) : embedded.title;
  const what = isOwn ? title : `${title}, ${embedded.content}`;
  return {
    ...parts,
    title,
    description: `${what}: ${partSizes(parts)}`,
    origin: isOwn ? "folder" : "embedded",
    folder: dirname(paths.train),
    oddities,
  };
}
