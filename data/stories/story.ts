/** Stories of six sentences in which each sentence follows from the one before. @module */

import type { RandomStream } from "../../lib/engine/random/stream.ts";
import { MOODS, NAMES, type Theme, THEMES } from "./themes.ts";

/**
 * Two ways to say each of the six sentences. `{word}` is replaced by a word of the
 * cast, `{a word}` by the word with its article.
 */
const SENTENCES: readonly (readonly string[])[] = [
  ["{name} is {a person}.", "The {person} is called {name}."],
  [
    "{he} takes the {thing} to the {place}.",
    "{name} goes to the {place} with the {thing}.",
  ],
  ["There {he} meets {a animal}.", "At the {place} sits {a animal}."],
  ["The {animal} is {before}.", "The {animal} wants the {thing}."],
  [
    "{he} gives the {thing} to the {animal}.",
    "So {he} {action} the {thing} for the {animal}.",
  ],
  [
    "Now the {animal} is {after}, and {name} is {after}.",
    "The {animal} and the {person} are {after}.",
  ],
];

/** Who and what a story is about, by the names in the sentences. */
type Cast = Readonly<Record<string, string>>;

/**
 * Tells a story.
 *
 * @param random Chooses the world, who acts in it, and how each sentence is said.
 * @returns Six sentences.
 */
export function tellStory(random: RandomStream): string[] {
  const cast = castOf(random);
  return SENTENCES.map((ways) => capital(say(oneOf(ways, random), cast)));
}

function castOf(random: RandomStream): Cast {
  const theme: Theme = oneOf(Object.values(THEMES), random);
  const he = oneOf(["she", "he"] as const, random);
  const [before, after] = oneOf(MOODS, random);
  return {
    he,
    before,
    after,
    name: oneOf(NAMES[he], random),
    person: oneOf(theme.people, random),
    place: oneOf(theme.places, random),
    thing: oneOf(theme.things, random),
    animal: oneOf(theme.animals, random),
    action: oneOf(theme.actions, random),
  };
}

/** Puts the words of the cast into a sentence. */
function say(sentence: string, cast: Cast): string {
  return sentence.replace(/\{(a )?(\w+)\}/g, (_, article, name: string) => {
    const word = cast[name]!;
    if (article === undefined) return word;
    return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
  });
}

function capital(sentence: string): string {
  return sentence[0]!.toUpperCase() + sentence.slice(1);
}

function oneOf<T>(items: readonly T[], random: RandomStream): T {
  return items[random.integer(items.length)]!;
}
