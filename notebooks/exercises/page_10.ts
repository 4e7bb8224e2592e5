/** Exercises and quiz of notebook 10. @module */

import { exercise, type QuizQuestion } from "./exercise.ts";
import { judgeFunction, judgeMatrix, judgeNumber } from "./judge.ts";

/** Rows of weights, and their entropy as a share of ln T. */
const ROWS: readonly [number[], number][] = [
  [[0.25, 0.25, 0.25, 0.25], 1],
  [[0, 1, 0], 0],
  // ln 2 / ln 4
  [[0.5, 0.5, 0, 0], 0.5],
];

const HEAD = [[0.1, 0.7, 0.2], [0.3, 0.2, 0.5], [0.9, 0.05, 0.05]];

const TWO_HEADS = [
  [[1, 0], [0.5, 0.5]],
  [[0.5, 0.5], [0, 1]],
];

/** Not symmetric, so that a wrong order shows. */
const FIRST = [[0.5, 0.5], [0, 1]], SECOND = [[1, 0], [0.5, 0.5]];

export const EXERCISES_10 = {
  "10.1": exercise<(weights: number[]) => number>({
    level: 1,
    minutes: 5,
    check: (entropyShare) =>
      judgeFunction(entropyShare) ??
        ROWS.map(([row, expected]) =>
          judgeNumber(
            `The answer for ${row.join(", ")}`,
            entropyShare([...row]),
            expected,
          )
        ).find(Boolean),
    hints: [
      "The entropy is the sum of −w ln w over the weights.",
      "The largest entropy of T weights is ln T: divide by it.",
      "`0 * Math.log(0)` is NaN: leave out the weights that are 0.",
    ],
  }),
  "10.2": exercise<(before: number[], after: number[]) => number>({
    level: 1,
    minutes: 5,
    check: (movedShare) =>
      judgeFunction(movedShare) ??
        judgeNumber(
          "The share from [1, 0] to [0, 1]",
          movedShare([1, 0], [0, 1]),
          1,
        ) ??
        judgeNumber(
          "The share from [0.5, 0.3, 0.2] to [0.4, 0.3, 0.3]",
          movedShare([0.5, 0.3, 0.2], [0.4, 0.3, 0.3]),
          0.1,
        ) ??
        judgeNumber(
          "The share of a row that did not change",
          movedShare([0.6, 0.4], [0.6, 0.4]),
          0,
        ),
    hints: [
      "Add up how much each weight changed, without its sign.",
      "`Math.abs` takes the sign away. What does the ½ of the formula do?",
      "`after.reduce((sum, w, j) => sum + Math.abs(w - before[j]!), 0) / 2`",
    ],
  }),
  "10.3": exercise<(weights: number[][]) => number>({
    level: 2,
    minutes: 10,
    check: (nextTokenScore) =>
      judgeFunction(nextTokenScore) ??
        judgeNumber(
          "The score of a head over 3 tokens",
          nextTokenScore(HEAD.map((row) => [...row])),
          0.6,
        ) ??
        judgeNumber(
          "The score of a head that always looks at the next token",
          nextTokenScore([[0, 1, 0], [0, 0, 1], [1, 0, 0]]),
          1,
        ),
    hints: [
      "The next token of query q is key q + 1.",
      "The last query has no next token and does not count.",
      "Add up `weights[q]![q + 1]!` for q from 0 to T − 2 and divide by T − 1.",
    ],
  }),
  "10.4": exercise<(heads: number[][][]) => number[][]>({
    level: 2,
    minutes: 10,
    check: (rolloutLayer) =>
      judgeFunction(rolloutLayer) ??
        judgeMatrix(
          "The layer of two heads",
          rolloutLayer(structuredClone(TWO_HEADS)),
          [[0.875, 0.125], [0.125, 0.875]],
        ) ??
        judgeMatrix(
          "The layer of one head",
          rolloutLayer([[[0, 1], [0, 1]]]),
          [[0.5, 0.5], [0, 1]],
        ),
    hints: [
      "For each query and key: the mean over the heads, times one half.",
      "The identity matrix is 1 where query = key, and 0 elsewhere.",
      "`0.5 * sum / heads.length + (query === key ? 0.5 : 0)`",
    ],
  }),
  "10.5": exercise<(layers: number[][][]) => number[][]>({
    level: 3,
    minutes: 15,
    check: (rolloutOf) =>
      judgeFunction(rolloutOf) ??
        judgeMatrix(
          "The rollout of one layer",
          rolloutOf([FIRST.map((row) => [...row])]),
          FIRST,
        ) ??
        judgeMatrix(
          "The rollout of two layers",
          rolloutOf(structuredClone([FIRST, SECOND])),
          [[0.5, 0.5], [0.25, 0.75]],
        ) ??
        judgeMatrix(
          "The rollout of three layers",
          rolloutOf(structuredClone([FIRST, SECOND, FIRST])),
          [[0.375, 0.625], [0.25, 0.75]],
        ),
    hints: [
      "Entry (i, j) of the product of A and B is the sum of A[i][k] · B[k][j] over k.",
      "Start with the first layer and multiply each later one onto it.",
      "The later layer stands on the left: `multiply(layer, reached)`.",
    ],
  }),
};

export const QUIZ_10: readonly QuizQuestion[] = [
  {
    question:
      "A head gives the next token a mean weight of 0.10 in texts of 10 tokens. Is it a next-token head?",
    options: [
      {
        text: "Yes, 0.10 is above 0.",
        reply: "Softmax gives every token a weight above 0.",
      },
      {
        text: "No, that is about an equal share.",
        isRight: true,
        reply: "A score needs a comparison: here 1/10.",
      },
      {
        text: "It depends on the layer.",
        reply: "The comparison with an equal share is the same in all layers.",
      },
    ],
  },
  {
    question:
      "What is the entropy of a head whose tokens each look at one key only?",
    options: [
      {
        text: "0",
        isRight: true,
        reply: "All weight is on one key: no uncertainty.",
      },
      {
        text: "ln T",
        reply: "That is the entropy of equal weights.",
      },
      {
        text: "1",
        reply: "As a share of the largest entropy, 1 means equal weights.",
      },
    ],
  },
  {
    question: "Which layers does fine-tuning change most here?",
    options: [
      {
        text: "The first ones",
        reply: "They deal with words and positions, as every task needs them.",
      },
      {
        text: "All equally",
        reply: "The table by layer shows a clear trend.",
      },
      {
        text: "The later ones",
        isRight: true,
        reply:
          "They are nearest to the task. Kovaleva et al. saw the same in BERT.",
      },
    ],
  },
  {
    question: "Why does rollout add half of the identity matrix in each layer?",
    options: [
      {
        text: "So that the rows add up to 1",
        reply: "They would without it as well.",
      },
      {
        text: "For the residual connection, which keeps what a token was",
        isRight: true,
        reply: "The input of a sublayer is added to its output.",
      },
      {
        text: "For the feed-forward layers",
        reply: "Rollout leaves those out.",
      },
      {
        text: "Because each head looks at itself",
        reply: "What heads give to their own token is already in the weights.",
      },
    ],
  },
  {
    question:
      "All heads of all layers look at all tokens almost equally. What is likely?",
    options: [
      {
        text: "The sentence is too simple.",
        reply: "In a trained model, some heads are selective in any sentence.",
      },
      {
        text: "The weights of the model were not loaded.",
        isRight: true,
        reply: "Small random queries and keys give scores near 0.",
      },
      {
        text: "The model was trained for too long.",
        reply: "Training makes attention more selective, not less.",
      },
    ],
  },
];
