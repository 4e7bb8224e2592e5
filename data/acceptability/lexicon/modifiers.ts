/** Adjectives by what they can be said of, adverbs, times, and small words. @module */

import { type AdjectiveForms, adjectiveForms } from "../grammar/morphology.ts";
import { entries, type Entry } from "./entry.ts";
import type { Kind } from "./nouns.ts";

export type Adjective = Entry & {
  readonly adjective: string;
  readonly of: readonly Kind[];
};

const ADJECTIVE_WORDS:
  readonly (readonly [kinds: string, adjectives: string])[] = [
    [
      "person",
      `tired nervous polite cheerful lonely proud generous careful honest patient talented
    curious | grumpy wealthy sleepy modest furious thoughtful`,
    ],
    ["person building", "famous"],
    [
      "person animal",
      "hungry noisy clever brave gentle young | thirsty lazy shy",
    ],
    ["animal", "wild playful"],
    ["device vehicle furniture", "broken | heavy"],
    ["tool device vehicle furniture clothing", "cheap new | expensive shiny"],
    ["tool clothing", "lost useful"],
    [
      "tool device clothing text vehicle furniture building",
      "old beautiful plain | strange",
    ],
    ["text", "long funny surprising | tedious boring"],
    ["dish produce", "cold fresh | delicious tasty"],
    ["produce", "small organic | rotten"],
    ["vehicle", "fast | slow rusty"],
    ["clothing", "warm thin | dirty loose"],
    ["building", "large modern | gloomy ancient"],
  ];

/** Adjectives of every kind. */
export const ADJECTIVES: readonly Adjective[] = ADJECTIVE_WORDS.flatMap((
  [kinds, words],
) =>
  entries(words, (adjective) => ({ adjective, of: kinds.split(" ") as Kind[] }))
);

/** Short adjectives of people, with degrees. */
export const SHORT_ADJECTIVES: readonly AdjectiveForms[] =
  "tall old young strong rich kind smart weak short loud calm strict"
    .split(" ").map(adjectiveForms);

/** Long adjectives of people, compared with more and most. */
export const LONG_ADJECTIVES =
  "careful talented generous nervous stubborn popular cheerful ambitious famous patient"
    .split(" ");

/** How something is done. */
export const MANNER =
  `secretly, quickly, quietly, eagerly, immediately, suddenly, gladly, finally,
  reluctantly, accidentally`.split(/,\s*/);

/** How often something is done. */
export const FREQUENCY = "often always usually sometimes rarely never seldom"
  .split(" ");

/** When something was done. */
export const PAST_TIMES =
  `yesterday, last week, last night, two days ago, last summer, last month,
  an hour ago, last Friday, yesterday morning, a week ago, last weekend`.split(
    /,\s*/,
  );

/** Where something happens; unlike a time it can be no verb's object. */
export const PLACES =
  `in the kitchen, in the garden, in the hallway, in the park, at the station,
  near the door, behind the curtain, on the bus`.split(/,\s*/);

/** When something is done again and again. */
export const HABITUAL_TIMES =
  `every morning, every day, on Sundays, every weekend, in the evening,
  after work, every summer, before breakfast, at night, twice a week`.split(
    /,\s*/,
  );

/** Where a thing or a person is, seen from another one. */
export const BESIDE = [
  "near",
  "behind",
  "beside",
  "next to",
  "in front of",
] as const;
