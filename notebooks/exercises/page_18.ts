/** Exercises and quiz of notebook 18. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

const isClose = (found: unknown, expected: number): boolean =>
  typeof found === "number" && Math.abs(found - expected) <= 1e-6;

type Span = [type: string, start: number, end: number];

/** Tags, such as "B-PER O", and the spans that they mark. */
const SPANS: readonly [string, Span[]][] = [
  ["B-PER I-PER O B-LOC", [["PER", 0, 2], ["LOC", 3, 4]]],
  ["O O", []],
  ["B-PER B-PER I-PER", [["PER", 0, 1], ["PER", 1, 3]]],
  // An I- that continues nothing begins an entity.
  ["O I-ORG I-ORG", [["ORG", 1, 3]]],
  ["B-ORG I-PER I-PER O", [["ORG", 0, 1], ["PER", 1, 3]]],
];

/** The same tags in IOB1 and in IOB2. */
const SCHEMES: readonly [string, string][] = [
  ["I-PER I-PER O I-LOC", "B-PER I-PER O B-LOC"],
  ["O I-PER B-PER I-PER", "O B-PER B-PER I-PER"],
  ["I-ORG I-PER I-PER", "B-ORG B-PER I-PER"],
  ["I-LOC O I-LOC", "B-LOC O B-LOC"],
];

type Scores = { precision: number; recall: number; f1: number };

/** Predicted and actual spans of two sentences each. */
const SCORED: readonly [Span[][], Span[][], Scores][] = [
  [
    [[["PER", 0, 2], ["LOC", 3, 4]], []],
    [[["PER", 0, 2], ["ORG", 3, 4]], [["PER", 0, 1]]],
    { precision: 1 / 2, recall: 1 / 3, f1: 2 / 5 },
  ],
  // Half of a name; and the right words in another sentence.
  [
    [[["PER", 0, 1]], [["LOC", 2, 3]]],
    [[["PER", 0, 2], ["LOC", 2, 3]], []],
    { precision: 0, recall: 0, f1: 0 },
  ],
  [[[], []], [[["PER", 0, 1]], []], { precision: 0, recall: 0, f1: 0 }],
  [
    [[["PER", 0, 1]], [["PER", 0, 1]]],
    [[["PER", 0, 1]], [["PER", 0, 1]]],
    { precision: 1, recall: 1, f1: 1 },
  ],
];

type Tagged = { words: string[]; tags: string[] };

const TAGGED: readonly Tagged[] = [
  { words: ["Marlow", "yawned"], tags: ["B-PER", "O"] },
  { words: ["Nobody", "left", "Marlow"], tags: ["O", "O", "B-LOC"] },
  { words: ["Ada", "Marlow", "left"], tags: ["B-PER", "I-PER", "O"] },
  { words: ["Marlow", "slept"], tags: ["B-LOC", "O"] },
  { words: ["Ada", "constructor"], tags: ["B-PER", "O"] },
];

const USUAL: readonly [string, string][] = [
  ["Marlow", "B-LOC"],
  ["Ada", "B-PER"],
  ["left", "O"],
  ["marlow", "O"],
  ["Puddlewick", "O"],
  // Names that every object of JavaScript has.
  ["constructor", "O"],
  ["toString", "O"],
];

const LABELS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"];

/** A row of probabilities for each word, in per cent, and the best allowed tags. */
const PATHS: readonly [number[][], string][] = [
  [[[10, 5, 5, 70, 10], [10, 5, 5, 10, 70]], "B-PER I-PER"],
  // The best tag of the second word may not follow.
  [[[80, 5, 5, 5, 5], [30, 10, 45, 10, 5]], "O O"],
  // Better to change the first tag than the second.
  [[[5, 50, 5, 39, 1], [1, 1, 1, 1, 96]], "B-PER I-PER"],
  // No I- at the beginning.
  [[[5, 5, 10, 20, 60], [20, 5, 5, 5, 65]], "B-PER I-PER"],
  [
    [[10, 70, 5, 10, 5], [10, 5, 70, 10, 5], [15, 5, 60, 15, 5]],
    "B-LOC I-LOC I-LOC",
  ],
  // A choice that looks poor at first pays off later.
  [
    [[5, 60, 1, 33, 1], [20, 5, 24, 1, 50], [1, 1, 2, 1, 95]],
    "B-PER I-PER I-PER",
  ],
];

/** The exercises of notebook 18. */
export const EXERCISES_18 = {
  "18.1": exercise<{ accuracy: number; recall: number }>({
    level: 1,
    minutes: 3,
    check(answer): Verdict {
      const expected = { accuracy: 0.92, recall: 0 };
      for (const name of ["accuracy", "recall"] as const) {
        const found = answer?.[name];
        if (typeof found !== "number") {
          return "The answer must be an object of two numbers, " +
            "{ accuracy, recall }.";
        }
        if (!isClose(found, expected[name])) {
          return `The ${name} is not ${found}.`;
        }
      }
      return undefined;
    },
    hints: [
      "Accuracy counts words, recall counts entities.",
      "400 entities of two words each are 800 words that are not O.",
      "A program that says O finds none of the 400 entities.",
    ],
  }),
  "18.2": exercise<(tags: readonly string[]) => Span[]>({
    level: 2,
    minutes: 12,
    check(spansOf): Verdict {
      if (typeof spansOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [tags, expected] of SPANS) {
        const found = spansOf(tags.split(" "));
        if (json(found) === json(expected)) continue;
        return `${tags} must give ${json(expected)}; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "tag.slice(2) is the type; of O it is the empty text.",
      "A span goes on if the tag is I- and the span before ends here with its type.",
      "Otherwise every tag but O pushes a new span, [type, i, i + 1].",
    ],
  }),
  "18.3": exercise<(tags: readonly string[]) => string[]>({
    level: 1,
    minutes: 8,
    check(toIob2): Verdict {
      if (typeof toIob2 !== "function") return "The answer must be a function.";
      for (const [tags, expected] of SCHEMES) {
        const given = tags.split(" ");
        const found = toIob2(given);
        if (given.join(" ") !== tags) return "The given tags must not change.";
        if (json(found) === json(expected.split(" "))) continue;
        return `${tags} must give ${expected}; it gives ${
          Array.isArray(found) ? found.join(" ") : json(found)
        }.`;
      }
      return undefined;
    },
    hints: [
      "O and B- stay as they are.",
      "An I- becomes B- unless the tag before it has the same type.",
      "tags[i - 1]?.slice(2) is the type before, undefined for the first word.",
    ],
  }),
  "18.4": exercise<
    (
      predicted: readonly (readonly Span[])[],
      actual: readonly (readonly Span[])[],
    ) => Scores
  >({
    level: 2,
    minutes: 12,
    check(scoresOf): Verdict {
      if (typeof scoresOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [predicted, actual, expected] of SCORED) {
        const found = scoresOf(predicted, actual);
        for (const name of ["precision", "recall", "f1"] as const) {
          if (isClose(found?.[name], expected[name])) continue;
          return `Predicted ${json(predicted)}, actual ${json(actual)}: ` +
            `\`${name}\` must be ${Number(expected[name].toFixed(4))}; it is ${
              json(found?.[name])
            }.`;
        }
      }
      return undefined;
    },
    hints: [
      "Compare the spans of a sentence with those of the same sentence.",
      "Two arrays are never ===: compare all three entries, or their text.",
      "F1 is 2 · right / (predicted + actual). A share of nothing is 0.",
    ],
  }),
  "18.5": exercise<(sentences: readonly Tagged[]) => (word: string) => string>({
    level: 2,
    minutes: 12,
    check(usualTags): Verdict {
      if (typeof usualTags !== "function") {
        return "The answer must be a function.";
      }
      const usualTag = usualTags(TAGGED);
      if (typeof usualTag !== "function") {
        return "The function must return a function, (word) => tag.";
      }
      for (const [word, expected] of USUAL) {
        const found = usualTag(word);
        if (found === expected) continue;
        return `"${word}" must give ${expected}; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "A Map from each word to a Map from each tag to its count.",
      "A word that is not in the Map has the tag O.",
      "Go through a word's counts and keep the tag with the largest.",
    ],
  }),
  "18.6": exercise<
    (
      probabilities: readonly (readonly number[])[],
      labels: readonly string[],
    ) => string[]
  >({
    level: 3,
    minutes: 25,
    check(bestTags): Verdict {
      if (typeof bestTags !== "function") {
        return "The answer must be a function.";
      }
      for (const [rows, expected] of PATHS) {
        const probabilities = rows.map((row) => row.map((each) => each / 100));
        const found = bestTags(probabilities, LABELS);
        if (json(found) === json(expected.split(" "))) continue;
        return `For the labels ${LABELS.join(" ")} and ${
          json(probabilities)
        } the best tags are ${expected}; it gives ${
          Array.isArray(found) ? found.join(" ") : json(found)
        }.`;
      }
      // 5 ** 40 sequences cannot be tried one by one.
      const many = Array.from({ length: 40 }, () => [0.1, 0.2, 0.3, 0.2, 0.2]);
      const found = bestTags(many, LABELS);
      const right = ["B-LOC", ...Array<string>(39).fill("I-LOC")];
      return json(found) === json(right)
        ? undefined
        : "It must find the best tags of 40 words, too.";
    },
    hints: [
      "For each word and each tag keep the best sequence that ends with it.",
      "An I- may follow B- and I- of its type only: not O, nor the beginning.",
      "Extend the best sequences of the word before, multiply, keep the largest product.",
    ],
  }),
};

/** The quiz of notebook 18. */
export const QUIZ_18: readonly QuizQuestion[] = [
  {
    question: "What does the `B-` in B-PER tell that I-PER does not?",
    options: [
      {
        text: "That the word is a first name.",
        reply: "A place or a product has B-, too; it is about the position.",
      },
      {
        text:
          "That an entity begins here, even if another of its type ends before.",
        isRight: true,
        reply: "Without it two neighbours of one type would be one entity.",
      },
      {
        text: "That the model is sure of the word.",
        reply: "How sure it is, its probability tells.",
      },
    ],
  },
  {
    question:
      "A model tags 95 % of the words right. How many entities does it find?",
    options: [
      {
        text: "95 % of them.",
        reply: "Most words are O, and those are easy.",
      },
      {
        text: "More than 95 %, as names have capitals.",
        reply: "This model sees no capitals.",
      },
      {
        text: "That cannot be told.",
        isRight: true,
        reply: "If 95 % of the words are O, it may find none.",
      },
    ],
  },
  {
    question:
      "The name is `Ada Byron`, the model marks `Ada`. What is counted?",
    options: [
      {
        text: "An entity that is wrong, and one that was missed.",
        isRight: true,
        reply: "An entity is right if its type and both of its ends are right.",
      },
      {
        text: "Half of an entity.",
        reply: "This score knows no halves.",
      },
      {
        text: "Nothing, as a part was right.",
        reply: "The prediction lowers precision, and the name lowers recall.",
      },
    ],
  },
  {
    question: "Why does only the first piece of a word have a label?",
    options: [
      {
        text: "The other pieces are not in the vocabulary.",
        reply: "All pieces are: that is why the word is split.",
      },
      {
        text: "BERT does not read the others.",
        reply: "It reads all of them; only the loss and the tags ignore them.",
      },
      {
        text: "Each word has one tag, so it is read at one place.",
        isRight: true,
        reply: "The hidden state of that piece knows the others by attention.",
      },
    ],
  },
  {
    question: "What can an uncased model not tell apart?",
    options: [
      {
        text: "A person and a place.",
        reply: "The words around a name tell that.",
      },
      {
        text: "`Bill` and `bill` at the same place of a sentence.",
        isRight: true,
        reply: "Both are the same token, so the input is the same.",
      },
      {
        text: "A name that it knows and a new one.",
        reply: "They are different tokens.",
      },
    ],
  },
];
