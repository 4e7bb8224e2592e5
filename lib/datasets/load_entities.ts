/** Loading named entities: CoNLL files become a dataset. @module */

import { checkKnownOptions } from "../options.ts";
import { type EntityExample, parseConll } from "./conll.ts";
import { type Dataset, eachPart, PARTS } from "./dataset.ts";
import { loadParts, type PartFiles, type PartOptions } from "./load_parts.ts";
import { type CharacterEncoding, sortedLabels } from "./read_table.ts";
import { reportDataset } from "./report.ts";

/** The file of each part, in CoNLL's form, perhaps compressed by gzip. */
export type EntityFiles = PartFiles;

/** How to load named entities; the shares are of sentences. */
export type EntityOptions = PartOptions & {
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
  const known = ["validation", "test", "seed", "encoding"];
  checkKnownOptions("load entities", options, known);
  const { encoding = "utf-8", ...how } = options;
  const converted: string[] = [];
  const found = await loadParts(
    {
      unit: "entities",
      drawnUnit: "sentences",
      parse: (bytes, file, part) => {
        const parsed = parseConll(bytes, file, { encoding });
        const { sentences, scheme, oddities } = parsed;
        if (scheme !== "IOB2") {
          const change = `were ${scheme} and are now IOB2`;
          converted.push(`; the tags of ${part} ${change}`);
        }
        return { examples: sentences, oddities };
      },
      embedded: {
        title: "Embedded entity corpus",
        content: "sentences that this project generates",
        folder: "entities",
        files: eachPart((part) => `${part}.conll`),
      },
    },
    files,
    how,
  );
  const types = typesOf(
    PARTS.flatMap((part) => found[part]).flatMap(({ tags }) => tags),
  );
  const labels = ["O", ...types.flatMap((type) => [`B-${type}`, `I-${type}`])];
  const ids = new Map(labels.map((label, id) => [label, id]));
  const parts = eachPart((part) =>
    found[part].map(({ words, tags }): EntityExample => ({
      words,
      tags: tags.map((tag) => ids.get(tag)!),
    }))
  );
  return {
    ...found,
    ...parts,
    description: `${found.description} sentences with entities of the types ` +
      `${types.join(", ")}${converted.join("")}`,
    labels,
    legend: files === undefined ? EMBEDDED_TYPES : {},
    report: reportDataset(parts, {
      textOf: ({ words }) => words.join(" "),
      labelsOf: ({ tags }) => tags,
      answerOf: ({ tags }) => tags.join(),
    }),
  };
}

/** The types of entities that tags name, sorted. */
function typesOf(tags: readonly string[]): string[] {
  const types = tags.filter((tag) => tag !== "O").map((tag) => tag.slice(2));
  if (types.length > 0) return sortedLabels(types);
  throw new RangeError(
    "Cannot load entities: the files must tag at least one; found only the tag O",
  );
}
