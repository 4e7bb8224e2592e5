/** Exercises and quiz of notebook 4. @module */

import { exercise, type QuizQuestion } from "./exercise.ts";
import { judgeFunction, judgeNumber, judgeNumbers } from "./judge.ts";

/** Confusion matrices, and the share of each row that is right. */
const MATRICES: readonly [string, number[][], number[]][] = [
  ["[[57, 113], [33, 297]]", [[57, 113], [33, 297]], [57 / 170, 0.9]],
  ["[[0, 162], [0, 354]]", [[0, 162], [0, 354]], [0, 1]],
  ["three classes", [[2, 1, 1], [0, 3, 0], [5, 0, 0]], [0.5, 1, 0]],
];

/** p, s, and −s ln p − (1 − s) ln(1 − p). */
const CONSTANTS: readonly [number, number, number][] = [
  [0.5, 0.9, Math.LN2],
  [0.8, 1, Math.log(1.25)],
  [0.2, 0.75, 0.75 * Math.log(5) + 0.25 * Math.log(1.25)],
];

/** Probabilities, labels, thresholds, and the first with the most right. */
const THRESHOLDS: readonly [number[], (0 | 1)[], number[], number][] = [
  [[0.9, 0.6, 0.4], [1, 0, 0], [0.3, 0.5, 0.7], 0.7],
  [[0.9, 0.3, 0.2], [1, 1, 0], [0.1, 0.25, 0.5], 0.25],
  // 0.5 is not above 0.5, so that the first two are equally good.
  [[0.5, 0.8], [0, 1], [0.5, 0.6, 0.9], 0.5],
];

/** Draws 0, 1, 2, … again and again, and counts the draws. */
function counter(): {
  integer: (below: number) => number;
  asked: number[];
} {
  const asked: number[] = [];
  return {
    asked,
    integer: (below) => {
      asked.push(below);
      return (asked.length - 1) % below;
    },
  };
}

/** Confidences, what is right, bins, and the error by hand. */
const CALIBRATIONS: readonly [string, number[], boolean[], number, number][] = [
  ["two predictions of 0.75, one right", [0.75, 0.75], [true, false], 10, 0.25],
  [
    // Bin (0.5, 1]: 3 right of 4, mean 0.8; bin (0, 0.5]: 1 of 1, 0.5.
    "five predictions in two bins",
    [0.9, 0.7, 0.9, 0.7, 0.5],
    [true, true, true, false, true],
    2,
    (4 * 0.05 + 0.5) / 5,
  ],
  // Opposite gaps in one bin cancel; in two bins they would not.
  ["gaps that cancel", [0.6, 0.8], [true, false], 1, 0.2],
];

export const EXERCISES_04 = {
  "4.1": exercise<(matrix: number[][]) => number[]>({
    level: 1,
    minutes: 5,
    check: (sharesRight) =>
      judgeFunction(sharesRight) ??
        MATRICES.map(([name, matrix, expected]) =>
          judgeNumbers(
            `The answer for ${name}`,
            sharesRight(matrix.map((row) => [...row])),
            expected,
          )
        ).find(Boolean),
    hints: [
      "A row of the matrix holds all sentences of one true class.",
      "The right ones of class i are in row i, column i.",
      "Divide `row[i]` by the sum of the row, for each row.",
    ],
  }),
  "4.2": exercise<(p: number, s: number) => number>({
    level: 1,
    minutes: 5,
    check: (constantLoss) =>
      judgeFunction(constantLoss) ??
        CONSTANTS.map(([p, s, expected]) =>
          judgeNumber(
            `The loss for p = ${p}, s = ${s}`,
            constantLoss(p, s),
            expected,
          )
        ).find(Boolean),
    hints: [
      "A sentence of class 1 costs −ln p. What does one of class 0 cost?",
      "Class 0 has the probability 1 − p, and a share 1 − s of the sentences.",
      "Nats use the natural logarithm: `-s * Math.log(p) - (1 - s) * …`",
    ],
  }),
  "4.3": exercise<
    (
      probabilities: number[],
      labels: (0 | 1)[],
      thresholds: number[],
    ) => number
  >({
    level: 2,
    minutes: 10,
    check: (bestThreshold) =>
      judgeFunction(bestThreshold) ??
        THRESHOLDS.map(([probabilities, labels, thresholds, expected]) =>
          judgeNumber(
            `The best of the thresholds ${thresholds.join(", ")} for ` +
              `probabilities ${probabilities.join(", ")} and labels ` +
              labels.join(", "),
            bestThreshold([...probabilities], [...labels], [...thresholds]),
            expected,
          )
        ).find(Boolean),
    hints: [
      "Write a function that counts the right predictions at one threshold.",
      "The prediction is 1 if the probability is above the threshold, not equal to it.",
      "Keep the best threshold so far; replace it only if another has more right.",
    ],
  }),
  "4.4": exercise<
    (
      values: number[],
      rounds: number,
      integer: (below: number) => number,
    ) => number[]
  >({
    level: 2,
    minutes: 10,
    check: (resampledMeans) => {
      const wrongKind = judgeFunction(resampledMeans);
      if (wrongKind !== undefined) return wrongKind;
      const first = judgeNumbers(
        "The means of [3, 5] if every draw is 0",
        resampledMeans([3, 5], 4, () => 0),
        [3, 3, 3, 3],
      );
      if (first !== undefined) return first;
      const { integer, asked } = counter();
      const means = resampledMeans([1, 2, 6], 2, integer);
      if (asked.some((below) => below !== 3) || asked.length !== 6) {
        return `With 3 values and 2 rounds, integer(3) must be called 6 times; ` +
          `the calls were ${
            asked.map((below) => `integer(${below})`).join(", ") || "none"
          }.`;
      }
      return judgeNumbers(
        "The means of [1, 2, 6] if the draws are 0, 1, 2, 0, 1, 2",
        means,
        [3, 3],
      );
    },
    hints: [
      "One round draws `values.length` values and returns one mean.",
      "`values[integer(values.length)]` is one drawn value.",
      "`Array.from({ length: rounds }, () => …)` makes one mean for each round.",
    ],
  }),
  "4.5": exercise<
    (confidences: number[], isRight: boolean[], numBins: number) => number
  >({
    level: 3,
    minutes: 15,
    check: (calibrationError) =>
      judgeFunction(calibrationError) ??
        CALIBRATIONS.map(([name, confidences, isRight, numBins, expected]) =>
          judgeNumber(
            `The error of ${name}`,
            calibrationError([...confidences], [...isRight], numBins),
            expected,
          )
        ).find(Boolean),
    hints: [
      "The bin of a confidence c is `Math.ceil(c * numBins) - 1`.",
      "For each bin, sum up the confidences and count the right predictions.",
      "A bin adds |right − sum of confidences| / (number of all predictions).",
    ],
  }),
  "4.6": exercise<
    (
      rightA: boolean[],
      rightB: boolean[],
      rounds: number,
      integer: (below: number) => number,
    ) => number
  >({
    level: 3,
    minutes: 20,
    check: (shareOfWins) => {
      const wrongKind = judgeFunction(shareOfWins);
      if (wrongKind !== undefined) return wrongKind;
      const better = judgeNumber(
        "The share if every draw is sentence 0, which only A gets right,",
        shareOfWins([true, false], [false, true], 5, () => 0),
        1,
      );
      const equal = judgeNumber(
        "The share if both models are equal (a tie is no win)",
        shareOfWins([true, false], [true, false], 5, counter().integer),
        0,
      );
      // Round 1 draws sentences 0 and 0, round 2 draws 1 and 1.
      const draws = [0, 0, 1, 1];
      const half = judgeNumber(
        "The share if round 1 draws sentence 0 twice and round 2 sentence 1",
        shareOfWins([true, false], [false, true], 2, () => draws.shift() ?? 0),
        0.5,
      );
      return better ?? equal ?? half;
    },
    hints: [
      "In one round, draw an index n times, and ask both models about the same one.",
      "Count +1 if only A is right, −1 if only B is right: A wins if the sum is above 0.",
      "`const i = integer(rightA.length); lead += Number(rightA[i]) - Number(rightB[i]);`",
    ],
  }),
};

export const QUIZ_04: readonly QuizQuestion[] = [
  {
    question:
      'A program answers "acceptable" to every sentence. 66 % of them are. What are its accuracy and MCC?',
    options: [
      {
        text: "0.66 and 0.66",
        reply:
          "The MCC is not an accuracy: it asks whether predictions and labels go together.",
      },
      {
        text: "0.66 and 0",
        isRight: true,
        reply: "It is often right and has learned nothing.",
      },
      {
        text: "0.5 and 0",
        reply:
          "It is right about every acceptable sentence, and those are 66 %.",
      },
    ],
  },
  {
    question:
      "A model has a better accuracy than the class shares, but a larger loss. How is that possible?",
    options: [
      {
        text: "There must be an error in the computation.",
        reply: "Both can be right: they measure different things.",
      },
      {
        text: "The loss is not measured on the test set.",
        reply: "It is measured on the same sentences.",
      },
      {
        text: "It is too sure of its errors.",
        isRight: true,
        reply:
          "A confident error costs far more than a confident right answer saves.",
      },
    ],
  },
  {
    question: "The 95 % interval of the MCC is 0.20 to 0.38. What follows?",
    options: [
      {
        text: "The model is better than no model.",
        isRight: true,
        reply: "0 is outside the interval.",
      },
      {
        text: "It is worse than a model with 0.39 on another test set.",
        reply:
          "The other score has an interval too, and other sentences are easier or harder.",
      },
      {
        text: "95 % of the predictions are right.",
        reply: "The interval is about the score, not about single predictions.",
      },
      {
        text: "Another training would mostly score 0.20 to 0.38.",
        reply:
          "The interval covers the choice of sentences, not the seed of the training.",
      },
    ],
  },
  {
    question:
      "How much narrower is the interval with four times as many sentences?",
    options: [
      {
        text: "About half as wide",
        isRight: true,
        reply: "The width shrinks with the square root of the number.",
      },
      {
        text: "A quarter as wide",
        reply: "That would take sixteen times as many sentences.",
      },
      {
        text: "Just as wide",
        reply: "More sentences do make a score more certain.",
      },
    ],
  },
  {
    question:
      "Of 100 predictions with confidence 0.9, 70 are right. What is the model?",
    options: [
      {
        text: "Well calibrated",
        reply: "Then about 90 of them would be right.",
      },
      {
        text: "Overconfident",
        isRight: true,
        reply: "It claims 90 % and achieves 70 %: below the diagonal.",
      },
      {
        text: "Underconfident",
        reply: "Then more than 90 of them would be right.",
      },
    ],
  },
];
