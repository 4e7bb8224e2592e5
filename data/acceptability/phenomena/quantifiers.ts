/** Words that need a negation or a question before them, and phrases that "there is" refuses. @module */

import { or, pair } from "../grammar/pair.ts";
import { BESIDE } from "../lexicon/modifiers.ts";
import { EXPERIENCES, STRONG_PASTIMES } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

const OCCASIONS = [
  "at the party",
  "in the garden",
  "at the station",
  "on the bus",
  "at school",
];

export const QUANTIFIERS: readonly Phenomenon[] = [
  {
    code: "npi1",
    title: "Negative polarity",
    explanation:
      "any and ever need a negation or a question above them: nobody saw anything; not: anybody saw nothing.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { verb } = s.event(["person"]);
        const { participle, tail } = s.word(EXPERIENCES);
        const [head, inner] = [
          s.noun("person").singular,
          s.noun("person").singular,
        ];
        const choice = or(
          `no ${head} that the ${inner} ${verb.past}`,
          `the ${head} that no ${inner} ${verb.past}`,
        );
        return pair`${choice} has ever ${participle} ${tail}.`;
      },
      (s) => {
        const { verb } = s.event(["person"]);
        const any = s.oneOf(["anyone", "anybody"]);
        const choice = or(
          `nobody ${verb.past} ${any}`,
          `${any} ${verb.past} nobody`,
        );
        return pair`${choice} ${s.oneOf(OCCASIONS)} ${s.pastTime(0.4)}.`;
      },
      (s) => {
        const { verb, noun } = s.event();
        const [subject, object] = [s.noun("person").plural, noun.plural];
        const choice = or(
          `the ${subject} did not ${verb.base} any ${object}`,
          `any ${subject} did not ${verb.base} the ${object}`,
        );
        return pair`${choice} ${s.pastTime()}.`;
      },
      (s) => {
        const { participle, tail } = s.word(EXPERIENCES);
        const [subject, rest] = [s.someone(), `ever ${participle} ${tail}`];
        return pair`${
          or(`has ${subject} ${rest}?`, `${subject} has ${rest}.`)
        }`;
      },
      (s) => {
        const { past, participle, tail } = s.word(STRONG_PASTIMES);
        const { past: did, participle: done, tail: rest } = s.word(EXPERIENCES);
        const subject = s.noun("person").plural;
        const choice = or(
          `the ${subject} who ${past} ${tail} have not ever ${done}`,
          `the ${subject} who have not ${participle} ${tail} ever ${did}`,
        );
        return pair`${choice} ${rest}.`;
      },
    ],
  },
  {
    code: "qua1",
    title: "Existential there",
    explanation:
      "There is introduces something new: there is a lamp on every table; not: there is every lamp on a table.",
    outOfDomain: false,
    frames: [
      (s) => {
        const object = s.described(
          s.noun("device", "tool", "clothing"),
        );
        const place = `${s.oneOf(["on", "under", "near", "behind"])}`;
        const surface = s.described(s.noun("furniture"));
        const all = s.oneOf(["every", "each"]);
        const choice = or(
          `a ${object} ${place} ${all} ${surface}`,
          `${all} ${object} ${place} a ${surface}`,
        );
        return pair`there ${s.oneOf(["is", "was"])} ${choice}.`;
      },
      (s) => {
        const object = s.described(s.noun("person", "vehicle", "animal"));
        const place = s.noun("building").singular;
        const all = s.oneOf(["every", "each"]);
        const [be, link] = [
          s.oneOf(["is", "was"]),
          s.oneOf(["near", "behind"]),
        ];
        return pair`there ${be} ${
          or(
            `a ${object} ${link} ${all} ${place}`,
            `${all} ${object} ${link} a ${place}`,
          )
        }.`;
      },
      (s) => {
        const object = s.noun("person", "furniture").plural;
        const place = s.noun("building").plural;
        const few = s.oneOf(["many", "three", "four", "several"]);
        const all = s.oneOf(["most", "all", "both"]);
        const be = s.oneOf(["are", "were"]);
        return pair`there ${be} ${
          or(
            `${few} ${object} in ${all} ${place}`,
            `${all} ${object} in ${few} ${place}`,
          )
        }.`;
      },
      (s) => {
        const person = s.described(s.noun("person"));
        const all = s.oneOf(["every", "each"]);
        const [place, thing] = [
          s.oneOf(BESIDE),
          s.noun("vehicle", "furniture").singular,
        ];
        return pair`there ${s.oneOf(["is", "was"])} ${
          or(
            `a ${person} ${place} ${all} ${thing}`,
            `${all} ${person} ${place} a ${thing}`,
          )
        }.`;
      },
    ],
  },
];
