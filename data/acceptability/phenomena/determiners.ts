/** Determiners choose the number of their noun, and whether it can be counted at all. @module */

import { type Choice, or, pair } from "../grammar/pair.ts";
import { type Number, other, THINGS } from "../grammar/speaker.ts";
import { MASS, type Noun } from "../lexicon/nouns.ts";
import type { Phenomenon } from "./phenomenon.ts";

const POINTING = [
  { singular: "this", plural: "these" },
  { singular: "that", plural: "those" },
] as const;

const COUNTING: Record<Number, readonly string[]> = {
  singular: ["every", "each", "another", "one"],
  plural: ["many", "several", "both", "two", "three", "a few"],
};

const COUNTABLE = ["produce", "furniture", "clothing"] as const;

/** A noun in the right number against the other number. */
function numbered(noun: Noun, number: Number): Choice {
  return or(noun[number], noun[other(number)]);
}

/** "much" or "many", and what it goes with. */
const QUANTITIES = {
  mass: or("much", "many"),
  count: or("many", "much"),
} as const;

export const DETERMINERS: readonly Phenomenon[] = [
  {
    code: "det1",
    title: "Demonstrative and noun",
    explanation:
      "this and that take one, these and those take many: this old car, not: this old cars.",
    outOfDomain: false,
    frames: [
      (s) => {
        const n = s.number();
        const { verb, noun } = s.event([...THINGS, "animal"]);
        const determiner = s.oneOf(POINTING);
        const choice = or(determiner[n], determiner[other(n)]);
        const object = s.described(noun, n);
        return pair`${s.people()} ${verb.past} ${choice} ${object} ${s.pastTime()}.`;
      },
      (s) => {
        const n = s.number();
        const { verb, noun } = s.event(THINGS);
        const object = `${s.oneOf(POINTING)[n]} ${s.adjective(noun.kind)}`;
        return pair`${s.people()} ${verb.past} ${object} ${
          numbered(noun, n)
        } ${s.pastTime()}.`;
      },
      (s) => {
        const n = s.number();
        const { verb, object } = s.event();
        const person = numbered(s.noun("person"), n);
        const rest = `${verb.past} ${object} ${s.pastTime()}`;
        return pair`${s.oneOf(POINTING)[n]} ${person} ${rest}.`;
      },
      (s) => {
        const n = s.number();
        const { verb, noun } = s.event([
          "building",
          "vehicle",
          "animal",
          "text",
        ]);
        const subject = s.oneOf(["I have", "we have", "they have"]);
        const determiner = s.oneOf(POINTING);
        const choice = or(determiner[n], determiner[other(n)]);
        return pair`${subject} never ${verb.participle} ${choice} ${
          s.described(noun, n)
        } before.`;
      },
    ],
  },
  {
    code: "det2",
    title: "Quantifier and noun",
    explanation:
      "every takes one, several takes many: every lamp, not: every lamps.",
    outOfDomain: true,
    frames: [
      (s) => {
        const n = s.number();
        const { verb, noun } = s.event(THINGS);
        const object = `${s.oneOf(COUNTING[n])} ${
          s.chance() ? s.adjective(noun.kind) : ""
        }`;
        return pair`${s.people()} ${verb.past} ${object} ${
          numbered(noun, n)
        } ${s.pastTime()}.`;
      },
      (s) => {
        const n = s.number();
        const { verb, object } = s.event();
        const person = numbered(s.noun("person"), n);
        const quantifier = s.oneOf(COUNTING[n]);
        return pair`${quantifier} ${person} ${verb.past} ${object} ${s.pastTime()}.`;
      },
      (s) => {
        const n = s.number();
        const quantifier = s.oneOf(COUNTING[n]);
        const { verb, noun } = s.event([
          "building",
          "vehicle",
          "animal",
          "text",
        ]);
        return pair`${s.people()} will ${verb.base} ${quantifier} ${
          numbered(noun, n)
        } tomorrow.`;
      },
    ],
  },
  {
    code: "cou1",
    title: "Much and many",
    explanation:
      "much takes what is not counted, many what is: much rice, many lemons.",
    outOfDomain: true,
    frames: [
      (s) => {
        const mass = s.chance();
        const thing = mass ? s.word(MASS).mass : s.noun(...COUNTABLE).plural;
        const choice = QUANTITIES[mass ? "mass" : "count"];
        const verb = s.oneOf(["buy", "need", "bring", "order"]);
        return pair`how ${choice} ${thing} did ${s.people()} ${verb}?`;
      },
      (s) => {
        const mass = s.chance();
        const [right, wrong] = [s.word(MASS).mass, s.noun(...COUNTABLE).plural];
        const choice = mass ? or(right, wrong) : or(wrong, right);
        const verb = s.oneOf(["bought", "brought", "ordered"]);
        return pair`${s.people()} ${verb} too ${
          mass ? "much" : "many"
        } ${choice} ${s.pastTime()}.`;
      },
      (s) => {
        const mass = s.chance();
        const thing = mass ? s.word(MASS).mass : s.noun(...COUNTABLE).plural;
        const choice = QUANTITIES[mass ? "mass" : "count"];
        return pair`${s.people()} did not need ${choice} ${thing} ${s.pastTime()}.`;
      },
    ],
  },
];
