/** Each auxiliary asks for one form of the verb, and each time for one tense. @module */

import { or, pair } from "../grammar/pair.ts";
import { FUTURE_TIMES, PAST_TIMES } from "../lexicon/modifiers.ts";
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
        const choice = or(verb.base, s.chance() ? verb.progressive : verb.past);
        return pair`${s.someone()} ${s.oneOf(MODALS)} ${choice} ${object}.`;
      },
      (s) => {
        const { verb, object } = s.event();
        const choice = or(
          verb.progressive,
          s.chance() ? verb.base : verb.third,
        );
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
    code: "ten1",
    title: "Tense and time",
    explanation:
      "A past time takes the past tense: she left yesterday; not: she will leave yesterday.",
    outOfDomain: true,
    frames: [
      (s) => {
        const { verb, object } = s.event();
        const past = s.chance();
        const time = s.oneOf(past ? PAST_TIMES : FUTURE_TIMES);
        const choice = past
          ? or(verb.past, `will ${verb.base}`)
          : or(`will ${verb.base}`, verb.past);
        return pair`${s.people()} ${choice} ${object} ${time}.`;
      },
    ],
  },
];
