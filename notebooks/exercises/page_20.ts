/** Exercises and quiz of notebook 20. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";
import { judgeFunction, judgeNumbers } from "./numbers.ts";

const json = (value: unknown): string => JSON.stringify(value);

/** Logits, targets, and their mean binary cross-entropy. */
const LOSSES: readonly [logits: number[], targets: number[], loss: number][] = [
  [[0, 0], [1, 0], Math.LN2],
  [[2], [1], Math.log1p(Math.exp(-2))],
  [[2], [0], 2 + Math.log1p(Math.exp(-2))],
  [
    [3, -1, 0.5],
    [0, 0, 1],
    (3 + Math.log1p(Math.exp(-3)) +
      Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(-0.5))) / 3,
  ],
];

/** Numbers, other numbers, and Pearson's correlation of both. */
const CORRELATED: readonly [number[], number[], number][] = [
  [[1, 2, 3], [10, 20, 30], 1],
  [[1, 2, 3], [3, 2, 1], -1],
  [[1, 2, 3, 4], [2, 1, 4, 3], 0.6],
  [[1, 2, 6], [1, 4, 4], 6 / Math.sqrt(14 * 6)],
  [[2, 2, 2], [1, 2, 3], 0],
];

/** Probabilities and targets of one label, and the best F1 of all thresholds. */
const BEST: readonly [
  probabilities: number[],
  targets: number[],
  f1: number,
][] = [
  [[0.9, 0.8, 0.2], [1, 1, 0], 1],
  [[0.1, 0.2, 0.4], [0, 1, 1], 1],
  [[0.9, 0.6, 0.4, 0.3], [0, 1, 0, 1], 2 / 3],
  // Equal probabilities stay together.
  [[0.7, 0.7, 0.1], [1, 0, 0], 2 / 3],
  [[0.4, 0.3], [0, 0], 0],
];

/** The exercises of notebook 20. */
export const EXERCISES_20 = {
  "20.1": exercise<
    (logits: readonly number[], targets: readonly number[]) => number
  >({
    level: 2,
    minutes: 10,
    check(lossOf): Verdict {
      const fault = judgeFunction(lossOf, "(logits, targets) => …");
      if (fault !== undefined) return fault;
      for (const [logits, targets, expected] of LOSSES) {
        const found = lossOf([...logits], [...targets]);
        const call = `lossOf(${json(logits)}, ${json(targets)})`;
        const fault = judgeNumbers(call, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "The probability of a label is 1 / (1 + Math.exp(-z)).",
      "A label that holds costs −ln p, one that does not −ln(1 − p).",
      "Add the costs of all labels and divide by how many labels there are.",
    ],
  }),
  "20.2": exercise<{ readonly micro: number; readonly macro: number }>({
    level: 1,
    minutes: 6,
    check(answer): Verdict {
      const { micro, macro } = Object(answer) as Record<string, unknown>;
      if (typeof micro !== "number" || typeof macro !== "number") {
        return "The answer must be an object of two numbers, { micro, macro }.";
      }
      return judgeNumbers("`micro`", micro, 2 * 90 / (90 + 110)) ??
        judgeNumbers("`macro`", macro, (2 * 90 / (90 + 100) + 0) / 2);
    },
    hints: [
      "F1 is 2 · right / (given + actual).",
      "Micro: add right, given and actual of both labels before dividing.",
      "Macro: the F1 of the second label is 0; take the mean of both.",
    ],
  }),
  "20.3": exercise<
    (probabilities: readonly number[], targets: readonly number[]) => number
  >({
    level: 3,
    minutes: 20,
    check(bestF1): Verdict {
      const fault = judgeFunction(bestF1, "(probabilities, targets) => …");
      if (fault !== undefined) return fault;
      for (const [probabilities, targets, expected] of BEST) {
        const found = bestF1([...probabilities], [...targets]);
        const call = `bestF1(${json(probabilities)}, ${json(targets)})`;
        const fault = judgeNumbers(call, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "Only the probabilities themselves need be tried as thresholds.",
      "At a threshold, the label is given to all that reach it: p >= threshold.",
      "F1 is 2 · right / (given + actual); keep the largest, and begin with 0.",
    ],
  }),
  "20.4": exercise<(a: readonly number[], b: readonly number[]) => number>({
    level: 2,
    minutes: 12,
    check(pearson): Verdict {
      const fault = judgeFunction(pearson, "(a, b) => …");
      if (fault !== undefined) return fault;
      for (const [a, b, expected] of CORRELATED) {
        const found = pearson([...a], [...b]);
        const call = `pearson(${json(a)}, ${json(b)})`;
        const fault = judgeNumbers(call, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "First take its mean from each list.",
      "Then Σ aᵢ bᵢ divided by √(Σ aᵢ² · Σ bᵢ²).",
      "If the root is 0, a list has only equal values: return 0.",
    ],
  }),
  "20.5": exercise<(numFirst: number, numSecond: number) => number[]>({
    level: 1,
    minutes: 5,
    check(typesOf): Verdict {
      const fault = judgeFunction(typesOf, "(numFirst, numSecond) => …");
      if (fault !== undefined) return fault;
      for (
        const [first, second, expected] of [
          [2, 1, [0, 0, 0, 0, 1, 1]],
          [1, 3, [0, 0, 0, 1, 1, 1, 1]],
          // Without a second sentence there is no second [SEP].
          [2, 0, [0, 0, 0, 0]],
        ] as const
      ) {
        const found = typesOf(first, second);
        const call = `typesOf(${first}, ${second})`;
        const fault = judgeNumbers(call, found, expected);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
    hints: [
      "The sequence is [CLS], the first sentence, [SEP], the second one, [SEP].",
      "[CLS] and the first [SEP] have the type 0, the second [SEP] has 1.",
      "Array(n).fill(0) makes n zeros; without a second sentence add nothing.",
    ],
  }),
};

/** The quiz of notebook 20. */
export const QUIZ_20: readonly QuizQuestion[] = [
  {
    question: "The sigmoids of six labels sum to 2.3. What is wrong?",
    options: [
      {
        text: "The model is not trained yet.",
        reply: "A trained one may give the same sum.",
      },
      {
        text: "Nothing.",
        isRight: true,
        reply: "Each is a probability of its own; only a softmax sums to 1.",
      },
      {
        text: "They must be divided by 2.3.",
        reply: "Then two labels that are both certain would get 0.5 each.",
      },
    ],
  },
  {
    question:
      "A label holds for 2 % of the texts. Which program has an accuracy of 98 % for it?",
    options: [
      {
        text: "One that never gives it.",
        isRight: true,
        reply: "And its F1 is 0: that is why accuracy is a poor measure here.",
      },
      {
        text: "One that always gives it.",
        reply: "That is right for 2 % of the texts.",
      },
      {
        text: "Only a very good model.",
        reply: "Saying no is enough.",
      },
    ],
  },
  {
    question: "On which texts are the thresholds chosen?",
    options: [
      {
        text: "On the training texts.",
        reply: "There the model is surer than on new texts.",
      },
      {
        text: "On the test texts, as the scores are about them.",
        reply:
          "Then the scores would be too good: the test was used to choose.",
      },
      {
        text: "On the validation texts.",
        isRight: true,
        reply: "They are new to the model, and the test stays unused.",
      },
    ],
  },
  {
    question: "All predicted stars are two too many. Which measure shows it?",
    options: [
      {
        text: "The mean squared error.",
        isRight: true,
        reply: "It is 4; a shift changes neither of both correlations.",
      },
      {
        text: "Pearson's correlation.",
        reply: "A line that is shifted is still a line: it is 1.",
      },
      {
        text: "Spearman's correlation.",
        reply: "The order is right, so it is 1.",
      },
    ],
  },
  {
    question:
      "With shuffled premises a model for pairs is as good as before. What follows?",
    options: [
      {
        text: "It is robust.",
        reply: "The right answer depends on the premise, so it should lose.",
      },
      {
        text: "The test is too small.",
        reply: "Perhaps; but the control tells more than that.",
      },
      {
        text: "It does not use the premises.",
        isRight: true,
        reply: "The hypotheses alone give the answers away.",
      },
    ],
  },
];
