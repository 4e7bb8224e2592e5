/** HUM: questions that ask for a person or a group of people. @module */

import type { ClassTemplates } from "./template.ts";

export const PERSON: ClassTemplates = {
  code: "HUM",
  known: {
    ind: [
      "Who invented {invention} ?",
      "Who wrote {book} ?",
      "Who composed {music} ?",
      "Who painted {painting} ?",
      "Who was the first woman to climb {mountain} ?",
      "Who led {country} during {event} ?",
      "Who 's the {richest} {personKind} in {country} ?",
      "What {personKind} was born in {city} ?",
      "Which {personKind} lived near {river} ?",
      "What {personKind} was a friend of {person} ?",
      "What is the name of the {personKind} who visited {country} after {event} ?",
      "What {personKind} gave {building} its name ?",
      "Who discovered {concept} ?",
      "Who designed {building} ?",
      "Which {personKind} found a rare {thingKind} in the {placeKind} ?",
      "Which {personKind} gave the {thingKind} to the {groupKind} ?",
    ],
    desc: ["Who was {person} ?", "Who is {person} ?"],
    gr: [
      "What {groupKind} paid for {building} ?",
      "Which {groupKind} did the {personKind} give the {thingKind} to ?",
      "What is the {richest} {groupKind} in {country} ?",
      "Which {groupKind} is based in {city} ?",
      "What {groupKind} first sold {invention} ?",
    ],
    title: ["What was the profession of {person} ?"],
  },
  heldOut: {
    ind: [
      "Name the {personKind} who crossed {river} .",
      "{invention} was invented by which {personKind} ?",
      "Whose portrait hangs in the {largest} museum of {city} ?",
      "By whom was {book} translated ?",
      "By which {personKind} was the {thingKind} sent to the {placeKind} ?",
      "With which {personKind} did {person} travel to {country} ?",
      "I 'd like to know the author of {book} .",
    ],
    desc: ["Tell me who {person} was ."],
    gr: [
      "Name a {groupKind} from {country} .",
      "Which {groupKind} did {person} work for ?",
    ],
  },
};
