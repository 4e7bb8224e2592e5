/** NUM: questions that ask for a count, a date, a size, a price … @module */

import type { ClassTemplates } from "./template.ts";

export const NUMBER: ClassTemplates = {
  code: "NUM",
  known: {
    count: [
      "How many {counted} are there in {country} ?",
      "How many {counted} does {city} have ?",
      "How many novels did {writer} write ?",
      "What is the {amount} of {country} ?",
    ],
    date: [
      "When was {person} born ?",
      "When did {event} begin ?",
      "What year was {invention} invented ?",
      "In what year did {explorer} reach {country} ?",
      "When was {building} built ?",
      "In which year did the {personKind} find a rare {thingKind} in the {placeKind} ?",
    ],
    dist: [
      "How {unit} is {building} ?",
      "How far did the {personKind} travel from the {placeKind} ?",
      "How far is it from {city} to {city} ?",
      "What is the length of {river} ?",
      "How high is {mountain} ?",
    ],
    money: [
      "How much does {goods} cost in {country} ?",
      "What is the price of {goods} ?",
    ],
    period: ["How long does {animal} live ?", "How long did {event} last ?"],
    weight: ["How much does {animal} weigh ?"],
    perc: ["What percentage of the people of {country} live in cities ?"],
  },
  heldOut: {
    count: [
      "What number of {counted} does {country} have ?",
      "Count the {counted} of {city} .",
    ],
    date: [
      "On what date did {person} die ?",
      "In which century was {building} finished ?",
      "Since when have people used {invention} ?",
    ],
    dist: [
      "What is the distance between {city} and {city} ?",
      "How deep is {river} ?",
    ],
    money: ["What would I pay for {goods} in {city} ?"],
    period: ["At what age did {person} move to {city} ?"],
    speed: ["How fast can {animal} run ?"],
    temp: ["How cold does it get on {mountain} ?"],
  },
};
