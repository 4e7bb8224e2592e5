/** The corpus: reviews put together from sentences, with their verdicts. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import { ASIDES, DEEDS, HEROES, KINDS, PLACES } from "./films.ts";
import { type Aspect, ASPECTS, CONTRASTS, JUDGMENTS } from "./opinions.ts";
import { type Verdict, VERDICTS, VOICES } from "./verdicts.ts";

const SEED = 2011; // the year of Maas et al.
const NUM_REVIEWS = 1_200;
const FEWEST_WORDS = 70;
const MOST_WORDS = 220;
/** Share of the judgments in a review that agree with its verdict. */
const AGREEMENT = 0.6;
/** Shares of the sentences between premise and verdict. */
const ASIDE_SHARE = 0.15, VOICE_SHARE = 0.2, CONTRAST_SHARE = 0.2;
/** Share of the reviews that begin with their verdict; the others end with it. */
const VERDICT_FIRST = 0.3;

/** What a reviewer thinks of one part of the film. */
type Opinion = { readonly aspect: Aspect; readonly praises: boolean };

/**
 * Builds the corpus; the same bytes every time.
 *
 * @returns The files' texts by name.
 */
export function buildCorpus(): Record<string, string> {
  const rows = Array.from({ length: NUM_REVIEWS }, (_, index) => {
    const random = randomStream(SEED, 1, index);
    const isPositive = index % 2 === 1;
    const review = reviewOf(isPositive, random);
    return `"${review}",${isPositive ? "positive" : "negative"}\n`;
  });
  const order = randomStream(SEED, 2).shuffle(rows);
  return { "reviews.csv": ["review,sentiment\n", ...order].join("") };
}

/** One review: a premise, opinions of both kinds, and the verdict before or behind them. */
function reviewOf(isPositive: boolean, random: RandomStream): string {
  const kind = pick(KINDS, random);
  const numWords = FEWEST_WORDS + random.integer(MOST_WORDS - FEWEST_WORDS);
  const said = (verdict: Verdict, isPositive: boolean): string =>
    verdict[isPositive ? "positive" : "negative"].replaceAll("{kind}", kind);
  const verdict = said(pick(VERDICTS, random), isPositive);
  // A reviewer does not change their mind about a part of the film.
  const opinions = ASPECTS.map((aspect) => {
    const praises = (random.uniform() < AGREEMENT) === isPositive;
    return { aspect, praises };
  });
  const next = endless(opinions, random);
  const asides = endless(ASIDES, random);
  const voices = endless(VOICES, random);
  const body = [premiseOf(kind, random)];
  while (count([...body, verdict]) < numWords) {
    let share = random.uniform();
    if ((share -= ASIDE_SHARE) < 0) body.push(asides());
    else if ((share -= VOICE_SHARE) < 0) {
      body.push(said(voices(), random.uniform() < 0.5));
    } else if ((share -= CONTRAST_SHARE) < 0) {
      const first = next();
      const against = opinions.filter(({ praises }) =>
        praises !== first.praises
      );
      body.push(
        against.length === 0
          ? judgmentOf(first, random)
          : contrastOf(first, pick(against, random), random),
      );
    } else body.push(judgmentOf(next(), random));
  }
  const isFirst = random.uniform() < VERDICT_FIRST;
  return (isFirst ? [verdict, ...body] : [...body, verdict]).join(" ");
}

function premiseOf(kind: string, random: RandomStream): string {
  const hero = pick(HEROES, random);
  const deed = pick(DEEDS, random);
  const place = pick(PLACES, random);
  return pick([
    `This ${kind} follows ${hero} ${deed} ${place}.`,
    `${capital(place)}, this ${kind} tells of ${hero} ${deed}.`,
    `In this ${kind} we meet ${hero} ${deed} ${place}.`,
  ], random);
}

/** A sentence about one part of the film. */
function judgmentOf(
  { aspect, praises }: Opinion,
  random: RandomStream,
): string {
  const [w, v] = random.shuffle(praises ? aspect.praise : aspect.blame);
  return fill(pick(JUDGMENTS, random), {
    s: pick(aspect.subjects, random),
    w: w!,
    v: v!,
    o: pick(praises ? aspect.blame : aspect.praise, random),
  });
}

/** A sentence about two parts, one praised and one blamed. */
function contrastOf(
  first: Opinion,
  second: Opinion,
  random: RandomStream,
): string {
  const word = ({ aspect, praises }: Opinion): string =>
    pick(praises ? aspect.praise : aspect.blame, random);
  return fill(pick(CONTRASTS, random), {
    s: pick(first.aspect.subjects, random),
    w: word(first),
    t: pick(second.aspect.subjects, random),
    x: word(second),
  });
}

/** Fills the gaps of a frame; `{S}` is `{s}` with a capital. */
function fill(frame: string, words: Readonly<Record<string, string>>): string {
  return frame.replace(
    /\{(\w)\}/g,
    (_, gap: string) => gap === "S" ? capital(words["s"]!) : words[gap]!,
  );
}

/** Draws from a list without end; no item is repeated before all were drawn. */
function endless<T>(items: readonly T[], random: RandomStream): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = random.shuffle(items);
    return left.pop()!;
  };
}

function pick<T>(items: readonly T[], random: RandomStream): T {
  return items[random.integer(items.length)]!;
}

function count(sentences: readonly string[]): number {
  return sentences.join(" ").split(" ").length;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
