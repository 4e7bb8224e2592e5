/** The verb agrees with the head of its subject, whatever comes between. @module */

import { pair } from "../grammar/pair.ts";
import {
  agree,
  BE,
  DO,
  other,
  type Speaker,
  THINGS,
  WAS,
} from "../grammar/speaker.ts";
import { BESIDE } from "../lexicon/modifiers.ts";
import { HOBBIES, PASTIMES } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

/** What is said of a person in the present, agreeing with `number`. */
function habit(
  s: Speaker,
): { verb: { third: string; base: string }; rest: string } {
  if (s.chance(0.3)) return { verb: BE, rest: s.adjective("person") };
  const verb = s.word(s.chance() ? HOBBIES : PASTIMES);
  return { verb, rest: `${verb.tail} ${s.habitualTime()}` };
}

/** Nouns that take a second noun: "the photos of the castle". */
const PARTS = [
  { singular: "photo", plural: "photos", link: "of", kind: "building" },
  { singular: "drawing", plural: "drawings", link: "of", kind: "animal" },
  { singular: "key", plural: "keys", link: "to", kind: "building" },
  { singular: "poster", plural: "posters", link: "about", kind: "animal" },
  { singular: "portrait", plural: "portraits", link: "of", kind: "person" },
] as const;

export const AGREEMENT: readonly Phenomenon[] = [
  {
    code: "agr1",
    title: "Subject–verb agreement",
    explanation:
      "The verb has the number of its subject: the keys are old, not: the keys is old.",
    outOfDomain: false,
    frames: [
      (s) => {
        const n = s.number();
        const { verb, rest } = habit(s);
        return pair`the ${s.noun("person")[n]} ${agree(verb, n)} ${rest}.`;
      },
      (s) => {
        const n = s.number();
        const verb = s.word(HOBBIES);
        const subject = s.the(s.noun("person"), n);
        return pair`${
          agree(DO, n)
        } ${subject} ${verb.base} ${verb.tail} ${s.habitualTime()}?`;
      },
      (s) => {
        const n = s.number();
        const noun = s.noun("animal", ...THINGS, "building");
        const verb = s.oneOf([BE, WAS]);
        return pair`the ${noun[n]} ${agree(verb, n)} ${
          s.adjective(noun.kind)
        }.`;
      },
      (s) => {
        const n = s.number();
        const { verb, rest } = habit(s);
        const subject = n === "singular"
          ? s.name()
          : `${s.name()} and ${s.name()}`;
        return pair`${subject} ${agree(verb, n)} ${rest}.`;
      },
    ],
  },
  {
    code: "agr2",
    title: "Agreement past a nearer noun",
    explanation:
      "A noun inside the subject does not count, two joined nouns do: the photo of the castles is old; the nurse and the pilot are old.",
    outOfDomain: false,
    frames: [
      (s) => {
        const n = s.number();
        const indoors = s.chance();
        const noun = indoors
          ? s.noun("device", "furniture")
          : s.noun("vehicle");
        const near = s.noun(indoors ? "furniture" : "building")[other(n)];
        const verb = s.oneOf([BE, WAS]);
        const predicate = s.adjective(noun.kind);
        return pair`the ${noun[n]} ${s.oneOf(BESIDE)} the ${near} ${
          agree(verb, n)
        } ${predicate}.`;
      },
      (s) => {
        const n = s.number();
        const subject = `the ${s.noun("person")[n]} ${s.oneOf(BESIDE)} the ${
          s.noun("person")[other(n)]
        }`;
        const verb = s.oneOf([BE, WAS]);
        return pair`${subject} ${agree(verb, n)} ${s.adjective("person")}.`;
      },
      (s) => {
        const n = s.number();
        const part = s.oneOf(PARTS);
        const whole = s.the(s.noun(part.kind), other(n));
        const predicate = s.oneOf([
          "on the wall",
          "in the drawer",
          "in the hallway",
          "missing",
        ]);
        const verb = s.oneOf([BE, WAS]);
        return pair`the ${part[n]} ${part.link} ${whole} ${
          agree(verb, n)
        } ${predicate}.`;
      },
      (s) => {
        const joined = s.chance();
        const { verb, rest } = habit(s);
        const link = joined ? "and" : s.oneOf(BESIDE);
        const [first, second] = [
          s.the(s.noun("person")),
          s.noun("person").singular,
        ];
        const choice = agree(verb, joined ? "plural" : "singular");
        return pair`${first} ${link} the ${second} ${choice} ${rest}.`;
      },
    ],
  },
  {
    code: "agr3",
    title: "Agreement past a relative clause",
    explanation:
      "A clause inside the subject does not count: the nurse who greeted the pilots is tired.",
    outOfDomain: true,
    frames: [
      (s) => {
        const n = s.number();
        const { verb } = s.event(["person"]);
        const object = s.noun("person")[other(n)];
        const subject = `the ${
          s.noun("person")[n]
        } who ${verb.past} the ${object}`;
        return pair`${subject} ${agree(s.oneOf([BE, WAS]), n)} ${
          s.adjective("person")
        }.`;
      },
      (s) => {
        const n = s.number();
        const { verb, noun } = s.event([
          "device",
          "vehicle",
          "clothing",
          "text",
        ]);
        const buyers = s.noun("person")[other(n)];
        const predicate = s.adjective(noun.kind);
        const choice = agree(s.oneOf([BE, WAS]), n);
        return pair`the ${
          noun[n]
        } that the ${buyers} ${verb.past} ${choice} ${predicate}.`;
      },
      (s) => {
        const n = s.number();
        const { verb } = s.event(["person"]);
        const { verb: main, rest } = habit(s);
        const subject = `the ${
          s.noun("person")[n]
        } that ${s.name()} and ${s.name()} ${verb.past}`;
        return pair`${subject} ${agree(main, n)} ${rest}.`;
      },
    ],
  },
];
