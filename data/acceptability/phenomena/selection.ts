/** A verb chooses the form of the clause that follows it. @module */

import { or, pair } from "../grammar/pair.ts";
import type { Speaker } from "../grammar/speaker.ts";
import { type Activity, HOBBIES, PASTIMES } from "../lexicon/verbs.ts";
import type { Phenomenon } from "./phenomenon.ts";

const TO_VERBS =
  `hoped, decided, refused, agreed, promised, pretended, threatened, wanted,
  hesitated, failed, vowed, expected, wished, longed`.split(/,\s*/);
const ING_VERBS =
  `enjoyed, avoided, finished, kept, suggested, admitted, denied, recalled,
  imagined, considered, postponed, delayed, resumed`.split(/,\s*/);
const CAUSING =
  `forced, invited, encouraged, persuaded, tempted, compelled, enabled, hired,
  motivated, helped`.split(/,\s*/);
const THINKING =
  `hoped, said, complained, announced, insisted, argued, concluded, boasted, replied,
  remarked`.split(/,\s*/);

const habit = (s: Speaker): Activity => s.word(s.chance() ? HOBBIES : PASTIMES);

export const SELECTION: readonly Phenomenon[] = [
  {
    code: "sel1",
    title: "Infinitive or -ing",
    explanation:
      "want takes to, enjoy takes -ing: she wanted to swim, she enjoyed swimming; not: she enjoyed to swim.",
    outOfDomain: false,
    frames: [
      (s) => {
        const { base, progressive, tail } = habit(s);
        const choice = or(`to ${base}`, progressive);
        return pair`${s.people()} ${s.oneOf(TO_VERBS)} ${choice} ${tail}.`;
      },
      (s) => {
        const { base, progressive, tail } = habit(s);
        const choice = or(progressive, `to ${base}`);
        return pair`${s.people()} ${s.oneOf(ING_VERBS)} ${choice} ${tail}.`;
      },
    ],
  },
  {
    code: "sel2",
    title: "Object with infinitive or that-clause",
    explanation:
      "force takes a person and to, hope takes that: she forced him to swim, she hoped that he would; not: she hoped him to swim.",
    outOfDomain: true,
    frames: [
      (s) => {
        const { base, tail } = habit(s);
        const choice = or(s.oneOf(CAUSING), s.oneOf(THINKING));
        return pair`${s.people()} ${choice} ${s.someone()} to ${base} ${tail}.`;
      },
      (s) => {
        const { base, tail } = habit(s);
        const choice = or(s.oneOf(THINKING), s.oneOf(CAUSING));
        return pair`${s.people()} ${choice} that ${s.someone()} would ${base} ${tail}.`;
      },
    ],
  },
];
