/** A verb decides how many objects it takes, and in which form. @module */

import { or, pair } from "../grammar/pair.ts";
import { ANYTHING, type Speaker } from "../grammar/speaker.ts";
import { PLACES } from "../lexicon/modifiers.ts";
import { GIVING, INTRANSITIVE, TELLING } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

/** Verbs that tell something to somebody without "to". */
const INFORMING = ["told", "gave", "sent"];

/** What can be told as well as given or sent. */
const MESSAGES =
  `the rule, the plan, the answer, the story, the secret, the new schedule,
  the whole truth, the bad news, the price, the results, the idea`
    .split(/,\s*/);

const CLAUSES =
  `the museum was closed, the train was late, dinner was ready, the road was blocked,
  the concert was over, the water was cold, the shop had moved, it was raining,
  the meeting was cancelled, the tickets were gone`.split(/,\s*/);

/** Something small enough to hand over. */
const gift = (s: Speaker): string =>
  s.the(s.noun("tool", "text", "device", "clothing"));

export const ARGUMENTS: readonly Phenomenon[] = [
  {
    code: "arg1",
    title: "Transitivity",
    explanation:
      "Some verbs need an object and some take none: the nurse smiled; not: the nurse admired.",
    outOfDomain: false,
    frames: [
      (s) => {
        const choice = or(
          s.word(INTRANSITIVE).past,
          s.event(ANYTHING, { strict: true }).verb.past,
        );
        return pair`${s.people()} ${choice} ${s.oneOf(PLACES)}.`;
      },
      (s) => {
        const { verb, object } = s.event(ANYTHING, { strict: true });
        const choice = or(verb.past, s.word(INTRANSITIVE).past);
        return pair`${s.people()} ${choice} ${object} ${s.pastTime()}.`;
      },
      (s) => {
        const choice = or(
          s.word(INTRANSITIVE).base,
          s.event(ANYTHING, { strict: true }).verb.base,
        );
        const auxiliary = s.oneOf(["will", "might", "did not", "may"]);
        return pair`${s.people()} ${auxiliary} ${choice} ${s.oneOf(PLACES)}.`;
      },
      (s) => {
        const { verb, object } = s.event(ANYTHING, { strict: true });
        const choice = or(verb.base, s.word(INTRANSITIVE).base);
        const auxiliary = s.oneOf(["will", "might", "did not", "may"]);
        return pair`${s.people()} ${auxiliary} ${choice} ${object}.`;
      },
    ],
  },
  {
    code: "arg2",
    title: "Two objects",
    explanation:
      "Give takes two objects in one order, explain only with to: Paul gave Anna the key; not: Paul explained Anna the rule.",
    outOfDomain: false,
    frames: [
      (s) => {
        const verb = s.word(TELLING).past;
        const [receiver, message] = [s.someone(), s.oneOf(MESSAGES)];
        const choice = or(
          `${message} to ${receiver}`,
          `${receiver} ${message}`,
        );
        return pair`${s.people()} ${verb} ${choice} ${s.pastTime(0.4)}.`;
      },
      (s) => {
        const verb = s.word(GIVING).past;
        const [receiver, theme] = [s.someone(), gift(s)];
        const choice = or(`${receiver} ${theme}`, `${theme} ${receiver}`);
        return pair`${s.people()} ${verb} ${choice} ${s.pastTime(0.4)}.`;
      },
      (s) => {
        const [receiver, message] = [s.someone(), s.oneOf(MESSAGES)];
        const choice = or(
          s.oneOf(INFORMING),
          s.word(TELLING).past,
        );
        return pair`${s.people()} ${choice} ${receiver} ${message} ${
          s.pastTime(0.4)
        }.`;
      },
      (s) => {
        const told = s.chance();
        const saying = s.oneOf(["said", "explained", "announced"]);
        const choice = told ? or("told", saying) : or(saying, "told");
        const receiver = `${told ? "" : "to"} ${s.someone()}`;
        return pair`${s.people()} ${choice} ${receiver} that ${
          s.oneOf(CLAUSES)
        }.`;
      },
    ],
  },
  {
    code: "arg3",
    title: "Passive",
    explanation:
      "Only a verb with an object has a passive: the nurse was admired; not: the nurse was smiled.",
    outOfDomain: true,
    frames: [
      (s) => {
        const { verb, object } = s.event(["person"]);
        const be = s.oneOf(["will be", "had been", "might be"]);
        const choice = or(verb.participle, s.word(INTRANSITIVE).participle);
        return pair`${object} ${be} ${choice} by ${s.someone()}.`;
      },
      (s) => {
        const { verb } = s.event(ANYTHING, { strict: true });
        const had = s.oneOf(["had", "has", "may have"]);
        const choice = or(s.word(INTRANSITIVE).participle, verb.participle);
        return pair`${s.someone()} ${had} ${choice} ${s.oneOf(PLACES)}.`;
      },
    ],
  },
];
