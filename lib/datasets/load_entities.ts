/** Loading named entities: CoNLL files become a dataset. @module */

import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { quoted } from "../printable.ts";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import {
  type ConllFile,
  type ConllSentence,
  type EntityExample,
  parseConll,
} from "./conll.ts";
import {
  type Dataset,
  type Oddity,
  type Part,
  PARTS,
  partSizes,
} from "./dataset.ts";
import { embeddedPath, readDataFile } from "./load_dataset.ts";
import { type CharacterEncoding, sortedLabels } from "./read_table.ts";
import { reportDataset } from "./report.ts";
import { split } from "./split.ts";

/** The file of each part, in CoNLL's form, perhaps compressed by gzip. */
export type EntityFiles = Readonly<
  { train: string } & Partial<Record<Exclude<Part, "train">, string>>
>;

/** How to load named entities. */
export type EntityOptions = {
  /** Share of the train file that becomes `validation` if it has no file; default 0.1. */
  readonly validation?: number;
  /** Likewise for `test`; default 0.1. */
  readonly test?: number;
  /** Chooses these sentences; default 42. */
  readonly seed?: number;
  /** Default `"utf-8"`. */
  readonly encoding?: CharacterEncoding;
};

/** The types of the embedded corpus. */
const EMBEDDED_TYPES: Readonly<Record<string, string>> = {
  PER: "person",
  LOC: "place",
  ORG: "organisation",
  PROD: "product",
};

/**
 * Loads sentences with named entities, in the form of CoNLL-2003: see
 * {@linkcode parseConll}.
 *
 * The labels are `O`, and then for each type, sorted, `B-` and `I-`. Tags of another
 * scheme are converted, and the description says so. Oddities in a file that is split
 * are those of `train`.
 *
 * @param files A file for each part, or one file of which parts become `validation` and
 * `test`; default the embedded corpus.
 * @param options How to split, and the encoding.
 * @returns The dataset; equal files give equal lists.
 * @throws {RangeError} If there is no such file, a part would be empty, or no entity is
 * in the files.
 * @throws {SyntaxError} If a file is malformed, with the line.
 * @throws {TypeError} If an option is unknown.
 */
export async function loadEntities(
  files?: string | EntityFiles,
  options: EntityOptions = {},
): Promise<Dataset<EntityExample>> {
  const { validation = 0.1, test = 0.1, seed = 42 } = options;
  const known = ["validation", "test", "seed", "encoding"];
  checkKnownOptions("load entities", options, known);
  checkOption("validation", validation, RULES.belowOne);
  checkOption("test", test, RULES.belowOne);
  checkOption("seed", seed, RULES.seed);
  const paths: EntityFiles = typeof files === "string"
    ? { train: files }
    : files ?? eachPart((part) => embeddedPath("entities", `${part}.conll`));
  checkKnownOptions("load entities", paths, PARTS);
  if (typeof paths.train !== "string") {
    throw new TypeError(
      `Cannot load entities: there must be a file for train; found ${
        quoted(paths)
      }`,
    );
  }
  const parsed: Partial<Record<Part, ConllFile>> = {};
  for (const part of PARTS) {
    const path = paths[part];
    if (path === undefined) continue;
    const { encoding = "utf-8" } = options;
    if (!existsSync(path)) {
      throw new RangeError(
        `Cannot load "${path}": it must be a file; found none in the folder ` +
          `"${resolve(dirname(path))}"`,
      );
    }
    const file = basename(path);
    const bytes = await readDataFile(path, file);
    parsed[part] = parseConll(bytes, file, { encoding });
  }
  const sentences = eachPart((part) => parsed[part]?.sentences ?? []);
  const shares = { validation, test };
  for (const part of ["test", "validation"] as const) {
    const share = shares[part];
    if (paths[part] !== undefined || share === 0) continue;
    // A share of the whole file, though `test` may have been taken out of it.
    const all = parsed.train!.sentences.length, { train } = sentences;
    const fraction = share * all / train.length;
    const drawn = split(train.length, { fraction, seed });
    sentences.train = drawn.train.map((i) => train[i]!);
    sentences[part] = drawn.validation.map((i) => train[i]!);
  }
  const types = typesOf(Object.values(sentences).flat());
  const labels = ["O", ...types.flatMap((type) => [`B-${type}`, `I-${type}`])];
  const ids = new Map(labels.map((label, id) => [label, id]));
  const parts = eachPart((part) =>
    sentences[part].map(({ words, tags }): EntityExample => ({
      words,
      tags: tags.map((tag) => ids.get(tag)!),
    }))
  );
  const isOwn = files !== undefined;
  const what = isOwn
    ? "Your own entities, from a local folder"
    : "Embedded entity corpus, sentences that this project generates";
  const converted = Object.entries(parsed)
    .filter(([, { scheme }]) => scheme !== "IOB2")
    .map(([part, { scheme }]) =>
      `; the tags of ${part} were ${scheme} and are now IOB2`
    );
  return {
    ...parts,
    title: isOwn ? "Your own entities" : "Embedded entity corpus",
    origin: isOwn ? "folder" : "embedded",
    folder: dirname(paths.train),
    description:
      `${what}: ${partSizes(parts)} sentences with entities of the ` +
      `types ${types.join(", ")}${converted.join("")}`,
    labels,
    legend: isOwn ? {} : EMBEDDED_TYPES,
    report: reportDataset(parts, {
      textOf: ({ words }) => words.join(" "),
      labelsOf: ({ tags }) => tags,
      answerOf: ({ tags }) => tags.join(),
    }),
    oddities: PARTS.flatMap((part) =>
      (parsed[part]?.oddities ?? [])
        .map((oddity): Oddity => ({ part, ...oddity }))
    ),
  };
}

function eachPart<T>(make: (part: Part) => T): Record<Part, T> {
  const [train, validation, test] = PARTS.map(make) as [T, T, T];
  return { train, validation, test };
}

/** The types of the entities, sorted. */
function typesOf(sentences: readonly ConllSentence[]): string[] {
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags));
  tags.delete("O");
  if (tags.size > 0) {
    return sortedLabels([...tags].map((tag) => tag.slice(2)));
  }
  throw new RangeError(
    "Cannot load entities: the files must tag at least one; found only the tag O",
  );
}
