/** The position of adverbs, auxiliaries, particles and adjectives. @module */

import { or, pair } from "../grammar/pair.ts";
import { type Speaker, THINGS } from "../grammar/speaker.ts";
import { FREQUENCY, MANNER } from "../lexicon/modifiers.ts";
import { HOBBIES, PASTIMES } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

/** Verb and particle: the pronoun comes between them. */
const PARTICLES =
  `picked up, threw away, turned off, wrote down, gave back, switched on, handed in,
  tore up, put away, brought back, took off, hung up, sent back, filled in`
    .split(/,\s*/);

/** Verb and preposition: the pronoun comes after both. */
const PREPOSITIONS =
  `looked at, waited for, listened to, laughed at, talked about, relied on,
  believed in, searched for, cared for, pointed at, complained about, worried about, stared at,
  depended on, dreamed of`.split(/,\s*/);

/** An adjective, and what it is enough for. */
const ENOUGH = `tall: to reach the shelf, old: to vote, old: to drive the truck,
  strong: to lift the sofa, rich: to buy the castle, brave: to apologize, kind: to help,
  smart: to win, calm: to wait, loud: to be heard, small: to hide behind the sofa,
  fast: to catch the bus, patient: to listen, careful: to carry the vase, bold: to sing alone,
  young: to believe it`.split(/,\s*/).map((row) =>
  row.split(": ") as [string, string]
);

/** A statement about a thing at the head of the sentence. */
const FATES = `surprised everybody, looked familiar, impressed the visitors,
  caused the argument, attracted attention, pleased the children`.split(
  /,\s*/,
);

/** An open question without its verb: the phrase, an auxiliary and the rest. */
function question(
  s: Speaker,
): { asked: string; auxiliary: string; subject: string; rest: string } {
  const subject = s.someone();
  if (s.chance()) {
    const { verb, object } = s.event();
    const [auxiliary, form] = s.oneOf(
      [["will", "base"], ["did", "base"], ["can", "base"], [
        "has",
        "participle",
      ]] as const,
    );
    const asked = s.oneOf(["when", "why", "how", "where"]);
    return { asked, auxiliary, subject, rest: `${verb[form]} ${object}` };
  }
  const [kind, asked] = s.oneOf(
    [["dish", "what"], ["text", "which"], ["vehicle", "which"], [
      "clothing",
      "which",
    ]] as const,
  );
  const { verb, noun } = s.event([kind]);
  const [auxiliary, form] = s.oneOf(
    [["will", "base"], ["did", "base"], ["should", "base"], [
      "has",
      "participle",
    ]] as const,
  );
  const phrase = asked === "what" ? asked : `which ${noun[s.number()]}`;
  return { asked: phrase, auxiliary, subject, rest: verb[form] };
}

export const WORD_ORDER: readonly Phenomenon[] = [
  {
    code: "ord1",
    title: "Adverb placement",
    explanation:
      "No adverb stands between a verb and its object: Paul quickly read it; not: Paul drinks often tea.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { verb, object } = s.event();
        const adverb = s.oneOf(MANNER);
        const choice = or(`${adverb} ${verb.past}`, `${verb.past} ${adverb}`);
        return pair`${s.people()} ${choice} ${object} ${s.pastTime(0.3)}.`;
      },
      (s) => {
        const { third, tail } = s.word(PASTIMES);
        const adverb = s.oneOf(FREQUENCY);
        const choice = or(`${adverb} ${third}`, `${third} ${adverb}`);
        return pair`${s.someone()} ${choice} ${tail} ${
          s.oneOf([
            "",
            "in the evening",
            "after work",
            "at night",
            "before breakfast",
          ])
        }.`;
      },
      (s) => {
        const { verb, object } = s.event();
        const adverb = s.oneOf([
          "carefully",
          "quickly",
          "together",
          "again",
          "once more",
        ]);
        const choice = or(`${object} ${adverb}`, `${adverb} ${object}`);
        const auxiliary = s.oneOf(["will", "can", "should"]);
        return pair`the ${
          s.noun("person").plural
        } ${auxiliary} ${verb.base} ${choice}.`;
      },
    ],
  },
  {
    code: "ord2",
    title: "Auxiliary inversion",
    explanation:
      "The auxiliary precedes the subject in a question, not in an embedded one: why did he leave? I know why he has left.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { asked, auxiliary, subject, rest } = question(s);
        const choice = or(`${auxiliary} ${subject}`, `${subject} ${auxiliary}`);
        return pair`${asked} ${choice} ${rest}?`;
      },
      (s) => {
        const { asked, auxiliary, subject, rest } = question(s);
        const open = s.oneOf([
          "nobody knows",
          "I wonder",
          "we know",
          "they know",
        ]);
        const shown = auxiliary === "did" ? "will" : auxiliary;
        const choice = or(`${subject} ${shown}`, `${shown} ${subject}`);
        return pair`${open} ${asked} ${choice} ${rest}.`;
      },
      (s) => {
        const { base, tail } = s.word(s.chance() ? HOBBIES : PASTIMES);
        const auxiliary = s.oneOf(["should", "will", "does"]);
        const subject = s.someone();
        const choice = or(`${auxiliary} ${subject}`, `${subject} ${auxiliary}`);
        return pair`${
          s.oneOf(["when", "why", "how often"])
        } ${choice} ${base} ${tail}?`;
      },
    ],
  },
  {
    code: "ord3",
    title: "Particles and prepositions",
    explanation:
      "A pronoun goes before a particle and after a preposition: throw it away, look at it; not: throw away it, look it at.",
    outOfDomain: false,
    frames: [
      (s) => {
        const [verb, particle] = s.oneOf(PARTICLES).split(" ") as [
          string,
          string,
        ];
        const pronoun = s.oneOf(["it", "them"]);
        const choice = or(`${pronoun} ${particle}`, `${particle} ${pronoun}`);
        return pair`${s.people()} ${verb} ${choice} ${s.pastTime()}.`;
      },
      (s) => {
        const [verb, preposition] = s.oneOf(PREPOSITIONS).split(" ") as [
          string,
          string,
        ];
        const pronoun = s.oneOf(["it", "them", "him", "her"]);
        const choice = or(
          `${preposition} ${pronoun}`,
          `${pronoun} ${preposition}`,
        );
        return pair`${s.people()} ${verb} ${choice} ${s.pastTime()}.`;
      },
    ],
  },
  {
    code: "ord4",
    title: "Order in the noun phrase",
    explanation:
      "Determiner, number, adjective, noun: the two old cars; not: the cars old two.",
    outOfDomain: false,
    frames: [
      (s) => {
        const noun = s.noun(
          "person",
          "animal",
          "device",
          "vehicle",
          "building",
        );
        const adjective = s.adjective(noun.kind);
        const choice = or(
          `${adjective} ${noun.singular}`,
          `${noun.singular} ${adjective}`,
        );
        return pair`${s.oneOf(["the", "this", "a"])} ${choice} ${
          s.oneOf(FATES)
        }.`;
      },
      (s) => {
        const { verb, noun } = s.event([...THINGS, "animal"]);
        const all = s.oneOf(["all", "both", "half"]);
        const choice = or(`${all} the`, `the ${all}`);
        return pair`${s.people()} ${verb.past} ${choice} ${noun.plural} ${s.pastTime()}.`;
      },
      (s) => {
        const [adjective, purpose] = s.oneOf(ENOUGH);
        const choice = or(`${adjective} enough`, `enough ${adjective}`);
        return pair`${s.someone()} ${
          s.oneOf(["is", "was", "seems"])
        } ${choice} ${purpose}.`;
      },
      (s) => {
        const { verb, noun } = s.event([
          "building",
          "text",
          "vehicle",
          "clothing",
        ]);
        const rest = `${s.adjective(noun.kind)} ${noun.singular}`;
        return pair`${s.someone()} had never ${verb.participle} ${
          or("such a", "a such")
        } ${rest}.`;
      },
      (s) => {
        const { verb, noun } = s.event([...THINGS, "animal"]);
        const count = s.oneOf(["two", "three", "four", "five", "seven", "ten"]);
        const adjective = s.adjective(noun.kind);
        const choice = or(`${count} ${adjective}`, `${adjective} ${count}`);
        return pair`${s.people()} ${verb.past} ${choice} ${noun.plural} ${s.pastTime()}.`;
      },
    ],
  },
];
