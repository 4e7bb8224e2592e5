/**
 * Comparison of Bertbook's tokenizer with that of `npm:@huggingface/transformers`: ids on
 * every text of the corpora in `BERTBOOK_DATA` and on generated ones, and speed.
 *
 * Run it with `deno run -A tools/tokenizers/compare_tokenizers.ts`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a program that prints a table

import {
  AutoTokenizer,
  env,
  type PreTrainedTokenizer,
} from "@huggingface/transformers";
import { basename, dirname, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { ALL_MINI_LM, ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { readTokenizer } from "../../lib/checkpoint/tokenizer_files.ts";
import { readTable, type TableOptions } from "../../lib/datasets/read_table.ts";
import { randomStream } from "../../lib/engine/random/stream.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import { LATER } from "../../lib/tokenizer/unicode.ts";
import { spreadOf } from "../bench/statistics.ts";
import { hardTexts } from "./hard_texts.ts";

const NUM_GENERATED = 10_000;
const SEED = 2018;
/** Texts of a corpus that are timed, spread evenly over it. */
const NUM_TIMED = 2_000;
const ROUNDS = 7;

/** Both tokenizers with the vocabulary of one model. */
type Pair = { tokenizer: Tokenizer; reference: PreTrainedTokenizer };

/** Prints the comparison; returns the exit code. */
async function main(): Promise<number> {
  const folder = await ensureModel(ALL_MINI_LM.name);
  const pair = {
    tokenizer: await readTokenizer(folder),
    reference: await loadReference(folder),
  };
  console.log(
    `Bertbook against npm:@huggingface/transformers ${env.version}, in texts a ` +
      `second: median of ${ROUNDS} rounds in turn, ${NUM_TIMED} texts each\n`,
  );
  let numDifferent = 0;
  for (const corpus of await allCorpora()) {
    const found = differences(corpus.texts, pair.tokenizer, pair.reference);
    console.log(row(corpus, found.length, pair));
    for (const difference of found.slice(0, 3)) {
      console.log(JSON.stringify(difference));
    }
    numDifferent += found.length;
  }
  return numDifferent === 0 ? 0 : 1;
}

/** The corpora that are there, and the generated texts. */
async function allCorpora(): Promise<Corpus[]> {
  const texts = hardTexts(NUM_GENERATED, randomStream(SEED));
  const generated = { name: "generated", texts };
  const folder = Deno.env.get("BERTBOOK_DATA");
  if (folder === undefined) {
    console.log("Set BERTBOOK_DATA to compare CoLA, TREC and IMDB as well");
    return [generated];
  }
  return [...await corpusTexts(folder, ["CoLA", "TREC", "IMDB"]), generated];
}

/** One line of the table. */
function row(corpus: Corpus, numDifferent: number, pair: Pair): string {
  const { name, texts } = corpus;
  const every = Math.max(1, texts.length / NUM_TIMED);
  const timed = texts.filter((_, i) => Math.floor(i % every) === 0);
  const [bertbook, reference] = textsPerSecond(timed, [
    (text) => pair.tokenizer.encode(text),
    (text) => pair.reference.encode(text),
  ]);
  return [
    name.padEnd(10),
    `${texts.length} texts`.padStart(12),
    `${numDifferent} differences`.padStart(14),
    `Bertbook ${Math.round(bertbook!)}`.padStart(17),
    `reference ${Math.round(reference!)}`.padStart(18),
    `${(bertbook! / reference!).toFixed(2)} x`.padStart(8),
  ].join("  ");
}

/**
 * Times several encoders in turn, so that other programs on the machine slow all of
 * them equally.
 */
function textsPerSecond(
  texts: readonly string[],
  encoders: ((text: string) => unknown)[],
): number[] {
  const seconds = encoders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, encoder] of encoders.entries()) {
      const start = performance.now();
      for (const text of texts) encoder(text);
      seconds[i]!.push((performance.now() - start) / 1000);
    }
  }
  return seconds.map((rounds) => texts.length / spreadOf(rounds).median);
}

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

/**
 * Opens the tokenizer of a model folder with `@huggingface/transformers`.
 *
 * @param folder A folder with `tokenizer.json` and `tokenizer_config.json`.
 * @returns The reference tokenizer, loaded without any network.
 */
export function loadReference(folder: string): Promise<PreTrainedTokenizer> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(resolve(folder));
  return AutoTokenizer.from_pretrained(basename(resolve(folder)));
}

/** A text that the two tokenizers encode differently. */
export type Difference = {
  text: string;
  actual: number[];
  expected: number[];
};

/**
 * What the reference takes for something else than Python's `tokenizers`, which Bertbook
 * follows: a capital sigma, which it lower-cases by what stands beside it; Han above
 * U+FFFF, which it does not space out; characters that have changed their class since
 * Unicode 8; and a special token that appears only when controls are removed.
 */
export const TAKEN_OTHERWISE = new RegExp(
  `[Σ\\u{20000}-\\u{2FA1F}\\u166D\\u1734\\u{111C9}\\u{1171E}${LATER.format}` +
    `${LATER.punctuation}${LATER.nonspacingMarks}${LATER.canonical}]` +
    `|\\[[A-Z]+\\u200B\\]`,
  "u",
);

/**
 * Encodes texts with both tokenizers and keeps those with different ids; those with
 * {@linkcode TAKEN_OTHERWISE} are passed over.
 *
 * @param texts Any texts.
 * @param tokenizer Bertbook's tokenizer.
 * @param reference The tokenizer of {@linkcode loadReference}.
 * @returns The differences, [] if the tokenizers are equal.
 */
export function differences(
  texts: readonly string[],
  tokenizer: Tokenizer,
  reference: PreTrainedTokenizer,
): Difference[] {
  return texts.filter((text) => !TAKEN_OTHERWISE.test(text)).flatMap((text) => {
    const actual = tokenizer.encode(text).inputIds;
    const expected = reference.encode(text);
    const equal = actual.length === expected.length &&
      actual.every((id, i) => id === expected[i]);
    return equal ? [] : [{ text, actual, expected }];
  });
}

if (import.meta.main) Deno.exit(await main());
