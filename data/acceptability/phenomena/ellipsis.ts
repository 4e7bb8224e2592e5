/** What may be left unsaid: the second clause borrows from the first, with the same auxiliary. @module */

import { type Choice, or, pair } from "../grammar/pair.ts";
import { type Speaker, THINGS } from "../grammar/speaker.ts";
import type { VerbForms } from "../grammar/morphology.ts";
import { type Activity, HOBBIES, PASTIMES } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

/** A clause's tense: the words before the verb, the verb's form, and what may replace it. */
type Tense = { said: string; form: keyof VerbForms; auxiliary: string };

const TENSES: readonly Tense[] = [
  { said: "", form: "past", auxiliary: "did" },
  { said: "", form: "third", auxiliary: "does" },
  { said: "has", form: "participle", auxiliary: "has" },
  { said: "will", form: "base", auxiliary: "will" },
  { said: "could", form: "base", auxiliary: "could" },
  { said: "is", form: "progressive", auxiliary: "is" },
  { said: "should", form: "base", auxiliary: "should" },
];

const habit = (s: Speaker): Activity => s.word(s.chance() ? HOBBIES : PASTIMES);

const PRONOUN = { female: "she", male: "he" } as const;

/** A predicate and what may replace it: a form of be for an adjective only. */
function predicate(s: Speaker, not = ""): { said: string; auxiliary: Choice } {
  const tense = s.oneOf(TENSES.filter(({ auxiliary }) => auxiliary !== "is"));
  const be = s.oneOf(["is", "was"]);
  if (s.chance()) {
    const said = `${be} ${not} ${s.adjective("person")}`;
    return { said, auxiliary: or(be, tense.auxiliary) };
  }
  const verb = habit(s);
  const said = not === ""
    ? `${tense.said} ${verb[tense.form]} ${verb.tail}`
    : `${tense.auxiliary} not ${
      verb[tense.form === "participle" ? "participle" : "base"]
    } ${verb.tail}`;
  return { said, auxiliary: or(tense.auxiliary, be) };
}

export const ELLIPSIS: readonly Phenomenon[] = [
  {
    code: "ell1",
    title: "Ellipsis",
    explanation:
      "What is left out must match what was said: he is tired, and so is she; not: and so does she.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { said, auxiliary } = predicate(s);
        return pair`${s.name()} ${said}, and ${s.someone()} ${auxiliary} too.`;
      },
      (s) => {
        const { said, auxiliary } = predicate(s);
        return pair`${s.name()} ${said}, and so ${auxiliary} ${s.someone()}.`;
      },
      (s) => {
        const { said, auxiliary } = predicate(s, "not");
        return pair`${s.name()} ${said}, and neither ${auxiliary} ${s.someone()}.`;
      },
      (s) => {
        const kind = s.oneOf(THINGS);
        const { verb, object } = s.event([kind]);
        const [first, second, rest] = [
          s.someone(),
          s.someone(),
          s.the(s.noun(kind)),
        ];
        const choice = or(
          `${first} ${verb.past} ${object}, and ${second} ${rest}`,
          `${first} ${object}, and ${second} ${verb.past} ${rest}`,
        );
        return pair`${choice}.`;
      },
    ],
  },
  {
    code: "tag1",
    title: "Question tags",
    explanation:
      "A tag repeats the auxiliary and the subject: Paul will sing, won't he? not: Paul will sing, isn't he?",
    outOfDomain: true,
    frames: [
      (s) => {
        const TAGS = {
          did: "didn't",
          does: "doesn't",
          has: "hasn't",
          will: "won't",
          is: "isn't",
        };
        const names = Object.keys(TAGS) as (keyof typeof TAGS)[];
        const right = s.oneOf(names);
        const wrong = s.oneOf(names.filter((name) => name !== right));
        const tense = TENSES.find(({ auxiliary }) => auxiliary === right)!;
        const sex = s.oneOf(["female", "male"] as const);
        const verb = habit(s);
        const clause = `${s.name(sex)} ${tense.said} ${
          verb[tense.form]
        } ${verb.tail}`;
        return pair`${clause}, ${or(TAGS[right], TAGS[wrong])} ${
          PRONOUN[sex]
        }?`;
      },
      (s) => {
        const sex = s.oneOf(["female", "male"] as const);
        const { verb, object } = s.event();
        const choice = sex === "female" ? or("she", "he") : or("he", "she");
        const [said, form, tag] = s.oneOf(
          [["", "past", "didn't"], ["will", "base", "won't"], [
            "has",
            "participle",
            "hasn't",
          ]] as const,
        );
        return pair`${s.name(sex)} ${said} ${
          verb[form]
        } ${object}, ${tag} ${choice}?`;
      },
    ],
  },
];
