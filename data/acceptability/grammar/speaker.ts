/** A speaker draws the words of one sentence: sensible company, and no word twice. @module */

import type { RandomStream } from "bertbook/engine/random/stream.ts";
import type { Entry } from "../lexicon/entry.ts";
import {
  ADJECTIVES,
  HABITUAL_TIMES,
  PAST_TIMES,
} from "../lexicon/modifiers.ts";
import {
  GENDERED,
  type Gendered,
  type Kind,
  type Name,
  NAMES,
  type Noun,
  NOUNS,
} from "../lexicon/nouns.ts";
import { TRANSITIVE, type Transitive } from "../lexicon/verbs.ts";
import type { NounForms, VerbForms } from "./morphology.ts";
import { type Choice, or, type Pair } from "./pair.ts";

export type Number = keyof NounForms;
/** One frame of a phenomenon: says one minimal pair with the words that a speaker draws. */
export type Frame = (s: Speaker) => Pair;
/** A verb and its object: "repair" and "the old car". */
export type Event = {
  readonly verb: Transitive;
  readonly object: string;
  readonly noun: Noun;
};

/** The kinds of thing that people own and handle. */
export const THINGS: readonly Kind[] = [
  "device",
  "tool",
  "clothing",
  "text",
  "dish",
  "produce",
  "vehicle",
  "furniture",
];

/** The kinds of thing and of living being that one does something to. */
export const ANYTHING: readonly Kind[] = [
  ...THINGS,
  "building",
  "person",
  "animal",
];

/** The verbs that agree without being regular. */
export const BE = { third: "is", base: "are" } as const;
export const WAS = { third: "was", base: "were" } as const;
export const DO = { third: "does", base: "do" } as const;

/** The other number. */
export function other(number: Number): Number {
  return number === "singular" ? "plural" : "singular";
}

/** A verb in the present that agrees with its subject, or does not. */
export function agree(
  verb: Pick<VerbForms, "third" | "base">,
  number: Number,
): Choice {
  return number === "singular"
    ? or(verb.third, verb.base)
    : or(verb.base, verb.third);
}

/** Draws words for one sentence after another; its state is the words that it has used. */
export class Speaker {
  readonly #random: RandomStream;
  readonly #heldOut: boolean;
  readonly #used = new Set<Entry>();

  /**
   * @param random Where every draw comes from.
   * @param heldOut Whether it speaks the held-out words or the shared ones.
   */
  constructor(random: RandomStream, heldOut: boolean) {
    this.#random = random;
    this.#heldOut = heldOut;
  }

  /** Says one pair; words may be used again afterwards. */
  say(frame: Frame): Pair {
    this.#used.clear();
    return frame(this);
  }

  /** True with a probability. */
  chance(probability = 0.5): boolean {
    return this.#random.uniform() < probability;
  }

  /** One of a closed list. */
  oneOf<T>(items: readonly T[]): T {
    return items[this.#random.integer(items.length)]!;
  }

  /** A word of an open class, from this speaker's side of the lexicon and not used yet. */
  word<T extends Entry>(items: readonly T[]): T {
    const free = items.filter((item) =>
      item.heldOut === this.#heldOut && !this.#used.has(item)
    );
    if (free.length === 0) {
      throw new RangeError(
        `Cannot draw a word: one must be unused; found ${items.length} in the list, ` +
          `all used or on the other side of the bar; add words to it`,
      );
    }
    const word = this.oneOf(free);
    this.#used.add(word);
    return word;
  }

  number(): Number {
    return this.oneOf(["singular", "plural"]);
  }

  noun(...kinds: readonly Kind[]): Noun {
    return this.word(NOUNS[this.oneOf(kinds)]);
  }

  gendered(gender?: Gendered["gender"]): Gendered {
    return this.word(
      GENDERED.filter((noun) => gender === undefined || noun.gender === gender),
    );
  }

  name(gender?: Name["gender"]): string {
    return this.word(
      NAMES.filter((name) => gender === undefined || name.gender === gender),
    ).name;
  }

  /** An adjective that can be said of a kind of thing. */
  adjective(kind: Kind): string {
    return this.word(
      ADJECTIVES.filter((adjective) => adjective.of.includes(kind)),
    ).adjective;
  }

  /** A noun, now and then after an adjective: "sleepy nurses". */
  described(noun: Noun, number: Number = "singular"): string {
    return this.chance(0.15)
      ? `${this.adjective(noun.kind)} ${noun[number]}`
      : noun[number];
  }

  /** "the nurse", "the sleepy nurses". */
  the(noun: Noun, number: Number = "singular"): string {
    return `the ${this.described(noun, number)}`;
  }

  /** Somebody, singular: a name or a person with a definite article. */
  someone(): string {
    return this.chance() ? this.name() : this.the(this.noun("person"));
  }

  /** People of either number, for verbs that show no agreement. */
  people(): string {
    return this.chance(0.7)
      ? this.someone()
      : this.the(this.noun("person"), "plural");
  }

  /**
   * An action on an object of one of the kinds: "repair the old car".
   *
   * @param kinds What the object may be.
   * @param options With `strict`, a verb that is wrong without its object.
   */
  event(
    kinds: readonly Kind[] = ANYTHING,
    { strict = false }: { strict?: boolean } = {},
  ): Event {
    const kind = this.oneOf(kinds);
    const verb = this.word(
      TRANSITIVE.filter((item) =>
        item.objects.includes(kind) && (item.strict || !strict)
      ),
    );
    const noun = this.noun(kind);
    const number = kind === "building" || kind === "dish"
      ? "singular"
      : this.number();
    return { verb, noun, object: this.the(noun, number) };
  }

  /** "yesterday", "last week", or in some sentences nothing. */
  pastTime(probability = 0.3): string {
    return this.chance(probability) ? this.oneOf(PAST_TIMES) : "";
  }

  /** "every morning", or in some sentences nothing. */
  habitualTime(probability = 0.4): string {
    return this.chance(probability) ? this.oneOf(HABITUAL_TIMES) : "";
  }
}
