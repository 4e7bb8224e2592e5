/** ABBR: questions that ask for a short form, or what it stands for. @module */

import type { ClassTemplates } from "./template.ts";

export const ABBREVIATION: ClassTemplates = {
  code: "ABBR",
  known: {
    exp: [
      "What does {letters} stand for ?",
      "What is the full form of {letters} ?",
      "What do the letters {letters} mean ?",
    ],
    abb: [
      "What is the abbreviation for {longName} ?",
      "How is {longName} abbreviated ?",
    ],
  },
  heldOut: {
    exp: [
      "What is {letters} short for ?",
      "{letters} is an acronym for what ?",
    ],
    abb: ["What are the initials of {longName} ?"],
  },
};
