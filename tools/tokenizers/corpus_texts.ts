/** Raw texts of the corpora in the user's own folder. @module */

import { parse } from "csv-parse/sync";
import { gunzipSync } from "node:zlib";

/** Texts under the name of their corpus. */
export type Corpus = { name: string; texts: string[] };

/** A file of a corpus, and how its texts are read. */
type CorpusFile = { path: string; textsOf: (content: string) => string[] };

/** One column of a tab-separated file without quoting. */
const fieldAt = (index: number) => (content: string): string[] =>
  linesOf(content).map((line) => line.split("\t")[index] ?? "");

/** The text after the label in a file of `<label> <question>` lines. */
const afterLabel = (content: string): string[] =>
  linesOf(content).map((line) => line.slice(line.indexOf(" ") + 1));

/** The first column of a quoted CSV file, below its header. */
const firstField = (content: string): string[] =>
  parse(content, { from: 2 }).map(([text]) => text!);

/** The corpora that {@linkcode corpusTexts} can read. */
export type CorpusName = "CoLA" | "TREC" | "IMDB";

const CORPORA: Readonly<Record<CorpusName, CorpusFile[]>> = {
  CoLA: ["in_domain_train", "in_domain_dev", "out_of_domain_dev"]
    .map((name) => ({ path: `cola/${name}.tsv`, textsOf: fieldAt(3) })),
  TREC: ["nodev", "dev", "test"]
    .map((name) => ({ path: `trec/trec.${name}.utf8`, textsOf: afterLabel })),
  IMDB: ["train.csv.gz", "test.csv.gz", "reviews_2500.csv"]
    .map((name) => ({ path: `imdb/imdb_${name}`, textsOf: firstField })),
};

/**
 * Reads the texts of the corpora that are there.
 *
 * @param folder A folder with `cola/`, `trec/` and `imdb/`.
 * @param names The corpora to read.
 * @returns The corpora found, each with all its texts.
 */
export async function corpusTexts(
  folder: string,
  names: readonly CorpusName[],
): Promise<Corpus[]> {
  const corpora: Corpus[] = [];
  for (const name of names) {
    const texts: string[] = [];
    for (const { path, textsOf } of CORPORA[name]) {
      const content = await readIfThere(`${folder}/${path}`);
      // One by one: spread into one call, IMDB would overflow the stack.
      for (const text of textsOf(content)) texts.push(text);
    }
    if (texts.length > 0) corpora.push({ name, texts });
  }
  return corpora;
}

/** The decoded file, unzipped if it is compressed; "" if it does not exist. */
async function readIfThere(path: string): Promise<string> {
  try {
    const bytes = await Deno.readFile(path);
    return new TextDecoder().decode(
      path.endsWith(".gz") ? gunzipSync(bytes) : bytes,
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function linesOf(content: string): string[] {
  return content.split("\n").filter((line) => line !== "");
}
