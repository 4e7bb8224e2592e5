/** Made-up tasks for heads over tokens: names to tag, and facts to ask about. @module */

import type { RandomStream } from "../../lib/engine/random/stream.ts";

/** The classes of the words. */
export const TAGS = ["other", "person", "place"] as const;

/** A sentence as its words, and the class of each, as its number in {@link TAGS}. */
export type TaggedSentence = {
  readonly words: readonly string[];
  readonly tags: readonly number[];
};

const split = (text: string): string[] => text.split("|");

/** Names for training, and others for validation. */
const NAMES: Readonly<Record<Part, Record<"person" | "place", string[]>>> = {
  train: {
    person: split("Emma|Leo|Ida|Carl|Omar|Priya|Yuki|Nadia|Felix|Greta|Wei"),
    place: split("London|Cairo|Oslo|Lima|Kyoto|Nairobi|Vienna|Boston|Delhi"),
  },
  validation: {
    person: split("Bjarne|Xiomara|Tariq|Matilda|Kwame|Svetlana"),
    place: split("Reykjavik|Ouagadougou|Lisbon|Tashkent|Montreal|Hanoi"),
  },
};

/** Which names occur. */
type Part = "train" | "validation";

const SENTENCES = [
  "person lives in place .",
  "Yesterday person flew from place to place .",
  "place is where person was born .",
  "The train to place was late , said person .",
  "person and person met in place .",
  "We asked person about place .",
].map((sentence) => sentence.split(" "));

/**
 * Sentences with the names of persons and places.
 *
 * @param count How many.
 * @param part `"validation"` has names that do not occur in `"train"`.
 * @param random Chooses the sentences and the names.
 */
export function taggedSentences(
  count: number,
  part: Part,
  random: RandomStream,
): TaggedSentence[] {
  return Array.from({ length: count }, () => {
    const slots = chooseFrom(SENTENCES, random);
    const words = slots.map((slot) =>
      slot === "person" || slot === "place"
        ? chooseFrom(NAMES[part][slot], random)
        : slot
    );
    const tags = slots.map((slot) =>
      slot === "person" ? 1 : slot === "place" ? 2 : 0
    );
    return { words, tags };
  });
}

/** A question about a text, and its answer, which is part of the text. */
export type Question = {
  readonly question: string;
  readonly text: string;
  readonly answer: string;
};

/** What happened. */
type Fact = Record<"who" | "what" | "where" | "when", string>;

const FACTS: Readonly<Record<Part, Record<keyof Fact, string[]>>> = {
  train: {
    who: split("Emma|Leo|Ida|Carl|Omar|Priya|Yuki|Nadia"),
    what: split(
      "lamp|rope|old map|kettle|violin|silver key|candle|blue hammer",
    ),
    where: split("attic|garden shed|kitchen|blue box|cellar|wooden chest|car"),
    when: split(
      "Monday|Friday|Sunday morning|New Year|Tuesday night|Christmas",
    ),
  },
  validation: {
    who: split("Bjarne|Xiomara|Tariq|Matilda"),
    what: split("umbrella|red suitcase|telescope|drum"),
    where: split("hotel room|basement|school library|bathroom"),
    when: split("Wednesday|Saturday evening|Thursday|Easter"),
  },
};

const QUESTIONS: Readonly<Record<keyof Fact, (fact: Fact) => string>> = {
  who: ({ what }) => `Who hid the ${what}?`,
  what: ({ who }) => `What did ${who} hide?`,
  where: ({ what }) => `Where is the ${what}?`,
  when: ({ who, what }) => `When did ${who} hide the ${what}?`,
};

/**
 * Questions about who hid what, where and when.
 *
 * @param count How many.
 * @param part `"validation"` has persons, things, places and times that do not occur in
 * `"train"`.
 * @param random Chooses the facts and the questions.
 */
export function factQuestions(
  count: number,
  part: Part,
  random: RandomStream,
): Question[] {
  const pick = (asked: keyof Fact) => chooseFrom(FACTS[part][asked], random);
  return Array.from({ length: count }, () => {
    const [who, what] = [pick("who"), pick("what")];
    const [where, when] = [pick("where"), pick("when")];
    const asked = chooseFrom(["who", "what", "where", "when"] as const, random);
    const fact = { who, what, where, when };
    const text = random.uniform() < 0.5
      ? `On ${when} ${who} hid the ${what} in the ${where}.`
      : `${who} hid the ${what} in the ${where} on ${when}.`;
    return { question: QUESTIONS[asked](fact), text, answer: fact[asked] };
  });
}

function chooseFrom<T>(choices: readonly T[], random: RandomStream): T {
  return choices[random.integer(choices.length)]!;
}
