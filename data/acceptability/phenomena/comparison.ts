/** Degrees of adjectives, and the cases of pronouns. @module */

import { or, pair } from "../grammar/pair.ts";
import { THINGS } from "../grammar/speaker.ts";
import { LONG_ADJECTIVES, SHORT_ADJECTIVES } from "../lexicon/modifiers.ts";
import type { Phenomenon } from "./phenomenon.ts";

const GROUPS = "in the village, in the city, in the team, in town".split(", ");

const PRONOUNS = [
  ["he", "him"],
  ["she", "her"],
  ["they", "them"],
  ["we", "us"],
  ["I", "me"],
] as const;

const COMPANY = ["with", "for", "without"];

export const COMPARISON: readonly Phenomenon[] = [
  {
    code: "cmp1",
    title: "Comparatives",
    explanation:
      "taller goes with than, tall with as: taller than Paul, as tall as Paul; not: as taller as Paul.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { positive, comparative } = s.oneOf(SHORT_ADJECTIVES);
        const equal = s.chance();
        const [before, after] = equal ? ["as", "as"] : ["", "than"];
        const choice = equal
          ? or(positive, comparative)
          : or(comparative, positive);
        return pair`${s.someone()} ${
          s.oneOf(["is", "was"])
        } ${before} ${choice} ${after} ${s.someone()}.`;
      },
      (s) => {
        const adjective = s.oneOf(LONG_ADJECTIVES);
        const equal = s.chance();
        const [before, after] = equal ? ["as", "as"] : ["", "than"];
        const choice = equal ? or("", "more") : or("more", "");
        return pair`${s.someone()} ${
          s.oneOf(["is", "was"])
        } ${before} ${choice} ${adjective} ${after} ${s.someone()}.`;
      },
      (s) => {
        const { comparative, superlative } = s.oneOf(SHORT_ADJECTIVES);
        const { singular, plural } = s.noun("person");
        return s.chance()
          ? pair`${s.name()} is the ${
            or(superlative, comparative)
          } of all the ${plural} ${s.oneOf(GROUPS)}.`
          : pair`${s.name()} is a ${
            or(comparative, superlative)
          } ${singular} than ${s.someone()}.`;
      },
    ],
  },
  {
    code: "cas1",
    title: "Case of pronouns",
    explanation:
      "Subjects are I and she, objects me and her: she saw him; not: her saw he.",
    outOfDomain: true,
    frames: [
      (s) => {
        const [subject, object] = s.oneOf(PRONOUNS);
        const { verb, object: rest } = s.event();
        return pair`${
          or(subject, object)
        } ${verb.past} ${rest} ${s.pastTime()}.`;
      },
      (s) => {
        const [subject, object] = s.oneOf(PRONOUNS);
        const { verb } = s.event(["person"]);
        return pair`${s.people()} ${verb.past} ${
          or(object, subject)
        } ${s.pastTime()}.`;
      },
      (s) => {
        const [subject, object] = s.oneOf(PRONOUNS);
        const { verb, object: rest } = s.event(THINGS);
        const company = s.oneOf(COMPANY);
        return pair`${s.someone()} ${verb.past} ${rest} ${company} ${
          or(object, subject)
        }.`;
      },
      (s) => {
        const [subject, object] = s.oneOf(PRONOUNS);
        const { verb, object: rest } = s.event();
        return pair`${s.someone()} knew that ${
          or(subject, object)
        } had ${verb.participle} ${rest}.`;
      },
    ],
  },
];
