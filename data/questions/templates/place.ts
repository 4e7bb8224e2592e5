/** LOC: questions that ask for a place. @module */

import type { ClassTemplates } from "./template.ts";

export const PLACE: ClassTemplates = {
  code: "LOC",
  known: {
    city: [
      "What is the capital of {country} ?",
      "What city has the {largest} harbor in {region} ?",
      "In which city is {building} ?",
    ],
    country: [
      "What country does {person} come from ?",
      "Which countries does {river} flow through ?",
      "What country has the most {counted} ?",
    ],
    mount: [
      "What is the highest mountain in {country} ?",
      "Which mountain did {explorer} climb ?",
    ],
    other: [
      "Where is {mountain} ?",
      "Where was {person} born ?",
      "Where do {animals} live ?",
      "Where does {river} begin ?",
      "Where can I see {painting} ?",
      "Where did {event} start ?",
      "What {placeKind} {tribute} {person} ?",
      "What is the {largest} {placeKind} in {region} ?",
      "Which {placeKind} did {explorer} discover ?",
      "What {placeKind} was home to {person} ?",
      "What {placeKind} is close to {city} ?",
      "In what {placeKind} does {book} take place ?",
      "In which {placeKind} did the {personKind} find a rare {thingKind} ?",
      "To which {placeKind} did the {personKind} send the {thingKind} ?",
    ],
  },
  heldOut: {
    city: ["{person} died in which city ?"],
    country: [
      "From which country do we get {food} ?",
      "Name a country that borders {country} .",
    ],
    other: [
      "Name the {placeKind} that {person} loved .",
      "Through which {placeKind} does one pass on the way to {city} ?",
      "Whereabouts is {building} ?",
      "A rare {thingKind} was found by the {personKind} in which {placeKind} ?",
      "What {placeKind} would you visit to see {animals} ?",
      "At what place did {explorer} cross {river} ?",
    ],
  },
};
