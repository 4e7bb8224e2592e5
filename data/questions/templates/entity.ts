/** ENTY: questions that ask for a thing, an animal, a language, a word … @module */

import type { ClassTemplates } from "./template.ts";

export const ENTITY: ClassTemplates = {
  code: "ENTY",
  known: {
    other: [
      "What {thingKind} is the {rarest} in {country} ?",
      "What is the {rarest} {thingKind} in {region} ?",
      "Which {thingKind} did {explorer} bring to {city} ?",
      "What {customKind} comes from {country} ?",
      "What {thingKind} {tribute} {person} ?",
      "What {thingKind} is shown on the flag of {country} ?",
      "Which {customKind} do the people of {city} like best ?",
      "Which rare {thingKind} did the {personKind} find in the {placeKind} ?",
      "Which {thingKind} did the {personKind} give to the {groupKind} ?",
      "Which {thingKind} did the {personKind} send to the {placeKind} ?",
    ],
    cremat: [
      "What did {scientist} invent ?",
      "What {writer} novel takes place in {city} ?",
      "Which painting made {painter} famous ?",
      "What is the title of the first opera by {composer} ?",
    ],
    lang: [
      "What language is spoken in {country} ?",
      "Which languages did {writer} speak ?",
    ],
    food: [
      "What do {animals} eat ?",
      "What is {food} made of ?",
      "What did {explorer} eat in {country} ?",
    ],
    currency: [
      "What is the currency of {country} ?",
      "What money is used in {city} ?",
    ],
    substance: [
      "What is {building} made of ?",
      "What material was first used for {invention} ?",
    ],
    color: [
      "What color are {animals} ?",
      "What colors are on the flag of {country} ?",
    ],
    term: [
      "What do you call the fear of {animals} ?",
      "What is the opposite of {oddWord} ?",
      "What is another word for {oddWord} ?",
    ],
  },
  heldOut: {
    other: [
      "Name one {thingKind} that {tribute} {person} .",
      "By the {personKind} in the {placeKind} , which rare {thingKind} was found ?",
      "{city} is known for which {customKind} ?",
      "What kind of {thingKind} would you find near {mountain} ?",
    ],
    cremat: [
      "Name a book that {writer} wrote in {city} .",
      "Which of {painter} 's works is the best ?",
    ],
    lang: ["In what language did {writer} write ?"],
    food: [
      "What is the favorite food of {animals} ?",
      "Which ingredients does {food} have ?",
    ],
    currency: ["What coins do people pay with in {country} ?"],
    term: ["What is a young one of {animals} called ?"],
    event: ["What war came before {event} ?"],
  },
};
