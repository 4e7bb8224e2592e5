/** Exercises and quiz of notebook 6. @module */

import { exercise, type QuizQuestion } from "./exercise.ts";
import { judgeFunction, judgeNumbers, type Numbers } from "./numbers.ts";

type Vector = readonly number[];
type Matrix = readonly Vector[];

const dot = (a: Vector, b: Vector): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

const softmaxOf = (scores: Vector): number[] => {
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
};

const scoresOf = (query: Vector, keys: Matrix): number[] =>
  keys.map((key) => dot(query, key) / Math.sqrt(query.length));

const contextOf = (query: Vector, keys: Matrix, values: Matrix): number[] => {
  const weights = softmaxOf(scoresOf(query, keys));
  return values[0]!.map((_, column) =>
    dot(weights, values.map((value) => value[column]!))
  );
};

const causalOf = (length: number): number[][] =>
  Array.from(
    { length },
    (_, q) => Array.from({ length }, (_, k) => k <= q ? 0 : -1e9),
  );

const sinusoidOf = (position: number, column: number, width: number): number =>
  (column % 2 === 0 ? Math.sin : Math.cos)(
    position / 10000 ** ((column - column % 2) / width),
  );

const normOf = (x: Vector, epsilon: number): number[] => {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  const deviations = x.map((each) => each - mean);
  const deviation = Math.sqrt(dot(deviations, deviations) / x.length + epsilon);
  return deviations.map((each) => each / deviation);
};

/** The first fault among several calls of an answer. */
function firstFault<Args extends readonly unknown[]>(
  answer: (...args: Args) => unknown,
  { name, calls, right }: {
    name: string;
    calls: readonly Args[];
    right: (...args: Args) => Numbers;
  },
): string | undefined {
  for (const args of calls) {
    const written = args.map((each) => JSON.stringify(each)).join(", ");
    // The answer may change what it is given.
    const actual = answer(...structuredClone(args));
    const fault = judgeNumbers(`${name}(${written})`, actual, right(...args));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export const EXERCISES_06 = {
  "6.1": exercise<(query: number[], keys: number[][]) => number[]>({
    level: 1,
    minutes: 5,
    check: (answer) =>
      judgeFunction(answer, "(query, keys) => …") ??
        firstFault<[number[], number[][]]>(answer, {
          name: "scaledScores",
          calls: [
            [[3, 0, 0, 0], [[2, 5, 5, 5], [0, 1, 1, 1]]],
            [[1, 2], [[3, 4], [0.5, -1], [0, 0]]],
            [[1, 1, 1, 1, 1, 1, 1, 1, 1], [[1, 2, 3, 4, 5, 6, 7, 8, 9]]],
          ],
          right: scoresOf,
        }),
    hints: [
      "A dot product multiplies two vectors column by column and adds up.",
      "Divide by the square root of the number of columns, not of keys.",
      "keys.map((key) => (sum of key[i] * query[i]) / Math.sqrt(query.length))",
    ],
  }),
  "6.2": exercise<(length: number) => number[][]>({
    level: 1,
    minutes: 5,
    check: (answer) =>
      judgeFunction(answer, "(length) => …") ??
        firstFault<[number]>(answer, {
          name: "causalRows",
          calls: [[1], [2], [4]],
          right: causalOf,
        }),
    hints: [
      "There are `length` rows, one for each query, with `length` numbers each.",
      "Token q sees itself and what is before it.",
      "Row q, column k: k <= q ? 0 : -1e9",
    ],
  }),
  "6.3": exercise<(scores: number[], mask: number[]) => number[]>({
    level: 2,
    minutes: 10,
    check: (answer) =>
      judgeFunction(answer, "(scores, mask) => …") ??
        firstFault<[number[], number[]]>(answer, {
          name: "maskedWeights",
          calls: [
            [[1, 2, 3], [0, 0, 0]],
            [[1, 2, 3], [0, 0, -1e9]],
            [[1000, 999, 2000], [0, 0, -1e9]],
            [[-1000, -1001], [0, 0]],
          ],
          right: (scores, mask) =>
            softmaxOf(scores.map((each, i) => each + mask[i]!)),
        }),
    hints: [
      "Add the mask to the scores first; then take the softmax.",
      "The softmax does not change if the same number is subtracted from all scores.",
      "Subtract the largest of the masked scores, then exponentiate, then divide by the sum.",
    ],
  }),
  "6.4": exercise<
    (position: number, column: number, hiddenSize: number) => number
  >({
    level: 2,
    minutes: 5,
    check: (answer) =>
      judgeFunction(answer, "(position, column, hiddenSize) => …") ??
        firstFault<[number, number, number]>(answer, {
          name: "sinusoidAt",
          calls: [[0, 0, 8], [0, 1, 8], [3, 0, 8], [3, 1, 8], [7, 4, 8], [
            7,
            5,
            8,
          ], [12, 31, 64]],
          right: sinusoidOf,
        }),
    hints: [
      "Even columns are sines, odd columns cosines.",
      "Columns 2i and 2i + 1 have the same angle; the exponent is 2i / hiddenSize.",
      "angle = position / 10000 ** ((column - column % 2) / hiddenSize)",
    ],
  }),
  "6.5": exercise<(x: number[], epsilon: number) => number[]>({
    level: 2,
    minutes: 10,
    check: (answer) =>
      judgeFunction(answer, "(x, epsilon) => …") ??
        firstFault<[number[], number]>(answer, {
          name: "normalized",
          calls: [[[1, 2, 3, 4], 0], [[4, 4, 4], 1e-5], [[10, -2, 7], 0.5]],
          right: normOf,
        }),
    hints: [
      "First the mean, then the mean of the squared deviations from it.",
      "Epsilon is added to the variance, inside the square root.",
      "(each - mean) / Math.sqrt(variance + epsilon), variance divided by x.length",
    ],
  }),
  "6.6": exercise<
    (
      queries: number[][],
      keys: number[][],
      values: number[][],
    ) => number[][]
  >({
    level: 3,
    minutes: 20,
    check: (answer) =>
      judgeFunction(answer, "(queries, keys, values) => …") ??
        firstFault<[number[][], number[][], number[][]]>(answer, {
          name: "crossAttention",
          calls: [
            [[[1, 0]], [[1, 0], [0, 1]], [[1, 0], [0, 1]]],
            [[[2, 0], [0, 1], [1, 1]], [[0, 1], [3, 0]], [[5, 1, 2], [
              0,
              9,
              4,
            ]]],
            [[[1, 2, 0, 1]], [[0, 1, 1, 0], [2, 0, 0, 1], [1, 1, 1, 1]], [
              [1],
              [2],
              [3],
            ]],
          ],
          right: (queries, keys, values) =>
            queries.map((query) => contextOf(query, keys, values)),
        }),
    hints: [
      "Solve it for one query first: its scores, their softmax, the mean of the values.",
      "The result has a row for each query and a column for each column of the values.",
      "Column c of a row is the sum over keys i of weight[i] * values[i][c].",
    ],
  }),
};

export const QUIZ_06: readonly QuizQuestion[] = [
  {
    question: "Why are the scores divided by the square root of d_k?",
    options: [
      {
        text: "So that each row of weights sums to 1.",
        reply: "The softmax does that for any scores.",
      },
      {
        text: "So that their size does not grow with the width of a head.",
        reply:
          "A sum of d_k products has the standard deviation √d_k. Undivided, the " +
          "softmax of a wide head gives nearly everything to one key.",
        isRight: true,
      },
      {
        text: "So that the product is cheaper to compute.",
        reply: "The division is one more operation.",
      },
    ],
  },
  {
    question: "Why is a mask −10⁹ and not −∞?",
    options: [
      {
        text: "With −∞, a row without any visible key is NaN.",
        reply:
          "The softmax subtracts the largest score, and −∞ − (−∞) is NaN, which " +
          "spreads to the loss.",
        isRight: true,
      },
      {
        text: "With −∞, the weights of hidden keys would not be 0.",
        reply: "They would: e^−∞ is 0, if another key is visible.",
      },
      {
        text: "Float32 has no −∞.",
        reply: "It does; but −∞ − (−∞) is NaN.",
      },
      {
        text: "A hidden token should keep a little weight.",
        reply: "In float32, e^(−10⁹) is exactly 0.",
      },
    ],
  },
  {
    question: "In cross-attention, where do the values come from?",
    options: [
      {
        text: "From the text that is being written.",
        reply: "That is where the queries come from.",
      },
      {
        text: "From the same sequence as the keys: the text being translated.",
        reply:
          "Each value belongs to a key; the weight of the key is its share.",
        isRight: true,
      },
      {
        text: "From a table that is learned.",
        reply: "They are computed from the hidden states of the source.",
      },
    ],
  },
  {
    question:
      "A model with learned positions was trained on 512 tokens. What does it do with 600?",
    options: [
      {
        text: "It cannot read them: its table has no row for position 513.",
        reply: "The library refuses. The text must be cut, or read in parts.",
        isRight: true,
      },
      {
        text: "It computes the missing rows.",
        reply: "Only sinusoidal positions can be computed for any position.",
      },
      {
        text: "It starts again with the first row.",
        reply: "Then two tokens would have the same position.",
      },
    ],
  },
  {
    question: "What does dropout do to the attention weights in evaluation?",
    options: [
      {
        text: "It drops the same weights as in the last step of training.",
        reply: "Every step drops others, and evaluation none.",
      },
      {
        text: "It multiplies all of them by 1 − p.",
        reply:
          "Not needed: in training the weights that stay are divided by 1 − p.",
      },
      {
        text: "Nothing.",
        reply:
          "In training the mean stays the same, so evaluation needs no correction.",
        isRight: true,
      },
    ],
  },
];
