/**
 * Comparison of Bertbook's tokenizer with that of `npm:@huggingface/transformers`: ids on
 * every text of the corpora in `BERTBOOK_DATA` and on generated ones, and speed.
 *
 * Run it with `deno run -A tools/tokenizers/compare_tokenizers.ts`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a program that prints a table

import { env, type PreTrainedTokenizer } from "@huggingface/transformers";
import { randomStream } from "../../lib/engine/random/stream.ts";
import type { Tokenizer } from "../../lib/tokenizer/tokenizer.ts";
import { ALL_MINI_LM, ensureModel } from "../../lib/checkpoint/catalogue.ts";
import { readTokenizer } from "../../lib/checkpoint/tokenizer_files.ts";
import { spreadOf } from "../bench/statistics.ts";
import { type Corpus, corpusTexts } from "./corpus_texts.ts";
import { hardTexts } from "./hard_texts.ts";
import { differences, loadReference } from "./reference_tokenizer.ts";

const NUM_GENERATED = 10_000;
const SEED = 2018;
/** Texts of a corpus that are timed, spread evenly over it. */
const NUM_TIMED = 2_000;
const ROUNDS = 7;

/** Both tokenizers with the vocabulary of one model. */
type Pair = { tokenizer: Tokenizer; reference: PreTrainedTokenizer };

if (import.meta.main) Deno.exit(await main());

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
