/** A reflexive pronoun agrees with the subject of its own clause. @module */

import { or, pair } from "../grammar/pair.ts";
import { other, type Speaker } from "../grammar/speaker.ts";
import type { Gender } from "../lexicon/nouns.ts";
import { RELATIVES } from "../lexicon/nouns.ts";
import { SELF_ACTIONS } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

const SELF = { female: "herself", male: "himself" } as const;
const OPPOSITE = { female: "male", male: "female" } as const;

/** Pronouns with their reflexives. */
const PERSONS = [
  ["I", "myself"],
  ["we", "ourselves"],
  ["they", "themselves"],
  ["he", "himself"],
  ["she", "herself"],
] as const;

const gender = (s: Speaker): Gender => s.oneOf(["female", "male"]);

/** A person known to be female or male. */
function bearer(s: Speaker, sex: Gender): string {
  return s.chance() ? s.name(sex) : `the ${s.gendered(sex).singular}`;
}

/** The reflexive of one gender, against the other's. */
const self = (sex: Gender) => or(SELF[sex], SELF[OPPOSITE[sex]]);

export const ANAPHORS: readonly Phenomenon[] = [
  {
    code: "ana1",
    title: "Gender of reflexives",
    explanation:
      "A reflexive has the gender of its subject: Maria blamed herself, not: Maria blamed himself.",
    outOfDomain: false,
    frames: [
      (s) => {
        const sex = gender(s);
        const verb = s.word(SELF_ACTIONS);
        return pair`${bearer(s, sex)} ${verb.past} ${self(sex)} ${verb.tail}.`;
      },
      (s) => {
        const sex = gender(s);
        const verb = s.word(SELF_ACTIONS);
        const auxiliary = s.oneOf(["will", "could", "might", "did not"]);
        return pair`${bearer(s, sex)} ${auxiliary} ${verb.base} ${
          self(sex)
        } ${verb.tail}.`;
      },
      (s) => {
        const sex = gender(s);
        const verb = s.word(SELF_ACTIONS);
        const { verb: met } = s.event(["person"]);
        const subject = `the ${s.gendered(sex).singular} who ${met.past} ${
          bearer(s, OPPOSITE[sex])
        }`;
        return pair`${subject} ${verb.past} ${self(sex)} ${verb.tail}.`;
      },
    ],
  },
  {
    code: "ana2",
    title: "Number and person of reflexives",
    explanation:
      "A reflexive has the number and person of its subject: the waiters blamed themselves, not: the waiters blamed himself.",
    outOfDomain: false,
    frames: [
      (s) => {
        const n = s.number();
        const noun = s.gendered();
        const verb = s.word(SELF_ACTIONS);
        const one = SELF[noun.gender];
        const choice = n === "singular"
          ? or(one, "themselves")
          : or("themselves", one);
        return pair`the ${noun[n]} ${verb.past} ${choice} ${verb.tail}.`;
      },
      (s) => {
        const sex = gender(s);
        const alone = s.chance();
        const verb = s.word(SELF_ACTIONS);
        const subject = alone
          ? s.name(sex)
          : `${s.name(sex)} and ${s.name(sex)}`;
        const choice = alone
          ? or(SELF[sex], "themselves")
          : or("themselves", SELF[sex]);
        return pair`${subject} ${verb.past} ${choice} ${verb.tail}.`;
      },
      (s) => {
        const [pronoun, right] = s.oneOf(PERSONS);
        const [, wrong] = s.oneOf(
          PERSONS.filter(([, reflexive]) => reflexive !== right),
        );
        const verb = s.word(SELF_ACTIONS);
        return pair`${pronoun} ${verb.past} ${or(right, wrong)} ${verb.tail}.`;
      },
    ],
  },
  {
    code: "ana3",
    title: "Binding of reflexives",
    explanation:
      "A reflexive means its own clause's subject, no other person in the sentence: Paul's sister blamed herself.",
    outOfDomain: true,
    frames: [
      (s) => {
        const relative = s.word(RELATIVES);
        const owner = s.name(OPPOSITE[relative.gender]);
        const verb = s.word(SELF_ACTIONS);
        const choice = self(relative.gender);
        return pair`${owner}'s ${relative.singular} ${verb.past} ${choice} ${verb.tail}.`;
      },
      (s) => {
        const sex = gender(s);
        const said = s.oneOf(["said", "thought", "heard", "claimed"]);
        const verb = s.word(SELF_ACTIONS);
        const [outer, inner] = [bearer(s, OPPOSITE[sex]), bearer(s, sex)];
        return pair`${outer} ${said} that ${inner} had ${verb.participle} ${
          self(sex)
        } ${verb.tail}.`;
      },
      (s) => {
        const n = s.number();
        const relative = s.word(RELATIVES);
        const owner = s.noun("person")[other(n)];
        const verb = s.word(SELF_ACTIONS);
        const one = SELF[relative.gender];
        const choice = n === "singular"
          ? or(one, "themselves")
          : or("themselves", one);
        return pair`the ${
          relative[n]
        } of the ${owner} ${verb.past} ${choice} ${verb.tail}.`;
      },
    ],
  },
];
