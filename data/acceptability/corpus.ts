/** The corpus: pairs of every phenomenon, shared out to three splits in CoLA's format. @module */

import { type RandomStream, randomStream } from "bertbook/data/random.ts";
import type { Pair } from "./grammar/pair.ts";
import { Speaker } from "./grammar/speaker.ts";
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
const ACCEPTABLE = 0.7; // the share in CoLA

/** A pair, and whether its unacceptable half stands in the corpus too. */
type Item = { readonly pair: Pair; readonly both: boolean };

/**
 * Builds the three splits; the same bytes every time.
 *
 * Both halves of a pair are in one split. Every acceptable half is in the corpus and, drawn
 * independently of its words, just enough of the others for seven acceptable sentences in ten.
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
  const numPairs = Math.round(count * ACCEPTABLE);
  const both = random.shuffle(
    Array.from({ length: numPairs }, (_, i) => i < count - numPairs),
  );
  const items = both.map((both, index): Item => {
    for (;;) {
      const pair = speaker.say(frames[index % frames.length]!);
      const sentences = [pair.acceptable, pair.unacceptable];
      if (
        sentences.some((sentence) => seen.has(sentence) || isShort(sentence))
      ) continue;
      sentences.forEach((sentence) => seen.add(sentence));
      return { pair, both };
    }
  });
  return items.flatMap(({ pair, both }): Row[] => [
    [code, "1", "", pair.acceptable],
    ...(both ? [[code, "0", "*", pair.unacceptable] as const] : []),
  ]);
}

/** Two or three words show no more than one of them. */
function isShort(sentence: string): boolean {
  return sentence.split(" ").length < 4;
}

/** What each code in the `source` column stands for. */
function legend(): Record<string, Omit<Phenomenon, "code" | "frames">> {
  return Object.fromEntries(
    PHENOMENA.map(({ code, title, explanation, outOfDomain }) => [
      code,
      { title, explanation, outOfDomain },
    ]),
  );
}
