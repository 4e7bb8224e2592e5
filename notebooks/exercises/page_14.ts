/** Exercises and quiz of notebook 14. @module */

import { exercise, type QuizQuestion, type Verdict } from "./exercise.ts";

type Summary = { readonly mean: number; readonly standardDeviation: number };
type Stop = { readonly best: number; readonly stopped: number };
type Part = { readonly size: number; readonly gradient: readonly number[] };
type Grid = Readonly<Record<string, readonly number[]>>;

const json = (value: unknown): string => JSON.stringify(value) ?? String(value);

const isClose = (found: unknown, expected: number): boolean =>
  typeof found === "number" &&
  Math.abs(found - expected) <= 1e-6 * Math.max(1, Math.abs(expected));

const areClose = (found: unknown, expected: readonly number[]): boolean =>
  Array.isArray(found) && found.length === expected.length &&
  found.every((value, i) => isClose(value, expected[i]!));

const SUMMARIES: readonly [number[], number, number][] = [
  [[0.5, 0.7], 0.6, Math.SQRT2 / 10],
  [[1, 2, 3, 4], 2.5, Math.sqrt(5 / 3)],
  [[0.9, 0.9, 0.9], 0.9, 0],
];

const GRIDS: readonly [Grid, Record<string, number>[]][] = [
  [{ batch: [16, 32], rate: [1, 2] }, [
    { batch: 16, rate: 1 },
    { batch: 16, rate: 2 },
    { batch: 32, rate: 1 },
    { batch: 32, rate: 2 },
  ]],
  [{ a: [1, 2], b: [3], c: [4, 5] }, [
    { a: 1, b: 3, c: 4 },
    { a: 1, b: 3, c: 5 },
    { a: 2, b: 3, c: 4 },
    { a: 2, b: 3, c: 5 },
  ]],
  [{ only: [7] }, [{ only: 7 }]],
];

const RATES: readonly [number, number, number, number[]][] = [
  [1, 0.5, 2, [0.125, 0.25, 0.5, 1]],
  [2, 1, 3, [2, 2, 2, 2, 2]],
  [0.1, 0.8, 1, [0.064, 0.08, 0.1]],
];

const STOPS: readonly [number[], number, Stop][] = [
  [[0.5, 0.6, 0.55, 0.58, 0.9], 2, { best: 2, stopped: 4 }],
  [[0.5, 0.6, 0.55, 0.7, 0.6, 0.65], 2, { best: 4, stopped: 6 }],
  // An equal score is not better.
  [[0.6, 0.6, 0.7], 1, { best: 1, stopped: 2 }],
  [[0.1, 0.2, 0.3], 2, { best: 3, stopped: 3 }],
];

const PARTS: readonly [Part[], number[]][] = [
  [[{ size: 4, gradient: [1, 2] }, { size: 4, gradient: [3, 6] }], [2, 4]],
  [[{ size: 3, gradient: [4] }, { size: 1, gradient: [0] }], [3]],
  [[{ size: 5, gradient: [1, -1, 0] }], [1, -1, 0]],
];

/** Logits, label, ε. */
const LOSSES: readonly [number[], number, number, number][] = [
  [[0, 0], 0, 0, Math.LN2],
  [[Math.log(3), 0], 0, 0, Math.log(4 / 3)],
  // Targets 0.9 and 0.1; probabilities 3/4 and 1/4.
  [[Math.log(3), 0], 0, 0.2, 0.9 * Math.log(4 / 3) + 0.1 * Math.log(4)],
  // Three classes: targets 0.8, 0.1 and 0.1.
  [[0, Math.log(2), 0], 1, 0.3, 0.8 * Math.log(2) + 0.2 * Math.log(4)],
  // Exponentials of such logits are infinite.
  [[1000, 990], 0, 0, Math.log1p(Math.exp(-10))],
];

/** The exercises of notebook 14. */
export const EXERCISES_14 = {
  "14.1": exercise<(scores: readonly number[]) => Summary>({
    level: 1,
    minutes: 5,
    check(summarize): Verdict {
      if (typeof summarize !== "function") {
        return "The answer must be a function.";
      }
      for (const [scores, mean, deviation] of SUMMARIES) {
        const found = summarize(scores);
        if (!isClose(found?.mean, mean)) {
          return `The mean of ${json(scores)} must be ${mean}; it is ${
            json(found?.mean)
          }.`;
        }
        if (!isClose(found.standardDeviation, deviation)) {
          return `The standard deviation of ${json(scores)} must be ${
            deviation.toFixed(4)
          }; it is ${json(found.standardDeviation)}.`;
        }
      }
      return undefined;
    },
    hints: [
      "Return an object of two numbers, { mean, standardDeviation }.",
      "Sum the squares of the distances from the mean.",
      "Divide that sum by the number of scores minus 1; take the root.",
    ],
  }),
  "14.2": exercise<(options: Grid) => Record<string, number>[]>({
    level: 2,
    minutes: 10,
    check(gridOf): Verdict {
      if (typeof gridOf !== "function") return "The answer must be a function.";
      for (const [options, expected] of GRIDS) {
        const found = gridOf(options);
        if (json(found) === json(expected)) continue;
        return `${json(options)} must give ${json(expected)}; it gives ${
          json(found)
        }.`;
      }
      return undefined;
    },
    hints: [
      "Begin with a list of one empty setting, [{}].",
      "For each option, replace every setting by one for each of its values.",
      "settings.flatMap((setting) => values.map((value) => ({ ...setting, [name]: value }))).",
    ],
  }),
  "14.3": exercise<
    (highest: number, decay: number, numLayers: number) => number[]
  >({
    level: 1,
    minutes: 5,
    check(layerRates): Verdict {
      if (typeof layerRates !== "function") {
        return "The answer must be a function.";
      }
      for (const [highest, decay, numLayers, expected] of RATES) {
        const found = layerRates(highest, decay, numLayers);
        if (areClose(found, expected)) continue;
        return `With the highest rate ${highest}, a decay of ${decay} and ` +
          `${numLayers} layers the rates must be ${json(expected)}; they are ${
            json(found)
          }.`;
      }
      return undefined;
    },
    hints: [
      "The list has numLayers + 2 rates: embeddings, layers, classifier.",
      "Begin at the top: the classifier has the highest rate.",
      "Rate i is highest * decay ** (numLayers + 1 - i).",
    ],
  }),
  "14.4": exercise<(scores: readonly number[], patience: number) => Stop>({
    level: 2,
    minutes: 10,
    check(earlyStop): Verdict {
      if (typeof earlyStop !== "function") {
        return "The answer must be a function.";
      }
      for (const [scores, patience, expected] of STOPS) {
        const found = earlyStop(scores, patience);
        const { best, stopped } = found ?? {};
        if (best === expected.best && stopped === expected.stopped) continue;
        return `The scores ${
          json(scores)
        } with a patience of ${patience} must ` +
          `give ${json(expected)}; they give ${json(found)}.`;
      }
      return undefined;
    },
    hints: [
      "Go through the scores and remember the best one and its epoch.",
      "An epoch is better only if its score is greater than the best so far.",
      "Stop as soon as epoch − best epoch equals the patience.",
    ],
  }),
  "14.5": exercise<(parts: readonly Part[]) => number[]>({
    level: 2,
    minutes: 10,
    check(accumulate): Verdict {
      if (typeof accumulate !== "function") {
        return "The answer must be a function.";
      }
      for (const [parts, expected] of PARTS) {
        const found = accumulate(parts);
        if (areClose(found, expected)) continue;
        return `${json(parts)} must give ${json(expected)}; it gives ${
          json(found)
        }.`;
      }
      return undefined;
    },
    hints: [
      "Each gradient is a mean over the examples of its part.",
      "Multiply each by its size before you add them up.",
      "Divide the sum by the number of all examples.",
    ],
  }),
  "14.6": exercise<
    (logits: readonly number[], label: number, epsilon: number) => number
  >({
    level: 3,
    minutes: 20,
    check(smoothedLoss): Verdict {
      if (typeof smoothedLoss !== "function") {
        return "The answer must be a function.";
      }
      for (const [logits, label, epsilon, expected] of LOSSES) {
        const found = smoothedLoss(logits, label, epsilon);
        if (isClose(found, expected)) continue;
        return `The logits ${json(logits.map((x) => Number(x.toFixed(3))))} ` +
          `with label ${label} and ε = ${epsilon} must have the loss ` +
          `${expected.toFixed(6)}; it is ${
            typeof found === "number" ? String(found) : json(found)
          }.`;
      }
      return undefined;
    },
    hints: [
      "The target of class c is ε / C, and 1 − ε more for the label.",
      "The loss is minus the sum of target times log-probability.",
      "The log-probability is x − m − ln Σ exp(x − m), with m the largest logit.",
    ],
  }),
};

/** The quiz of notebook 14. */
export const QUIZ_14: readonly QuizQuestion[] = [
  {
    question:
      "Recipe A scores 0.83 and recipe B 0.85, one training each. The seeds of " +
      "A differ by 0.04. What follows?",
    options: [
      {
        text: "B is better.",
        reply: "Another seed of A may reach 0.87.",
      },
      {
        text: "Nothing yet: train both with several seeds.",
        reply: "The difference is smaller than the spread over seeds.",
        isRight: true,
      },
      {
        text: "A is better, because its spread is known.",
        reply: "To know a spread does not raise a score.",
      },
    ],
  },
  {
    question: "What does freezing the lower layers save?",
    options: [
      {
        text: "Their forward and backward pass.",
        reply: "The forward pass is still needed: the upper layers read its " +
          "result.",
      },
      {
        text: "Their backward pass, and memory for gradients and moments.",
        reply: "No gradient is computed below the lowest part that is trained.",
        isRight: true,
      },
      {
        text: "The space of the saved model.",
        reply: "Frozen parameters belong to the model as all others do.",
      },
    ],
  },
  {
    question:
      "Batches of 8 with 4 accumulated ones: which single batch gives the same " +
      "steps?",
    options: [
      {
        text: "One of 8.",
        reply: "A step is taken only after four of them.",
      },
      {
        text: "One of 32.",
        reply: "The mean over four equal parts is the mean over the whole.",
        isRight: true,
      },
      {
        text: "One of 2.",
        reply: "Accumulating makes the batch of a step larger.",
      },
    ],
  },
  {
    question:
      "Why may early stopping and linear decay get in each other's way?",
    options: [
      {
        text:
          "The decay is planned for all epochs; at an early stop the rate is " +
          "still high.",
        reply: "The last small steps, which a planned end brings, are missing.",
        isRight: true,
      },
      {
        text: "Early stopping needs a constant rate.",
        reply: "It works with any schedule.",
      },
      {
        text: "The decay makes the validation score fall.",
        reply: "Smaller steps change the score less.",
      },
    ],
  },
  {
    question: "What does label smoothing do to the probabilities?",
    options: [
      {
        text: "It makes wrong predictions less confident, and right ones more.",
        reply: "It does not know which are right: all become less confident.",
      },
      {
        text: "Nothing; it changes only the loss.",
        reply: "The model is trained by the loss, so its probabilities change.",
      },
      {
        text: "It keeps them away from 0 and 1.",
        reply: "The targets themselves are no longer 0 and 1.",
        isRight: true,
      },
    ],
  },
];
