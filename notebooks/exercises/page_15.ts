/** Exercises and quiz of notebook 15. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

const MODEL_LABELS = ["DESC", "ENTY", "ABBR", "HUM", "LOC", "NUM"];

/** Labels of files, and their numbers in the list of the model. */
const FILES: readonly [string[], string[], number[]][] = [
  [["LOC", "HUM", "ABBR"], MODEL_LABELS, [4, 3, 2]],
  [["no", "yes", "no"], ["yes", "no"], [1, 0, 1]],
  [[], MODEL_LABELS, []],
];

const SST2_TOKENS = "we 'd say they 've won , have n't they !".split(" ");

const TEXTS: readonly [string[][], number, string[]][] = [
  [
    [["to", "be", "or"], ["not", "to", "be"]],
    1,
    ["[PAD]", "[UNK]", "be", "not", "or", "to"],
  ],
  [
    [["to", "be", "or"], ["not", "to", "be"]],
    2,
    ["[PAD]", "[UNK]", "be", "to"],
  ],
  // A property of every object in JavaScript.
  [
    [["constructor", "b"], ["constructor", "a"]],
    2,
    ["[PAD]", "[UNK]", "constructor"],
  ],
];

const ESCAPED: readonly [string, string][] = [
  ["Paris_", "Paris"],
  ["snake\\u_", "snake_"],
  ["caf\\233;_", "café"],
  ["\\128028;_", "🐜"],
  ["\\\\_", "\\"],
  // An escaped backslash before a u, and one before digits.
  ["\\\\u_", "\\u"],
  ["\\\\95;\\u_", "\\95;_"],
];

const MERGES: readonly [Record<string, number>, number, string[]][] = [
  [{ low: 5, lower: 2, newest: 6, widest: 3 }, 3, ["es", "est", "lo"]],
  [{ aaaa: 1 }, 2, ["aa", "aaaa"]],
  [{ ab: 1, cd: 1 }, 2, ["ab", "cd"]],
  [{ hug: 10, pug: 5, hugs: 5 }, 2, ["ug", "hug"]],
];

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** The exercises of notebook 15. */
export const EXERCISES_15 = {
  "15.1": exercise<
    (labels: readonly string[], modelLabels: readonly string[]) => number[]
  >({
    level: 1,
    minutes: 5,
    check(classesOf): Verdict {
      if (typeof classesOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [labels, modelLabels, expected] of FILES) {
        const found = classesOf(labels, modelLabels);
        if (json(found) === json(expected)) continue;
        return `${json(labels)} must become ${json(expected)} by the list ` +
          `${json(modelLabels)}; it becomes ${json(found)}.`;
      }
      try {
        const found = classesOf(["LOC", "COLOUR"], MODEL_LABELS);
        return `The label "COLOUR" is not in the list, so it must throw an ` +
          `error; it gives ${json(found)}.`;
      } catch {
        return undefined;
      }
    },
    hints: [
      "The number of a label is its index in the list of the model.",
      "indexOf gives the index, or -1.",
      "If indexOf gives -1, throw new RangeError(…).",
    ],
  }),
  "15.2": exercise<string[]>({
    level: 1,
    minutes: 5,
    check(tokens): Verdict {
      if (!Array.isArray(tokens)) {
        return "The answer must be a list of strings.";
      }
      const wrong = SST2_TOKENS.findIndex((token, i) => tokens[i] !== token);
      if (wrong >= 0) {
        return `Token ${wrong + 1} is not ${json(tokens[wrong])}.`;
      }
      return tokens.length === SST2_TOKENS.length
        ? undefined
        : `There are not ${tokens.length} tokens.`;
    },
    hints: [
      "It lower-cases, and nothing is thrown away.",
      "'d, 've and n't are tokens, and so are the comma and the mark.",
      '"haven\'t" becomes "have" and "n\'t"; there are 11 tokens.',
    ],
  }),
  "15.3": exercise<
    (texts: readonly (readonly string[])[], minFrequency: number) => string[]
  >({
    level: 2,
    minutes: 10,
    check(vocabularyOf): Verdict {
      if (typeof vocabularyOf !== "function") {
        return "The answer must be a function.";
      }
      for (const [texts, minFrequency, expected] of TEXTS) {
        const found = vocabularyOf(texts, minFrequency);
        if (json(found) === json(expected)) continue;
        return `${json(texts)} with minFrequency ${minFrequency} must give ` +
          `${json(expected)}; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Count the words of all texts first; a Map is best for it.",
      "Keep the words whose count is at least minFrequency, and sort them.",
      'Return ["[PAD]", "[UNK]", ...words.sort()].',
    ],
  }),
  "15.4": exercise<(escaped: string) => string>({
    level: 2,
    minutes: 10,
    check(unescape): Verdict {
      if (typeof unescape !== "function") {
        return "The answer must be a function.";
      }
      for (const [escaped, expected] of ESCAPED) {
        const found = unescape(escaped);
        if (found === expected) continue;
        return `${escaped} must become ${expected}; it becomes ${found}.`;
      }
      return undefined;
    },
    hints: [
      "Drop the last character, then look for backslashes from left to right.",
      "One regular expression can find all three escapes in one pass.",
      "String.fromCodePoint turns the number into its character.",
    ],
  }),
  "15.5": exercise<
    (words: Readonly<Record<string, number>>, numMerges: number) => string[]
  >({
    level: 3,
    minutes: 25,
    check(learnMerges): Verdict {
      if (typeof learnMerges !== "function") {
        return "The answer must be a function.";
      }
      for (const [words, numMerges, expected] of MERGES) {
        const found = learnMerges(words, numMerges);
        if (json(found) === json(expected)) continue;
        return `${json(words)} must give the merges ${json(expected)}; it ` +
          `gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Keep each word as a list of tokens, with its count.",
      "A pair counts as often as its word occurs, in every place in the word.",
      "To merge, go through the tokens and join a token to the last one if the " +
      "two are the pair.",
    ],
  }),
};

/** The quiz of notebook 15. */
export const QUIZ_15: readonly QuizQuestion[] = [
  {
    question:
      "A file for testing has four of a model's six labels. How are they numbered?",
    options: [
      {
        text: "Sorted, from 0 to 3.",
        reply: "Then a class would have another number than in training.",
      },
      {
        text: "By the list that is saved with the model.",
        isRight: true,
        reply: "Class 3 of the model must be class 3 of the file.",
      },
      {
        text: "In the order in which they occur.",
        reply: "Another order of the lines would give other numbers.",
      },
    ],
  },
  {
    question: "What does the trailing underscore of the original tokenizer do?",
    options: [
      {
        text: "It marks where a token ends, so that the text can be restored.",
        isRight: true,
        reply: "After concatenation, the underscores show where to cut.",
      },
      {
        text: "It is the id of padding.",
        reply: "Padding has an id of its own; it is no part of a text.",
      },
      {
        text: "It replaces unknown characters.",
        reply: "Those are written as their code point, between \\ and ;.",
      },
    ],
  },
  {
    question: "Why can a text not be restored exactly from BERT's ids?",
    options: [
      {
        text: "Word pieces cannot be joined to words.",
        reply: "They can: ## marks the pieces that continue a word.",
      },
      {
        text: "The special tokens are in the way.",
        reply: "They are omitted when the ids are decoded.",
      },
      {
        text: "Capitals, accents and the spaces around marks are lost.",
        isRight: true,
        reply: "Phases 1 and 2 lose them before the ids are looked up.",
      },
    ],
  },
  {
    question: "Why should unknown words not have the id of padding?",
    options: [
      {
        text: "Ids must be larger than 0.",
        reply: "0 is an id like any other.",
      },
      {
        text: "A mask made from ids would hide them.",
        isRight: true,
        reply: "And nobody could tell from the ids where a text ends.",
      },
      {
        text: "Padding is more frequent.",
        reply: "How frequent it is does not matter.",
      },
    ],
  },
  {
    question: "What is the price of a small list of subtokens?",
    options: [
      {
        text: "More tokens in a text.",
        isRight: true,
        reply: "Rare words are spelled in many pieces, so sequences grow.",
      },
      {
        text: "More unknown words.",
        reply: "Its letters are in the list, so no word is unknown.",
      },
      {
        text: "A larger table of embeddings.",
        reply: "The table has a row for each subtoken, so it is smaller.",
      },
    ],
  },
];
