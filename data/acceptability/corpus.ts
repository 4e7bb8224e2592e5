/** The corpus: pairs of every phenomenon, divided into three splits in CoLA's format. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import type { Pair } from "./grammar/pair.ts";
import { type Frame, Speaker } from "./grammar/speaker.ts";
import { PHENOMENA } from "./phenomena/index.ts";
import type { Phenomenon } from "./phenomena/phenomenon.ts";

/** One row in CoLA's order: source, label, author's mark, sentence. */
export type Row = readonly [
  source: string,
  label: "0" | "1",
  mark: "" | "*",
  sentence: string,
];

const SEED = 2018; // the year of CoLA
const SIZES = { train: 4_000, inDomainDev: 500, outOfDomainDev: 500 } as const;
const ACCEPTABLE = 2 / 3; // CoLA has 0.70

/**
 * Builds the three splits; the same bytes every time.
 *
 * Both halves of a pair are in one split. Every acceptable half is in the corpus and, drawn
 * independently of its words, just enough of the others for two acceptable sentences in three.
 *
 * @returns The files' texts by name.
 */
export function buildCorpus(): Record<string, string> {
  const seen = new Set<string>();
  const inDomain = PHENOMENA.filter((phenomenon) => !phenomenon.outOfDomain);
  const outOfDomain = PHENOMENA.filter((phenomenon) => phenomenon.outOfDomain);
  const split = (
    phenomena: readonly Phenomenon[],
    size: number,
    counter: number,
  ): string => {
    const rows = phenomena.flatMap((phenomenon, index) => {
      const random = randomStream(SEED, counter, index);
      return rowsOf(phenomenon, size / phenomena.length, random, seen);
    });
    const order = randomStream(SEED, counter).shuffle(rows);
    return order.map((row) => `${row.join("\t")}\n`).join("");
  };
  return {
    "in_domain_train.tsv": split(inDomain, SIZES.train, 1),
    "in_domain_dev.tsv": split(inDomain, SIZES.inDomainDev, 2),
    "out_of_domain_dev.tsv": split(outOfDomain, SIZES.outOfDomainDev, 3),
    "phenomena.json": `${JSON.stringify(legend(), null, 2)}\n`,
  };
}

/** The rows of one phenomenon in one split: `count` sentences that are nowhere else. */
function rowsOf(
  { code, frames, outOfDomain }: Phenomenon,
  count: number,
  random: RandomStream,
  seen: Set<string>,
): Row[] {
  const speaker = new Speaker(random, outOfDomain);
  // Whether a pair's unacceptable half is in the corpus too.
  const numPairs = Math.round(count * ACCEPTABLE);
  const both = random.shuffle(
    Array.from({ length: numPairs }, (_, i) => i < count - numPairs),
  );
  return both.flatMap((both, index): Row[] => {
    const { acceptable, unacceptable } = newPair(
      speaker,
      frames[index % frames.length]!,
      seen,
    );
    const row: Row = [code, "1", "", acceptable];
    return both ? [row, [code, "0", "*", unacceptable]] : [row];
  });
}

/** Fills a frame until it gives two new sentences of four words or more. */
function newPair(speaker: Speaker, frame: Frame, seen: Set<string>): Pair {
  for (;;) {
    const pair = speaker.say(frame);
    const sentences = [pair.acceptable, pair.unacceptable];
    const isFresh = sentences.every((sentence) =>
      !seen.has(sentence) && sentence.split(" ").length >= 4
    );
    // A few verbs are the same in two forms: "read" contrasts with itself.
    if (!isFresh || pair.acceptable === pair.unacceptable) continue;
    sentences.forEach((sentence) => seen.add(sentence));
    return pair;
  }
}

/** The meaning of each code in the `source` column. */
function legend(): Record<string, Omit<Phenomenon, "code" | "frames">> {
  return Object.fromEntries(
    PHENOMENA.map(({ code, title, explanation, outOfDomain }) => [
      code,
      { title, explanation, outOfDomain },
    ]),
  );
}
