/** The grammar of a rhyme: two lines whose last words sound alike. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import {
  DEEDS,
  FAMILIES,
  FINDS,
  LOOKS,
  MOODS,
  PEOPLE,
  POSSESSIVES,
  TIMES,
} from "./words.ts";

/** A rhyme and how likely the grammar was to make just this one. */
export type Rhyme = {
  /** The sound that both lines end in. */
  readonly sound: string;
  /** −ln of the rhyme's probability: the sum of ln n over the draws among n. */
  readonly nats: number;
  /** Both lines, words and marks apart. */
  readonly text: string;
};

/** Draws with equal chances, and keeps count of the chances. */
class Draw {
  nats = 0;
  constructor(private readonly random: RandomStream) {}

  one<T>(choices: readonly T[]): T {
    this.nats += Math.log(choices.length);
    return choices[this.random.integer(choices.length)]!;
  }
}

type Pronoun = keyof typeof PEOPLE;
const PRONOUNS = Object.keys(PEOPLE) as Pronoun[];

/** Second lines up to the thing; the pronoun must fit a noun six words before. */
const CLOSINGS: readonly ((draw: Draw, who: Pronoun) => string)[] = [
  (draw, who) => `and there ${who} ${draw.one(FINDS)} a`,
  (draw, who) => `and there ${who} ${draw.one(FINDS)} ${POSSESSIVES[who]}`,
  (draw, who) => `until ${who} ${draw.one(FINDS)} a`,
  () => "and dreamt about a",
  () => "to look for one more",
];

/**
 * Makes one rhyme: "the sleepy cat sat by the sea , and there she found a golden key ."
 *
 * No two paths through the grammar give the same words, so the probability of the
 * path is that of the rhyme.
 *
 * @param random The random stream.
 */
export function makeRhyme(random: RandomStream): Rhyme {
  const draw = new Draw(random);
  const who = draw.one(PRONOUNS);
  const noun = draw.one(PEOPLE[who]);
  const opening = draw.one([
    () => `the ${draw.one(MOODS)} ${noun}`,
    () => `${draw.one(TIMES)} the ${noun}`,
  ])();
  const deed = draw.one(DEEDS);
  const sound = draw.one(Object.keys(FAMILIES));
  const { places, things } = FAMILIES[sound]!;
  const place = draw.one(places);
  const closing = draw.one(CLOSINGS)(draw, who);
  const look = draw.one(LOOKS), thing = draw.one(things);
  const text =
    `${opening} ${deed} the ${place} , ${closing} ${look} ${thing} .`;
  return { sound, nats: draw.nats, text };
}

const SEED = 1744; // the year of the first printed book of nursery rhymes
const COUNT = 600;

/** All rhymes, without repetition; the same ones every time. */
export function makeRhymes(): Rhyme[] {
  const random = randomStream(SEED);
  const rhymes = new Map<string, Rhyme>();
  while (rhymes.size < COUNT) {
    const rhyme = makeRhyme(random);
    rhymes.set(rhyme.text, rhyme);
  }
  return [...rhymes.values()];
}

/** The file: sound, nats and rhyme of each line, divided by tabs. */
export function rhymesFile(): string {
  return makeRhymes()
    .map(({ sound, nats, text }) => `${sound}\t${nats.toFixed(4)}\t${text}\n`)
    .join("");
}
