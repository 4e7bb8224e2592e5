/** Loading named entities: CoNLL files become a dataset. @module */

import { basename, dirname } from "node:path";
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
  type DatasetParts,
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
  readonly validationFraction?: number;
  /** Likewise for `test`; default 0.1. */
  readonly testFraction?: number;
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
  const { validationFraction = 0.1, testFraction = 0.1, seed = 42 } = options;
  const { encoding = "utf-8" } = options;
  checkKnownOptions("load entities", options, [
    "validationFraction",
    "testFraction",
    "seed",
    "encoding",
  ]);
  checkOption("validationFraction", validationFraction, RULES.belowOne);
  checkOption("testFraction", testFraction, RULES.belowOne);
  checkOption("seed", seed, RULES.seed);
  const paths = typeof files === "string"
    ? { train: files }
    : files ?? embeddedFiles();
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
    const bytes = await readDataFile(path);
    parsed[part] = parseConll(bytes, basename(path), { encoding });
  }
  const sentences: DatasetParts<ConllSentence> = {
    train: [...parsed.train?.sentences ?? []],
    validation: [...parsed.validation?.sentences ?? []],
    test: [...parsed.test?.sentences ?? []],
  };
  const shares = { test: testFraction, validation: validationFraction };
  for (const [name, share] of Object.entries(shares)) {
    const part = name as keyof typeof shares;
    if (paths[part] !== undefined || share === 0) continue;
    // A share of the whole file, though `test` may have been taken out of it.
    const all = parsed.train!.sentences.length, { train } = sentences;
    const fraction = share * all / train.length;
    const drawn = split(train.length, { fraction, seed });
    sentences.train = drawn.train.map((i) => train[i]!);
    sentences[part] = drawn.validation.map((i) => train[i]!);
  }
  const labels = labelsOf(sentences);
  const parts = numbered(sentences, labels);
  const isOwn = files !== undefined;
  return {
    ...parts,
    title: isOwn ? "Your own entities" : "Embedded entity corpus",
    origin: isOwn ? "folder" : "embedded",
    folder: dirname(paths.train),
    description: describe(parts, labels, parsed, isOwn),
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

function embeddedFiles(): EntityFiles {
  const path = (part: Part): string =>
    embeddedPath("entities", `${part}.conll`);
  return {
    train: path("train"),
    validation: path("validation"),
    test: path("test"),
  };
}

/** `O`, then `B-` and `I-` of each type. */
function labelsOf(
  parts: DatasetParts<ConllSentence>,
): string[] {
  const types = PARTS.flatMap((part) =>
    parts[part].flatMap(({ tags }) =>
      tags.filter((tag) => tag !== "O").map((tag) => tag.slice(2))
    )
  );
  if (types.length === 0) {
    throw new RangeError(
      "Cannot load entities: the files must tag at least one; found only the tag O",
    );
  }
  return [
    "O",
    ...sortedLabels(types).flatMap((type) => [`B-${type}`, `I-${type}`]),
  ];
}

function numbered(
  parts: DatasetParts<ConllSentence>,
  labels: readonly string[],
): DatasetParts<EntityExample> {
  const ids = new Map(labels.map((label, id) => [label, id]));
  const examples = (part: Part): EntityExample[] =>
    parts[part].map(({ words, tags }) => ({
      words,
      tags: tags.map((tag) => ids.get(tag)!),
    }));
  return {
    train: examples("train"),
    validation: examples("validation"),
    test: examples("test"),
  };
}

function describe(
  parts: DatasetParts<EntityExample>,
  labels: readonly string[],
  parsed: Partial<Record<Part, ConllFile>>,
  isOwn: boolean,
): string {
  const types = labels.filter((label) => label.startsWith("B-"))
    .map((label) => label.slice(2)).join(", ");
  const converted = PARTS.filter((part) =>
    (parsed[part]?.scheme ?? "IOB2") !== "IOB2"
  )
    .map((part) =>
      `; the tags of ${part} were ${parsed[part]!.scheme} and are now IOB2`
    );
  const what = isOwn
    ? "Your own entities, from a local folder"
    : "Embedded entity corpus, sentences that this project generates";
  return `${what}: ${
    partSizes(parts)
  } sentences with entities of the types ${types}` +
    converted.join("");
}
