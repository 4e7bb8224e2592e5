/** A question word needs a gap in its clause, and some clauses let nothing out. @module */

import { or, pair } from "../grammar/pair.ts";
import { type Event, type Speaker, THINGS } from "../grammar/speaker.ts";
import { PLACES } from "../lexicon/modifiers.ts";
import type { Phenomenon } from "./phenomenon.ts";

const KNOWING =
  `knew, remembered, forgot, discovered, guessed, noticed, heard, revealed,
  understood, learned`.split(/,\s*/);
const NEWS = "rumor, story, claim, report, news".split(", ");
const ADJUNCTS = ["after", "before"] as const;

/** Two things that one may do to the same object, each with another object. */
const COUPLES = [
  ["cook", "rice", "eat", "beans"],
  ["bake", "bread", "sell", "cookies"],
  ["write", "article", "publish", "interview"],
  ["wash", "curtains", "iron", "shirts"],
  ["design", "shed", "build", "fence"],
  ["catch", "butterfly", "release", "beetle"],
  ["break", "vase", "repair", "clock"],
  ["steal", "ring", "hide", "necklace"],
  ["find", "wallet", "return", "keys"],
  ["draw", "map", "frame", "photo"],
  ["plant", "tulips", "water", "roses"],
  ["pack", "tent", "carry", "food"],
] as const;

/** Which things, of a kind that has many. */
const which = (s: Speaker, { noun }: Event): string =>
  `which ${noun[s.number()]}`;

export const EXTRACTION: readonly Phenomenon[] = [
  {
    code: "gap1",
    title: "Filler and gap",
    explanation:
      "what needs a gap and that allows none: I know what she ate; I know that she ate it; not: I know that she devoured.",
    outOfDomain: false,
    frames: [
      (s) => {
        const filled = s.chance();
        const { verb, object } = s.event(THINGS, { strict: true });
        const choice = filled ? or("that", "what") : or("what", "that");
        const clause = `${s.someone()} ${verb.past} ${filled ? object : ""}`;
        return pair`${s.people()} ${s.oneOf(KNOWING)} ${choice} ${clause} ${
          s.chance(0.3) ? s.oneOf(PLACES) : ""
        }.`;
      },
      (s) => {
        const filled = s.chance();
        const { verb, object } = s.event(["person"]);
        const choice = filled ? or("that", "who") : or("who", "that");
        const clause = `${s.someone()} had ${verb.participle} ${
          filled ? object : ""
        }`;
        return pair`${s.people()} ${s.oneOf(KNOWING)} ${choice} ${clause} ${
          s.chance(0.3) ? s.oneOf(PLACES) : ""
        }.`;
      },
      (s) => {
        const filled = s.chance();
        const { verb, object } = s.event(THINGS, { strict: true });
        const choice = filled ? or(object, "") : or("", object);
        const clause = `${
          filled ? "that" : "what"
        } ${s.someone()} will ${verb.base}`;
        return pair`${
          s.oneOf(["nobody knows", "I know", "they know", "we know"])
        } ${clause} ${choice} ${s.chance(0.3) ? s.oneOf(PLACES) : ""}.`;
      },
    ],
  },
  {
    code: "gap2",
    title: "Gaps in relative clauses",
    explanation:
      "A relative clause leaves its object out, another clause does not: the car that she bought; so cheap that she bought it.",
    outOfDomain: true,
    frames: [
      (s) => {
        const { verb, noun } = s.event(THINGS, { strict: true });
        const clause = `the ${noun.singular} that ${s.someone()} ${verb.past}`;
        return pair`${clause} ${or("", "it")} was ${s.adjective(noun.kind)}.`;
      },
      (s) => {
        const { verb, noun } = s.event(THINGS, { strict: true });
        const clause = `the ${noun.singular} was so ${s.adjective(noun.kind)}`;
        return pair`${clause} that ${s.someone()} ${verb.past} ${
          or("it", "")
        }.`;
      },
    ],
  },
  {
    code: "isl1",
    title: "Islands",
    explanation:
      "A question word cannot leave an adjunct, a conjunct or a noun's clause: not: what did he laugh after she sold?",
    outOfDomain: false,
    frames: [
      (s) => {
        const [first, second] = [s.event(THINGS), s.event(THINGS)];
        const subject = s.someone();
        const adjunct = s.oneOf(ADJUNCTS);
        const asked = which(s, first);
        return pair`${asked} did ${subject} ${
          or(
            `${first.verb.base} ${adjunct} ${second.verb.progressive} ${second.object}`,
            `${second.verb.base} ${second.object} ${adjunct} ${first.verb.progressive}`,
          )
        }?`;
      },
      (s) => {
        const [first, one, second, two] = s.oneOf(COUPLES);
        const subject = s.someone();
        const right = s.chance()
          ? `what did ${subject} ${first} and ${second}?`
          : `when did ${subject} ${first} the ${one} and ${second} the ${two}?`;
        const wrong = `what did ${subject} ${first} the ${one} and ${second}?`;
        return pair`${or(right, wrong)}`;
      },
      (s) => {
        const { verb, object } = s.event(["person"]);
        const [hearer, subject] = [s.someone(), s.someone()];
        const noun = s.oneOf(NEWS);
        const right = s.chance()
          ? `who heard the ${noun} that ${subject} had ${verb.participle} ${object}?`
          : `when did ${hearer} hear the ${noun} that ${subject} had ${verb.participle} ${object}?`;
        const wrong =
          `who did ${hearer} hear the ${noun} that ${subject} had ${verb.participle}?`;
        return pair`${or(right, wrong)}`;
      },
      (s) => {
        const { verb, object } = s.event(THINGS);
        const { verb: met, object: person } = s.event(["person"]);
        const subject = s.someone();
        const right = s.chance()
          ? `who ${met.past} ${person} who ${verb.past} ${object}?`
          : `why did ${subject} ${met.base} ${person} who ${verb.past} ${object}?`;
        const wrong =
          `what did ${subject} ${met.base} ${person} who ${verb.past}?`;
        return pair`${or(right, wrong)}`;
      },
    ],
  },
];
