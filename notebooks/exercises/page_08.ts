/** Exercises and quiz of notebook 8. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

type Text = { readonly words: readonly string[]; readonly label: number };
type Score = (words: readonly string[]) => number;
type Course = {
  readonly highest: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
};

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

const isClose = (found: unknown, expected: number): boolean =>
  typeof found === "number" && Math.abs(found - expected) <= 1e-6;

const CUTS: readonly [string[], number, string[]][] = [
  [[..."abcdefgh"], 4, [..."afgh"]],
  [[..."abc"], 4, [..."abc"]],
  [[..."abcdefgh"], 3, [..."fgh"]],
  [[..."abcdefghijkl"], 11, [..."abdefghijkl"]],
];

const EPOCHS: readonly [number, number, number, number][] = [
  [384, 16, 72, 3],
  [96, 16, 72, 12],
  // 7 batches, the last one of 4; 72 / 7 = 10.3.
  [100, 16, 72, 10],
  [10_000, 32, 100, 1],
];

const RATES: readonly [number, Course, number][] = [
  [1, { highest: 2, warmupSteps: 0, totalSteps: 4 }, 2],
  [3, { highest: 2, warmupSteps: 0, totalSteps: 4 }, 1],
  [1, { highest: 2, warmupSteps: 4, totalSteps: 12 }, 0],
  [3, { highest: 2, warmupSteps: 4, totalSteps: 12 }, 1],
  [5, { highest: 2, warmupSteps: 4, totalSteps: 12 }, 2],
  // Half of the decay is done.
  [9, { highest: 2, warmupSteps: 4, totalSteps: 12 }, 1],
  [7, { highest: 2, warmupSteps: 4, totalSteps: 12 }, 1 + Math.SQRT1_2],
];

const POINTS: Readonly<Record<string, number>> = { good: 2, dull: -1, not: 0 };

/** A score to which each word adds its points. */
const linear: Score = (words) =>
  words.reduce((sum, word) => sum + (POINTS[word] ?? 0), 0);

/** A score of a phrase of two words. */
const phrase: Score = (words) => words.join(" ").includes("not bad") ? 3 : 0;

const OCCLUSIONS: readonly [string, Score, string[], number[]][] = [
  ["sum of points", linear, ["a", "good", "dull", "good"], [0, 2, -1, 2]],
  ["score of a phrase", phrase, ["it", "is", "not", "bad"], [0, 0, 3, 3]],
];

const TEXTS: readonly Text[] = [
  { words: ["good", "good", "film"], label: 1 },
  { words: ["bad", "film"], label: 0 },
];

// V is 3; class 1 has 3 words, class 0 has 2.
const LOG_ODDS: readonly [string[], number][] = [
  [["good"], Math.log((3 / 6) / (1 / 5))],
  [["film"], Math.log((2 / 6) / (2 / 5))],
  [["good", "good", "bad"], Math.log(2.5 * 2.5 * (1 / 6) / (2 / 5))],
  [["music"], 0],
  [[], 0],
];

/** The exercises of notebook 8. */
export const EXERCISES_08 = {
  "8.1": exercise<(pieces: readonly string[], room: number) => string[]>({
    level: 1,
    minutes: 5,
    check(headAndTail): Verdict {
      if (typeof headAndTail !== "function") {
        return "The answer must be a function.";
      }
      for (const [pieces, room, expected] of CUTS) {
        const found = headAndTail(pieces, room);
        if (json(found) === json(expected)) continue;
        return `Of ${pieces.join(" ")} with room for ${room} must remain ` +
          `${json(expected)}; it is ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "If the list is not longer than the room, nothing is cut.",
      "The head has Math.floor(room / 4) pieces, the tail room minus that.",
      "pieces.slice(0, numHead), and pieces.slice(pieces.length - numTail).",
    ],
  }),
  "8.2": exercise<
    (reviews: number, batchSize: number, steps: number) => number
  >({
    level: 1,
    minutes: 5,
    check(epochsFor): Verdict {
      if (typeof epochsFor !== "function") {
        return "The answer must be a function.";
      }
      for (const [reviews, batchSize, steps, expected] of EPOCHS) {
        const found = epochsFor(reviews, batchSize, steps);
        if (found === expected) continue;
        return `${reviews} reviews in batches of ${batchSize} need ${expected} ` +
          `epochs for about ${steps} steps; the answer gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "An epoch has one step for each batch, and a last batch may be small.",
      "Math.ceil(reviews / batchSize) is the number of steps of an epoch.",
      "Round steps divided by that number; take 1 if it is less.",
    ],
  }),
  "8.3": exercise<(step: number, course: Course) => number>({
    level: 2,
    minutes: 10,
    check(cosineRate): Verdict {
      if (typeof cosineRate !== "function") {
        return "The answer must be a function.";
      }
      for (const [step, course, expected] of RATES) {
        const found = cosineRate(step, course);
        if (isClose(found, expected)) continue;
        return `Step ${step} with ${json(course)} must have the rate ` +
          `${expected.toFixed(4)}; it is ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "During the warm-up the rate is highest · done / warmupSteps.",
      "The progress of the decay is (done − warmupSteps) / (totalSteps − warmupSteps).",
      "After the warm-up: highest / 2 * (1 + Math.cos(Math.PI * progress)).",
    ],
  }),
  "8.4": exercise<(words: readonly string[], score: Score) => number[]>({
    level: 2,
    minutes: 10,
    check(occlude): Verdict {
      if (typeof occlude !== "function") {
        return "The answer must be a function.";
      }
      for (const [name, score, words, expected] of OCCLUSIONS) {
        const found = occlude([...words], score);
        if (!Array.isArray(found) || found.length !== words.length) {
          return `The answer must return a list of ${words.length} numbers for ` +
            `${words.length} words; it is ${json(found)}.`;
        }
        const isRight = found.every((fall, i) => isClose(fall, expected[i]!));
        if (isRight) continue;
        return `With a ${name}, "${words.join(" ")}" must give ` +
          `${json(expected)}; it gives ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Compare the score of all words with the score without one of them.",
      'Replace one word at a time: words.with(i, "[MASK]") is a changed copy.',
      "For word i: score(words) − score(words.with(i, …)).",
    ],
  }),
  "8.5": exercise<
    (texts: readonly Text[]) => (words: readonly string[]) => number
  >({
    level: 3,
    minutes: 25,
    check(naiveBayes): Verdict {
      if (typeof naiveBayes !== "function") {
        return "The answer must be a function of texts.";
      }
      const logOdds = naiveBayes(TEXTS);
      if (typeof logOdds !== "function") {
        return "The answer must return a function of words.";
      }
      for (const [words, expected] of LOG_ODDS) {
        const found = logOdds(words);
        if (isClose(found, expected)) continue;
        return `After "good good film" (1) and "bad film" (0), the log odds of ` +
          `${json(words)} must be ${expected.toFixed(4)}; they are ${
            json(found)
          }.`;
      }
      return undefined;
    },
    hints: [
      "Count the words of each class in a Map of its own.",
      "p of a word in a class is (its count + 1) / (all words of the class + V).",
      "Sum Math.log(p1 / p0) over the words that are in one of the Maps.",
    ],
  }),
};

/** The quiz of notebook 8. */
export const QUIZ_08: readonly QuizQuestion[] = [
  {
    question: "Why must a CSV file of reviews be read with quoting on?",
    options: [
      {
        text: "A review may contain commas and line breaks.",
        reply: "Within quotes they belong to the cell and do not end it.",
        isRight: true,
      },
      {
        text: "Quotation marks change the meaning of a review.",
        reply:
          "They are syntax of the file here; the marks around a cell are " +
          "removed when it is read.",
      },
      {
        text: "BERT's vocabulary has no quotation mark.",
        reply: "It has one. The file format is the reason.",
      },
    ],
  },
  {
    question:
      "96 reviews for 3 epochs score lower than 384 reviews for 3 epochs, in " +
      "batches of 16. What follows?",
    options: [
      {
        text: "More reviews made the model better.",
        reply: "Perhaps, but the second model also took four times as many " +
          "steps. Either may be the reason.",
      },
      {
        text: "Nothing about the number of reviews alone.",
        reply: "Reviews and steps changed together. Keep the steps equal.",
        isRight: true,
      },
      {
        text: "96 reviews are too few for BERT.",
        reply: "18 steps may be too few; more epochs would tell.",
      },
    ],
  },
  {
    question: "Which advantage has the bag of words of this page over BERT?",
    options: [
      {
        text: "It knows the order of the words.",
        reply: "It counts words in any order; BERT knows the order.",
      },
      {
        text: "It reads the whole review.",
        reply:
          "BERT's reviews are cut to a limit; a count of words needs none.",
        isRight: true,
      },
      {
        text: "It is pretrained.",
        reply: "It starts from nothing; BERT is the pretrained one.",
      },
    ],
  },
  {
    question: "What does an F1 of 0.9 with a recall of 1.0 tell you?",
    options: [
      {
        text: "No review of the class is missed, but others are called so too.",
        reply: "The harmonic mean is 0.9 at a precision of 0.82.",
        isRight: true,
      },
      {
        text: "One review of the class in ten is missed.",
        reply: "That would be a recall of 0.9.",
      },
      {
        text: "The precision is 0.8.",
        reply:
          "That would be the ordinary mean; the harmonic mean of 0.8 and 1 " +
          "is 0.89.",
      },
    ],
  },
  {
    question:
      "Gradient × input loses less probability than five random words do. What " +
      "now?",
    options: [
      {
        text: "The model decided by chance.",
        reply: "The test is about the explanation. Occlusion shows that some " +
          "words matter.",
      },
      {
        text: "Do not use its picture to explain this model.",
        reply: "The words that it names do not matter more than others here.",
        isRight: true,
      },
      {
        text: "Use it anyway: gradients are exact.",
        reply:
          "The slope at one point is exact. That it predicts what happens " +
          "when a word is gone is an assumption, and it failed.",
      },
    ],
  },
];
