/** Stories of six sentences in which each sentence follows from the one before. @module */

import type { RandomStream } from "../../lib/random/stream.ts";
import {
  MOODS,
  NAMES,
  QUALITIES,
  type Theme,
  THEMES,
  TIMES,
} from "./themes.ts";

/**
 * Three ways to say each of the six sentences. `{word}` stands for a word of the cast,
 * `{a word}` for the word behind its article.
 */
const SENTENCES: readonly (readonly string[])[] = [
  [
    "{name} was {a person} who lived near the {home}.",
    "Near the {home} lived {a person} called {name}.",
    "There was once {a person}, and {his} name was {name}.",
  ],
  [
    "One {time} {he} took the {quality} {thing} to the {place}.",
    "One {time} {he} went to the {place} with the {quality} {thing}.",
    "Every {time} {he} {action} the {quality} {thing} at the {place}.",
  ],
  [
    "There {he} saw {a before} {animal} behind the {other}.",
    "Then {a animal} sat down beside the {other} and looked {before}.",
    "At the {place} {he} met {a animal} that was {before}.",
  ],
  [
    '"Why are you so {before}?" {he} asked the {animal}.',
    "The {animal} was {before} because it had lost its {other}.",
    "The {animal} wanted the {thing} more than the {other}.",
  ],
  [
    "So the {person} {action} the {other} for the {animal}.",
    "Then {name} {action} the {thing}, and the {animal} helped.",
    "Together they {action} the {other} until the {animal} was {after}.",
  ],
  [
    "In the end the {animal} was {after}, and {name} went home.",
    "Now the {animal} is {after} and lives with the {person}.",
    "After that {he} never left the {animal} or {his} {thing} again.",
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
  return SENTENCES.map((ways) => say(oneOf(ways, random), cast));
}

function castOf(random: RandomStream): Cast {
  const theme: Theme = oneOf(Object.values(THEMES), random);
  const he = oneOf(["she", "he"] as const, random);
  const [home, place] = random.shuffle(theme.places) as [string, string];
  const [thing, other] = random.shuffle(theme.things) as [string, string];
  const [before, after] = oneOf(MOODS, random);
  return {
    ...{ he, home, place, thing, other, before, after },
    his: he === "she" ? "her" : "his",
    name: oneOf(NAMES[he], random),
    person: oneOf(theme.people, random),
    animal: oneOf(theme.animals, random),
    action: oneOf(theme.actions, random),
    quality: oneOf(QUALITIES, random),
    time: oneOf(TIMES, random),
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

function oneOf<T>(items: readonly T[], random: RandomStream): T {
  return items[random.integer(items.length)]!;
}
