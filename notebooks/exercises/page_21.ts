/** Exercises and quiz of notebook 21. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Hidden states, a mask, and their mean. */
const POOLED: readonly [
  states: number[][],
  mask: number[],
  expected: number[],
][] = [
  [[[1, 2], [3, 4], [9, 9]], [1, 1, 0], [2, 3]],
  [[[1, 2], [3, 4]], [1, 1], [2, 3]],
  // Padding before the text
  [[[7, 7, 7], [0, 3, -3]], [0, 1], [0, 3, -3]],
  [[[5, 1], [6, 6], [6, 6], [6, 6]], [1, 0, 0, 0], [5, 1]],
];

/** Scores of texts for each query, the right text, and the mean reciprocal rank. */
const RANKED: readonly [
  scores: number[][],
  right: number[],
  expected: number,
][] = [
  [[[0.9, 0.1, 0.5]], [0], 1],
  [[[0.9, 0.1, 0.5]], [1], 1 / 3],
  [[[0.9, 0.1, 0.5], [0.2, 0.3, 0.4]], [2, 2], 3 / 4],
  [[[-0.2, -0.1]], [0], 1 / 2],
  // Of equal scores the first comes first.
  [[[0.5, 0.5, 0.5]], [1], 1 / 2],
];

type Labelled = { vector: number[]; label: number };

/** The second class has a member of its own near the first class. */
const LABELLED: readonly Labelled[] = [
  { vector: [1, 0], label: 0 },
  { vector: [0.8, 0.6], label: 0 },
  { vector: [0, 1], label: 1 },
  { vector: [0.6, 0.8], label: 1 },
  { vector: [-0.6, 0.8], label: 1 },
];

const NEAREST: readonly [vector: number[], expected: number][] = [
  [[1, 0.1], 0],
  [[0, 2], 1],
  [[-1, 0], 1],
  // The nearest example is of class 1, the nearest mean of class 0.
  [[0.68, 0.733], 0],
  // The length of a vector does not matter.
  [[50, 5], 0],
];

/** Similarities of windows, the text of each, and the texts from the best. */
const FOUND: readonly [
  similarities: number[],
  textIndex: number[],
  expected: number[],
][] = [
  [[0.1, 0.9, 0.3], [0, 1, 2], [1, 2, 0]],
  [[0.5, 0.1, 0.4, 0.4], [0, 0, 1, 1], [0, 1]],
  // A text comes once, and not by its last window.
  [[0.2, 0.8, 0.1, 0.5], [0, 1, 1, 0], [1, 0]],
  [[-0.5, -0.1, -0.2], [0, 1, 1], [1, 0]],
  // Windows of the eleventh text
  [[0.3, 0.9, 0.7], [2, 10, 10], [10, 2]],
];

/** Points, and the direction in which they vary most. */
const DIRECTIONS: readonly [points: number[][], expected: number[]][] = [
  [[[0, 0], [2, 2], [4, 4]], [Math.SQRT1_2, Math.SQRT1_2]],
  // Far away from 0
  [[[10, 0], [10, 1], [10, 2]], [0, 1]],
  // The mean direction of the axes is perpendicular to it.
  [[[1, -1], [-1, 1], [2, -2], [-2, 2]], [Math.SQRT1_2, -Math.SQRT1_2]],
  [
    [[3, 0, 0], [-3, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 2], [0, 0, -2]],
    [1, 0, 0],
  ],
  [[[3, 4], [0, 0], [-3, -4], [0.4, -0.3], [-0.4, 0.3]], [0.6, 0.8]],
];

/** The exercises of notebook 21. */
export const EXERCISES_21 = {
  "21.1": exercise<{ turned: number; longer: number }>({
    level: 1,
    minutes: 3,
    check(answer): Verdict {
      const expected = { turned: 0.96, longer: 1 };
      for (const name of ["turned", "longer"] as const) {
        const found = answer?.[name];
        if (typeof found !== "number") {
          return "The answer must be an object of two numbers, " +
            "{ turned, longer }.";
        }
        if (Math.abs(found - expected[name]) > 1e-6) {
          return `The similarity \`${name}\` is not ${found}.`;
        }
      }
      return undefined;
    },
    hints: [
      "The product of two vectors is the sum of the products of their numbers.",
      "The length of (3, 4) is the root of 9 + 16, which is 5.",
      "24 divided by 5 · 5; and two vectors of one direction have the similarity 1.",
    ],
  }),
  "21.2": exercise<
    (
      states: readonly (readonly number[])[],
      attentionMask: readonly number[],
    ) => number[]
  >({
    level: 2,
    minutes: 10,
    check(meanPool): Verdict {
      const fault = judgeFunction(meanPool, "(states, attentionMask) => …");
      if (fault !== undefined) return fault;
      for (const [states, mask, expected] of POOLED) {
        const found = meanPool(structuredClone(states), [...mask]);
        const what = `meanPool(${json(states)}, ${json(mask)})`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "Keep the states whose mask is 1, wherever they are.",
      "states.filter((_, t) => attentionMask[t] === 1) are the kept ones.",
      "For each place d add up what the kept states have there, and divide by their number.",
    ],
  }),
  "21.3": exercise<
    (
      scores: readonly (readonly number[])[],
      right: readonly number[],
    ) => number
  >({
    level: 1,
    minutes: 8,
    check(meanRank): Verdict {
      const fault = judgeFunction(meanRank, "(scores, right) => …");
      if (fault !== undefined) return fault;
      for (const [scores, right, expected] of RANKED) {
        const found = meanRank(structuredClone(scores), [...right]);
        const what = `For the scores ${json(scores)} and the right texts ${
          json(right)
        } it`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "The rank is 1 plus the number of texts that come before the right one.",
      "A text comes before if its score is higher, or equal and it is earlier.",
      "Add up 1 / rank over all queries, and divide by their number.",
    ],
  }),
  "21.4": exercise<
    (examples: readonly Labelled[]) => (vector: readonly number[]) => number
  >({
    level: 2,
    minutes: 15,
    check(nearestMean): Verdict {
      const fault = judgeFunction(nearestMean, "(examples) => …");
      if (fault !== undefined) return fault;
      const labelOf = nearestMean(structuredClone(LABELLED) as Labelled[]);
      const inner = judgeFunction(labelOf, "(vector) => label");
      if (inner !== undefined) return `What it returns: ${inner}`;
      for (const [vector, expected] of NEAREST) {
        const found = labelOf([...vector]);
        const what = `The label of ${json(vector)}`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "Make one vector for each class first: the mean of its examples.",
      "cosineSimilarity of the library compares a vector with each mean.",
      "Map.groupBy(examples, ({ label }) => label) has the examples of each class.",
    ],
  }),
  "21.5": exercise<
    (
      similarities: readonly number[],
      textIndex: readonly number[],
    ) => number[]
  >({
    level: 2,
    minutes: 10,
    check(bestTexts): Verdict {
      const fault = judgeFunction(bestTexts, "(similarities, textIndex) => …");
      if (fault !== undefined) return fault;
      for (const [similarities, textIndex, expected] of FOUND) {
        const found = bestTexts([...similarities], [...textIndex]);
        const what = `bestTexts(${json(similarities)}, ${json(textIndex)})`;
        const fault = judgeNumbers(what, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "Sort the windows first, the most similar one at the start.",
      "textIndex of each sorted window; a text may come several times.",
      "A Set keeps the first of equal ones, in their order.",
    ],
  }),
  "21.6": exercise<(points: readonly (readonly number[])[]) => number[]>({
    level: 3,
    minutes: 25,
    check(direction): Verdict {
      const fault = judgeFunction(direction, "(points) => …");
      if (fault !== undefined) return fault;
      for (const [points, expected] of DIRECTIONS) {
        const found = direction(structuredClone(points) as number[][]);
        const product = Array.isArray(found)
          ? found.reduce((sum, value, d) => sum + value * expected[d]!, 0)
          : NaN;
        // Either end of the line is right.
        const turned = product < 0 ? expected.map((each) => -each) : expected;
        const isNear = Array.isArray(found) &&
          found.length === expected.length &&
          found.every((value, d) => Math.abs(value - turned[d]!) < 1e-4);
        if (isNear) continue;
        return judgeNumbers(`direction(${json(points)})`, found, turned);
      }
      return undefined;
    },
    hints: [
      "Subtract the mean of the points first.",
      "From v to the next v: add up (p · v) p over all points p, and divide by the length.",
      "Begin with the longest of the centred points, and repeat 200 times.",
    ],
  }),
};

/** The quiz of notebook 21. */
export const QUIZ_21: readonly QuizQuestion[] = [
  {
    question: "Why does the mean leave out the states of padding?",
    options: [
      {
        text: "They are 0 and change nothing.",
        reply: "The encoder gives a state to every place, padding included.",
      },
      {
        text: "Otherwise a vector would depend on how far its text was padded.",
        isRight: true,
        reply: "The same text would get another vector in another batch.",
      },
      {
        text: "Padding has no position.",
        reply: "It has one: positions are counted to the end of the row.",
      },
    ],
  },
  {
    question: "Two embeddings of length 1 have the product 0. What is known?",
    options: [
      {
        text: "The texts contradict each other.",
        reply: "Not even −1 would say that: the angle is not a verdict.",
      },
      {
        text: "The texts have no word in common.",
        reply: "Texts without a common word may be very similar.",
      },
      {
        text: "The vectors are perpendicular: to the model, unrelated.",
        isRight: true,
        reply: "The cosine of a right angle is 0.",
      },
    ],
  },
  {
    question:
      'Why are "All tests passed." and "No tests passed." so similar here?',
    options: [
      {
        text: "They are about the same thing, and that is most of a vector.",
        isRight: true,
        reply: "One word can turn the meaning and leave the vectors similar.",
      },
      {
        text: "The tokenizer removes negations.",
        reply: "`no` and `not` are tokens like all others.",
      },
      {
        text: "The model has not been fine-tuned on tests.",
        reply: "It happens with films and dogs as well.",
      },
    ],
  },
  {
    question: "What does `fitFewShot` change in the encoder?",
    options: [
      {
        text: "Its last layer.",
        reply: "No layer is trained.",
      },
      {
        text: "Nothing. It fits a linear map on top of the embeddings.",
        isRight: true,
        reply: "So a class is only found if the embeddings show it.",
      },
      {
        text: "All weights, by a few steps.",
        reply: "That is `fineTune`.",
      },
    ],
  },
  {
    question:
      "A text has 900 tokens, the model reads 512. What does `embed` do?",
    options: [
      {
        text: "It refuses the text.",
        reply: "It truncates longer texts, as Python's library does.",
      },
      {
        text: "It averages over all 900.",
        reply: "No state exists for tokens that the encoder never reads.",
      },
      {
        text: "It embeds the beginning; the end has no influence.",
        isRight: true,
        reply: "Windows, or shorter texts, let the end be found.",
      },
    ],
  },
];
