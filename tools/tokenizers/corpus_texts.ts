/** The raw texts of the corpora in a folder of the user's own. @module */

import { gunzipSync } from "node:zlib";
import { readTable, type TableOptions } from "../../lib/datasets/table.ts";

/** Texts under the name of their corpus. */
export type Corpus = { name: string; texts: string[] };

/** A file of a corpus, its format, and the column of its texts. */
type CorpusFile = {
  readonly file: string;
  readonly format: TableOptions["format"];
  readonly column: number;
};

/** The corpora that {@linkcode corpusTexts} can read. */
export type CorpusName = "CoLA" | "TREC" | "IMDB";

const CORPORA: Readonly<Record<CorpusName, CorpusFile[]>> = {
  CoLA: ["in_domain_train", "in_domain_dev", "out_of_domain_dev"]
    .map((name) => ({ file: `cola/${name}.tsv`, format: "tsv", column: 3 })),
  TREC: ["nodev", "dev", "test"]
    .map((name) => ({
      file: `trec/trec.${name}.utf8`,
      format: "label-prefixed",
      column: 1,
    })),
  IMDB: ["train.csv.gz", "test.csv.gz", "reviews_2500.csv"]
    .map((name) => ({ file: `imdb/imdb_${name}`, format: "csv", column: 0 })),
};

/**
 * Reads the texts of the corpora that are there.
 *
 * @param folder A folder with `cola/`, `trec/` and `imdb/`.
 * @param names The corpora to read.
 * @returns The corpora found, each with all of its texts.
 */
export async function corpusTexts(
  folder: string,
  names: readonly CorpusName[],
): Promise<Corpus[]> {
  const corpora: Corpus[] = [];
  for (const name of names) {
    const texts: string[] = [];
    for (const { file, format, column } of CORPORA[name]) {
      const bytes = await readIfThere(`${folder}/${file}`);
      if (bytes === undefined) continue;
      const rows = readTable(bytes, { file, format });
      // A CSV file begins with a header.
      if (format === "csv") rows.shift();
      // One by one: spread into one call, IMDB would overflow the stack.
      for (const { cells } of rows) texts.push(cells[column]!);
    }
    if (texts.length > 0) corpora.push({ name, texts });
  }
  return corpora;
}

/** The decompressed file, if it is there. */
async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await Deno.readFile(path);
    return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
