/** DESC: questions that ask for a definition, a description, a manner or a reason. @module */

import type { ClassTemplates } from "./template.ts";

export const DESCRIPTION: ClassTemplates = {
  code: "DESC",
  known: {
    def: [
      "What is {concept} ?",
      "What is {thing} ?",
      "What is meant by {concept} ?",
      "What does the word {oddWord} mean ?",
      "What 's the difference between {concept} and {concept} ?",
    ],
    manner: [
      "How do you {chore} ?",
      "How can I {chore} ?",
      "How does {machine} work ?",
      "How do {animals} find their food ?",
      "How was {building} built ?",
      "How did {person} become famous ?",
    ],
    reason: [
      "Why do {animals} {habit} ?",
      "What causes {phenomenon} ?",
      "Why do so many people move to {city} ?",
      "Why did {person} leave {city} ?",
      "What led to {event} ?",
      "Why are there so many {counted} in {country} ?",
      "Why did the {personKind} look for a rare {thingKind} in the {placeKind} ?",
    ],
    desc: [
      "What is the history of {building} ?",
      "What happened after {event} ?",
      "What is the origin of the word {oddWord} ?",
      "What is the story of {book} ?",
      "What do the people of {country} think of {person} ?",
    ],
  },
  heldOut: {
    def: ["Define {concept} .", "What exactly is {thing} ?"],
    manner: [
      "Explain how {machine} works .",
      "What is the best way to {chore} ?",
      "In what way did {event} change {country} ?",
    ],
    reason: [
      "For what reason do {animals} {habit} ?",
      "What makes {animals} {habit} ?",
      "How come {animals} {habit} ?",
      "Can you tell me why {person} left {country} ?",
    ],
    desc: [
      "Tell me about the life of {animals} .",
      "What was {city} like before {event} ?",
      "What are the effects of {concept} ?",
    ],
  },
};
