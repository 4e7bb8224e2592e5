/** Exercises and quiz of notebook 1. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

/** A line of CoLA as an object. */
type Line = { source: string; label: number; mark: string; text: string };

const LINES: readonly [string, Line][] = [
  ["isl1\t0\t*\tWho did you see and Bill?", {
    source: "isl1",
    label: 0,
    mark: "*",
    text: "Who did you see and Bill?",
  }],
  ['gj04\t1\t\tShe said "no".', {
    source: "gj04",
    label: 1,
    mark: "",
    text: 'She said "no".',
  }],
  ['x\t0\t??\t"It rained, and', {
    source: "x",
    label: 0,
    mark: "??",
    text: '"It rained, and',
  }],
];

/** Four counts and their MCC, by hand. */
const COUNTS: readonly [[number, number, number, number], number, string][] = [
  [[3, 5, 0, 0], 1, "all answers are right"],
  [[0, 0, 4, 2], -1, "all answers are wrong"],
  // (6·3 − 1·2) / √(7·8·4·5) = 16 / √1120
  [[6, 3, 1, 2], 16 / Math.sqrt(1120), "there are answers of all four kinds"],
  [[354, 0, 162, 0], 0, "every answer is 1, so the denominator is 0"],
];

const SENTENCES: readonly [string, number][] = [
  ["It rained.", 2],
  ["The waitress described herself in the old letter.", 8],
  ["The waitress described herself in the very old letter.", 9],
  ["One two three four five six seven eight nine ten.", 10],
];

/** Examples of sources: how many sentences each has, and how many are unacceptable. */
function examplesOf(
  sources: Record<string, { size: number; unacceptable: number }>,
): { source: string; label: number }[] {
  return Object.entries(sources).flatMap(([source, { size, unacceptable }]) =>
    Array.from(
      { length: size },
      (_, i) => ({ source, label: i < unacceptable ? 0 : 1 }),
    )
  );
}

const SOURCES = [
  {
    worst: "small",
    sources: {
      large: { size: 50, unacceptable: 20 },
      small: { size: 4, unacceptable: 3 },
      fine: { size: 10, unacceptable: 0 },
    },
  },
  {
    worst: "b",
    sources: {
      a: { size: 10, unacceptable: 5 },
      b: { size: 10, unacceptable: 6 },
    },
  },
];

/** The exercises of notebook 1. */
export const EXERCISES_01 = {
  "1.1": exercise<{ accuracy: number; mcc: number }>({
    level: 1,
    minutes: 5,
    check(answer): Verdict {
      const { accuracy, mcc } = answer ?? {};
      if (typeof accuracy !== "number" || typeof mcc !== "number") {
        return "The answer must be an object of two numbers, { accuracy, mcc }.";
      }
      if (accuracy > 1) {
        return `An accuracy is a share between 0 and 1; yours is ${accuracy}.`;
      }
      if (Math.abs(accuracy - 354 / 516) > 0.0006) {
        return `The accuracy is not ${accuracy}.`;
      }
      return Math.abs(mcc) < 1e-9 ? undefined : `The MCC is not ${mcc}.`;
    },
    hints: [
      "For how many of the 516 sentences is the answer right?",
      "A program that never says 0 has no true negatives and no false negatives.",
      "The accuracy is 354 / 516. In the formula of MCC, TN and FN are 0.",
    ],
  }),
  "1.2": exercise<(line: string) => Line>({
    level: 1,
    minutes: 5,
    check(parse): Verdict {
      if (typeof parse !== "function") return "The answer must be a function.";
      for (const [line, expected] of LINES) {
        const found = parse(line);
        if (typeof found !== "object" || found === null) {
          return "The function must return an object.";
        }
        for (const name of ["source", "label", "mark", "text"] as const) {
          if (found[name] === expected[name]) continue;
          return `For ${JSON.stringify(line)} the ${name} must be ` +
            `${JSON.stringify(expected[name])}; it is ` +
            `${JSON.stringify(found[name])}.`;
        }
      }
      return undefined;
    },
    hints: [
      "A string has the method split.",
      "The label comes out of split as a string; Number makes a number of it.",
      'line.split("\\t") gives the source, the label, the mark and the text.',
    ],
  }),
  "1.3": exercise<(tp: number, tn: number, fp: number, fn: number) => number>({
    level: 2,
    minutes: 10,
    check(mcc): Verdict {
      if (typeof mcc !== "function") return "The answer must be a function.";
      for (const [counts, expected, when] of COUNTS) {
        const found = mcc(...counts);
        if (Math.abs(found - expected) < 1e-9) continue;
        return `For tp, tn, fp, fn = ${counts.join(", ")} (${when}) the MCC ` +
          `must be ${Number(expected.toFixed(4))}; it is ${found}.`;
      }
      return undefined;
    },
    hints: [
      "Write the formula of section 1.7 letter by letter.",
      "The denominator is the square root of a product of four sums.",
      "Compute the product first and return 0 if it is 0.",
    ],
  }),
  "1.4": exercise<(text: string) => number>({
    level: 2,
    minutes: 10,
    check(judge): Verdict {
      if (typeof judge !== "function") return "The answer must be a function.";
      for (const [text, numWords] of SENTENCES) {
        const expected = numWords <= 8 ? 1 : 0;
        const found = judge(text);
        if (found === expected) continue;
        return `"${text}" has ${numWords} words, so the answer must be ` +
          `${expected}; it is ${JSON.stringify(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Count the words, not the letters.",
      "text.split(/\\s+/) cuts a sentence at its spaces.",
      "Return 1 if that list has at most 8 members, otherwise 0.",
    ],
  }),
  "1.5": exercise<
    (examples: readonly { source: string; label: number }[]) => string
  >({
    level: 3,
    minutes: 15,
    check(worstSource): Verdict {
      if (typeof worstSource !== "function") {
        return "The answer must be a function.";
      }
      for (const { sources, worst } of SOURCES) {
        const found = worstSource(examplesOf(sources));
        if (found === worst) continue;
        const given = Object.entries(sources).map(([name, each]) =>
          `${name} ${each.unacceptable} of ${each.size}`
        );
        return `With unacceptable sentences ${
          given.join(", ")
        } the answer must ` +
          `be "${worst}"; it is ${JSON.stringify(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Map.groupBy divides a list into the sentences of each source.",
      "The share is the number of sentences with label 0 divided by the size.",
      "Make a list of { source, share }, sort it by share and take the first.",
    ],
  }),
};

/** The quiz of notebook 1. */
export const QUIZ_01: readonly QuizQuestion[] = [
  {
    question: "What does pretraining need?",
    options: [
      {
        text: "Much text without labels.",
        isRight: true,
        reply: "The hidden words themselves are the right answers.",
      },
      {
        text: "Many sentences that people have labelled.",
        reply: "Labels are needed for fine-tuning, and only some thousand.",
      },
      {
        text: "The data of the task that the model is meant for.",
        reply: "Pretraining is general; the task comes with fine-tuning.",
      },
    ],
  },
  {
    question: "Which parameters does fine-tuning change?",
    options: [
      {
        text: "Only those of the new layer on top.",
        reply:
          "That is possible, and is called freezing the rest. Usually all change.",
      },
      {
        text: "Those of the pretrained network and of the new layer.",
        isRight: true,
        reply: "All are trained further, the pretrained ones by small steps.",
      },
      {
        text: "All, and all begin as random numbers.",
        reply:
          "Then it would be training from nothing. Only the new layer begins so.",
      },
    ],
  },
  {
    question: "Why is quoting off when CoLA's file is read?",
    options: [
      {
        text: "It makes the reader faster.",
        reply: "Speed is not the reason: with quoting on, rows can be lost.",
      },
      {
        text: "The sentences contain no quotation marks.",
        reply: "Some do, and that is why it matters.",
      },
      {
        text: "In this file a quotation mark is a character like any other.",
        isRight: true,
        reply: "A reader that takes it for the start of a cell may join lines.",
      },
    ],
  },
  {
    question:
      "A model has accuracy 0.69 and MCC 0 on CoLA's test set. What has it learned?",
    options: [
      {
        text: "Nothing about grammar.",
        isRight: true,
        reply:
          "MCC 0 means that its answers have nothing to do with the labels; " +
          "answering 1 every time gives this accuracy.",
      },
      {
        text: "A good deal: 69 % of its answers are right.",
        reply:
          "68.6 % of the sentences are acceptable, so 1 is right that often.",
      },
      {
        text: "The opposite of the truth.",
        reply: "Then its MCC would be negative.",
      },
    ],
  },
  {
    question: "Two files have the same SHA-256. What follows?",
    options: [
      {
        text: "They are equal, byte for byte.",
        isRight: true,
        reply:
          "Nobody has yet found two different files with the same SHA-256.",
      },
      {
        text: "They have the same length, and may differ in a few letters.",
        reply: "One changed bit gives another checksum, as section 1.3 shows.",
      },
      {
        text: "The sentences in them are correctly labelled.",
        reply: "A checksum compares bytes; it cannot judge what they say.",
      },
    ],
  },
];
