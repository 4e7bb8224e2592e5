/** Exercises and quiz of notebook 5. @module */

import { exercise, type QuizQuestion } from "./exercise.ts";
import { judgeFunction, judgeNumber, judgeNumbers } from "./judge.ts";

/** Scores, and their softmax in closed form. */
const SOFTMAXES: readonly [number[], number[]][] = [
  [[0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]],
  [[Math.log(1), Math.log(2), Math.log(5)], [1 / 8, 2 / 8, 5 / 8]],
  [[1000, 1000], [0.5, 0.5]],
];

/** A query, its keys, and the weights: scores are multiples of ln 2. */
const QUERIES: readonly [number[], number[][], number[]][] = [
  // 4 numbers: the scores are divided by 2.
  [
    [Math.LN2, 0, 0, 0],
    [[2, 7, 1, 0], [4, 0, 3, 3], [0, 1, 0, 0]],
    [2 / 7, 4 / 7, 1 / 7],
  ],
  [[1, 1], [[3, 0], [0, 3]], [0.5, 0.5]],
];

const WEIGHTS = [[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]];

/** Two layers of two heads; every token of head 0.1 looks at token 1. */
const HEADS = [
  [
    [[0.8, 0.2], [0.6, 0.4]],
    [[0.1, 0.9], [0.05, 0.95]],
  ],
  [
    [[0.4, 0.6], [0.9, 0.1]],
    [[0.5, 0.5], [0.5, 0.5]],
  ],
];

export const EXERCISES_05 = {
  "5.1": exercise<(scores: number[]) => number[]>({
    level: 1,
    minutes: 5,
    check: (softmaxOf) =>
      judgeFunction(softmaxOf) ??
        SOFTMAXES.map(([scores, expected]) =>
          judgeNumbers(
            `The softmax of ${
              scores.map((score) => Number(score.toFixed(3))).join(", ")
            }`,
            softmaxOf([...scores]),
            expected,
          )
        ).find(Boolean),
    hints: [
      "Take `Math.exp` of each score and divide by the sum of all.",
      "`Math.exp(1000)` is Infinity, and Infinity / Infinity is no number.",
      "Use `Math.exp(score - Math.max(...scores))`: the factor cancels.",
    ],
  }),
  "5.2": exercise<(weight: number, numTokens: number) => number>({
    level: 1,
    minutes: 3,
    check: (timesEqualShare) =>
      judgeFunction(timesEqualShare) ??
        judgeNumber(
          "A weight of 0.25 among 20 tokens, in equal shares,",
          timesEqualShare(0.25, 20),
          5,
        ) ??
        judgeNumber(
          "A weight of 0.1 among 10 tokens, in equal shares,",
          timesEqualShare(0.1, 10),
          1,
        ),
    hints: [
      "An equal share is 1 divided by the number of tokens.",
      "How often does the equal share fit into the weight? Divide.",
      "Dividing by 1 / n is the same as multiplying by n.",
    ],
  }),
  "5.3": exercise<(query: number[], keys: number[][]) => number[]>({
    level: 2,
    minutes: 10,
    check: (weightsOf) =>
      judgeFunction(weightsOf) ??
        QUERIES.map(([query, keys, expected]) =>
          judgeNumbers(
            `The weights of a query of ${query.length} numbers over ` +
              `${keys.length} keys`,
            weightsOf([...query], keys.map((key) => [...key])),
            expected,
          )
        ).find(Boolean),
    hints: [
      "First a score for each key, then the softmax over the scores.",
      "A score is the dot product of query and key, divided by √(length of the query).",
      "`key.reduce((sum, k, i) => sum + k * query[i]!, 0) / Math.sqrt(query.length)`",
    ],
  }),
  "5.4": exercise<(weights: number[], values: number[][]) => number[]>({
    level: 2,
    minutes: 5,
    check: (contextOf) =>
      judgeFunction(contextOf) ??
        judgeNumbers(
          "The mean of [0, 4, 8] and [4, 0, 8] with weights 0.25 and 0.75",
          contextOf([0.25, 0.75], [[0, 4, 8], [4, 0, 8]]),
          [3, 1, 8],
        ) ??
        judgeNumbers(
          "The mean of three values with weights 0, 1, 0",
          contextOf([0, 1, 0], [[1, 2], [3, 5], [7, 9]]),
          [3, 5],
        ),
    hints: [
      "The result is a vector as long as one value.",
      "Its first number is the weighted sum of the first numbers of all values.",
      "For each position i: `weights.reduce((sum, w, t) => sum + w * values[t]![i]!, 0)`",
    ],
  }),
  "5.5": exercise<
    (weights: number[][], query: number, key: number) => number
  >({
    level: 2,
    minutes: 10,
    check: (gainOf) => {
      const wrongKind = judgeFunction(gainOf);
      if (wrongKind !== undefined) return wrongKind;
      const copy = (): number[][] => WEIGHTS.map((row) => [...row]);
      return judgeNumber(
        "The gain of query 1, key 1",
        gainOf(copy(), 1, 1),
        0.8 - 0.6,
      ) ?? judgeNumber(
        "The gain of query 2, key 0",
        gainOf(copy(), 2, 0),
        0.2 - 0.8 / 3,
      );
    },
    hints: [
      "`weights[query]![key]!` is the weight. What is subtracted from it?",
      "The mean goes over the column: the weight of `key` in every row.",
      "`weights.reduce((sum, row) => sum + row[key]!, 0) / weights.length`",
    ],
  }),
  "5.6": exercise<
    (
      attentions: number[][][][],
      query: number,
      key: number,
    ) => { layer: number; head: number }
  >({
    level: 3,
    minutes: 15,
    check: (bestHead) => {
      const wrongKind = judgeFunction(bestHead);
      if (wrongKind !== undefined) return wrongKind;
      for (
        const [query, key, layer, head] of [[0, 1, 1, 0], [0, 0, 0, 0]] as const
      ) {
        const found = bestHead(structuredClone(HEADS), query, key) as unknown;
        if (
          typeof found !== "object" || found === null ||
          !("layer" in found && "head" in found)
        ) {
          return "The answer must return an object with layer and head.";
        }
        if (found.layer === layer && found.head === head) continue;
        return `For query ${query} and key ${key} of a small example, the head ` +
          `with the largest gain is ${layer}.${head}; yours is ` +
          `${found.layer}.${found.head}.`;
      }
    },
    hints: [
      "Compute the gain of exercise 5.5 for every layer and every head.",
      "The largest weight is not the largest gain: every token may look at that key.",
      "Start with `largest = -Infinity` and keep layer and head of each new record.",
    ],
  }),
};

export const QUIZ_05: readonly QuizQuestion[] = [
  {
    question: "Why do the attention weights of a query add up to 1?",
    options: [
      {
        text: "They are a softmax of the scores.",
        isRight: true,
        reply: "Softmax divides each exponential by the sum of all.",
      },
      {
        text: "The model has learned it.",
        reply: "It holds for random weights too: the formula makes it so.",
      },
      {
        text: "Queries and keys have length 1.",
        reply:
          "Their lengths are free; the division is by the sum of exponentials.",
      },
    ],
  },
  {
    question: "What is compared to find where a token looks?",
    options: [
      {
        text: "Its value with the values of all tokens",
        reply: "Values are what is passed on, after the weights are known.",
      },
      {
        text: "Its query with the keys of all tokens",
        isRight: true,
        reply: "The dot product of a query and a key is the score.",
      },
      {
        text: "Its embedding with the embeddings of all tokens",
        reply:
          "Each head first makes queries and keys out of the hidden states.",
      },
    ],
  },
  {
    question:
      "In some head, `him` gives `dog` a weight of 0.3. What do you check first?",
    options: [
      {
        text: "Whether the weight is above 0.5",
        reply: "Among 20 tokens, an equal share is only 0.05.",
      },
      {
        text: "Whether the weights add up to 1",
        reply: "They always do.",
      },
      {
        text: "How much the other tokens look at `dog` in that head",
        isRight: true,
        reply: "If all of them look there, `him` is nothing special.",
      },
    ],
  },
  {
    question: "Why do many heads put most of their weight on `[CLS]`?",
    options: [
      {
        text: "Because `[CLS]` is the most important word of the sentence",
        reply: "It is no word of the sentence: it is there in every input.",
      },
      {
        text: "Because the weights must go somewhere if nothing is of interest",
        isRight: true,
        reply:
          "A row adds up to 1, so a head cannot look nowhere. That is the usual explanation.",
      },
      {
        text: "Because it is the first token and the others are masked",
        reply: "BERT masks only padding; every token can look at every other.",
      },
    ],
  },
  {
    question: "A head links `not` strongly to `good`. What does that prove?",
    options: [
      {
        text: "That the prediction depends on `not`",
        reply:
          "Only changing the word and looking at the prediction could show that.",
      },
      {
        text: "That the model understands negation",
        reply: "The head may follow a position or compare words.",
      },
      {
        text: "That information can flow from `good` to `not` in that layer",
        isRight: true,
        reply: "The query takes information from the key: no more is certain.",
      },
    ],
  },
];
