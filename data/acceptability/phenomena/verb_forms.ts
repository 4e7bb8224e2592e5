/** Each auxiliary asks for one form of the verb, in a fixed order. @module */

import { or, pair } from "../grammar/pair.ts";
import { PAST_TIMES } from "../lexicon/modifiers.ts";
import { HOBBIES, PASTIMES, STRONG_PASTIMES } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

const MODALS = [
  "can",
  "could",
  "will",
  "would",
  "should",
  "must",
  "might",
  "did not",
  "does not",
];

/** Auxiliaries that not can follow, with the verb's form. */
const AUXILIARIES = [
  ["has", "participle"],
  ["will", "base"],
  ["did", "base"],
  ["should", "base"],
  ["is", "progressive"],
] as const;

export const VERB_FORMS: readonly Phenomenon[] = [
  {
    code: "aux1",
    title: "Verb form after an auxiliary",
    explanation:
      "A modal takes the bare verb, be takes -ing: she can swim, she is swimming; not: she can swimming.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { verb, object } = s.event();
        // The past tense of find is also a verb of its own.
        const past = verb.past === "found" ? verb.progressive : verb.past;
        const choice = or(verb.base, s.chance() ? verb.progressive : past);
        return pair`${s.someone()} ${s.oneOf(MODALS)} ${choice} ${object}.`;
      },
      (s) => {
        const { verb, object } = s.event();
        const choice = or(verb.progressive, verb.base);
        return pair`${s.someone()} ${
          s.oneOf(["is", "was", "has been"])
        } ${choice} ${object}.`;
      },
      (s) => {
        const { base, third, progressive, tail } = s.word(
          s.chance() ? HOBBIES : PASTIMES,
        );
        const choice = or(base, s.chance() ? third : progressive);
        return pair`${s.someone()} ${s.oneOf(MODALS)} ${choice} ${tail}.`;
      },
      (s) => {
        const { base, past, progressive, tail } = s.word(
          s.chance() ? HOBBIES : PASTIMES,
        );
        const choice = s.chance()
          ? or(past, base)
          : or(`was ${progressive}`, progressive);
        return pair`${s.someone()} ${choice} ${tail} ${s.oneOf(PAST_TIMES)}.`;
      },
    ],
  },
  {
    code: "aux2",
    title: "Irregular participles",
    explanation:
      "have and be take the participle, the past tense stands alone: she has written it; not: she has wrote it.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { past, participle, tail } = s.word(STRONG_PASTIMES);
        const have = s.oneOf([
          "has",
          "had",
          "may have",
          "has never",
          "has already",
        ]);
        return pair`${s.someone()} ${have} ${or(participle, past)} ${tail}.`;
      },
      (s) => {
        const { past, participle, tail } = s.word(STRONG_PASTIMES);
        return pair`${s.people()} ${or(past, participle)} ${tail} ${
          s.pastTime(0.8)
        }.`;
      },
      (s) => {
        const { past, participle, tail } = s.word(STRONG_PASTIMES);
        const verb = tail.endsWith("s")
          ? s.oneOf(["were", "have been"])
          : s.oneOf(["was", "has been"]);
        return pair`${tail} ${verb} ${or(participle, past)} by ${s.people()}.`;
      },
      (s) => {
        const { past, participle, tail } = s.word(STRONG_PASTIMES);
        return pair`${s.someone()} and ${s.someone()} ${
          or(past, participle)
        } ${tail} ${s.pastTime()}.`;
      },
    ],
  },
  {
    code: "aux3",
    title: "Order of auxiliaries",
    explanation:
      "not follows the first auxiliary, a modal precedes have: she has not left, she could have left; not: she have could left.",
    outOfDomain: true,
    frames: [
      (s) => {
        const { verb, object } = s.event();
        const [auxiliary, form] = s.oneOf(AUXILIARIES);
        const choice = or(`${auxiliary} not`, `not ${auxiliary}`);
        return pair`${s.someone()} ${choice} ${verb[form]} ${object}.`;
      },
      (s) => {
        const { verb, object } = s.event();
        const modal = s.oneOf(["could", "might", "should", "would", "must"]);
        const choice = or(`${modal} have`, `have ${modal}`);
        return pair`${s.people()} ${choice} ${verb.participle} ${object}.`;
      },
      (s) => {
        const { progressive, tail } = s.word(s.chance() ? HOBBIES : PASTIMES);
        const first = s.oneOf(["has", "will", "might"]);
        const second = first === "has" ? "been" : "be";
        const choice = or(`${first} ${second}`, `${second} ${first}`);
        return pair`${s.someone()} ${choice} ${progressive} ${tail}.`;
      },
    ],
  },
];
